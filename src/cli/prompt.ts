import { PkiError } from '../errors.ts';

const ENTER = /[\r\n]/;
const END_OF_TEXT = '\x03'; // Ctrl-C
const END_OF_INPUT = '\x04'; // Ctrl-D
const ERASE = /[\x7f\b]/;

/** Asks at the terminal for a line, and shows it only if `shown`. Ctrl-C ends the command. */
export function promptLine(
  question: string,
  shown: boolean,
  interrupted: AbortSignal,
): Promise<string> {
  const { stdin, stderr } = process;
  stdin.setRawMode(true); // before the question: who answers at once must not see the answer
  stderr.write(question);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise<string>((resolve, reject) => {
    let line = '';
    const finish = (settle: () => void) => {
      stdin.off('data', onData);
      interrupted.removeEventListener('abort', onAbort);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      settle();
    };
    const onAbort = () => finish(() => reject(new PkiError('INTERRUPTED', 'interrupted')));
    const onData = (text: string) => {
      for (const character of text) {
        if (character === END_OF_TEXT || character === END_OF_INPUT) return onAbort();
        if (ENTER.test(character)) return finish(() => resolve(line));
        const erased = ERASE.test(character);
        if (shown && (!erased || line !== '')) stderr.write(erased ? '\b \b' : character);
        line = erased ? [...line].slice(0, -1).join('') : line + character;
      }
    };
    stdin.on('data', onData);
    interrupted.addEventListener('abort', onAbort, { once: true });
  });
}
