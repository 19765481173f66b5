import { type Command, CommanderError } from 'commander';
import { EXIT_STATUS, EXIT_STATUS_BUG, PkiError } from '../errors.ts';
import type { CliContext } from './context.ts';
import { printable } from './printable.ts';
import { pkiProgram } from './program.ts';

/**
 * Runs one command line and returns its exit status. No other code turns errors into text. When it
 * returns, everything that the command opened is closed, and what it left half made is removed.
 */
export async function run(argv: readonly string[], context: CliContext): Promise<number> {
  const json = argv.includes('--json');
  try {
    const status = await settled(argv, context, json);
    await context.resources.disposeAsync();
    return status;
  } catch (error) {
    return report(error, context, json); // closing failed, although all else went well
  }
}

async function settled(argv: readonly string[], context: CliContext, json: boolean) {
  let program: Command | undefined;
  try {
    program = await pkiProgram(argv, context);
    if (context.interrupted.aborted) throw interrupted();
    await Promise.race([program.parseAsync(argv, { from: 'user' }), interruption(context)]);
    return 0;
  } catch (error) {
    if (!program || !(error instanceof CommanderError)) return report(error, context, json);
    if (error.exitCode === 0) return 0; // --help, --version
    return report(usageError(error, program, argv), context, json);
  }
}

/**
 * Rejects when the command is interrupted; the resources are then closed as at any other end. A
 * command that runs until it is interrupted ends by itself then, which comes first.
 */
function interruption({ interrupted: signal }: CliContext): Promise<never> {
  return new Promise((_, reject) => {
    const interrupt = () => setImmediate(() => reject(interrupted()));
    signal.addEventListener('abort', interrupt, { once: true });
  });
}

const interrupted = (): PkiError => new PkiError('INTERRUPTED', 'interrupted');

function report(error: unknown, context: CliContext, json: boolean): number {
  if (!(error instanceof PkiError)) return reportBug(error, context);
  const { code } = error;
  const [message, ...hints] = [error.message, ...error.hints].map(printable);
  if (json) {
    context.note(JSON.stringify({ error: { code, message, hints } }));
  } else {
    context.note(`pki: error: ${message}`);
    for (const hint of hints) context.note(`pki: hint: ${hint}`);
  }
  return EXIT_STATUS[code];
}

/** Commander's "error: …\n(Did you mean …?)" in our form; after its help, it has said enough. */
function usageError(error: CommanderError, program: Command, argv: readonly string[]): PkiError {
  if (error.code === 'commander.help') return new PkiError('USAGE', 'a command is needed');
  const [first = '', ...more] = error.message.split('\n');
  const suggested = more.map((line) => line.replace(/^\((.*)\)$/, '$1').toLowerCase());
  const told = suggested.length > 0 || error.code === 'commander.invalidArgument'; // has its rule
  const hints = told ? suggested : [helpHint(program, argv)];
  return new PkiError('USAGE', first.replace(/^error: /, ''), { hints });
}

function helpHint(program: Command, argv: readonly string[]): string {
  const words = [program.name()];
  let command = program;
  for (const word of argv) {
    const next = command.commands.find((sub) => sub.name() === word);
    if (!next) break;
    words.push(word);
    command = next;
  }
  const what = command.commands.length > 0 ? 'lists the commands' : 'tells what it takes';
  return `"${words.join(' ')} --help" ${what}`;
}

function reportBug(error: unknown, context: CliContext): number {
  context.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  context.note('pki: error: this is a bug in pki; please report it with the lines above');
  return EXIT_STATUS_BUG;
}
