import { CommanderError } from 'commander';
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
  try {
    const program = await pkiProgram(argv, context);
    if (context.interrupted.aborted) throw interrupted();
    await Promise.race([program.parseAsync(argv, { from: 'user' }), interruption(context)]);
    return 0;
  } catch (error) {
    return report(error, context, json);
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
  if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help, --version
  const known = error instanceof CommanderError ? usageError(error) : error;
  if (!(known instanceof PkiError)) return reportBug(known, context);
  const { code } = known;
  const [message, ...hints] = [known.message, ...known.hints].map(printable);
  if (json) {
    context.note(JSON.stringify({ error: { code, message, hints } }));
  } else {
    context.note(`pki: error: ${message}`);
    for (const hint of hints) context.note(`pki: hint: ${hint}`);
  }
  return EXIT_STATUS[code];
}

/** Commander's "error: …\n(Did you mean …?)" in our form; after its help, it has said enough. */
function usageError(error: CommanderError): PkiError {
  if (error.code === 'commander.help') return new PkiError('USAGE', 'a command is needed');
  const [first = '', ...more] = error.message.split('\n');
  const hints = more.map((line) => line.replace(/^\((.*)\)$/, '$1').toLowerCase());
  if (error.code === 'commander.unknownCommand' && hints.length === 0) {
    hints.push('--help lists the commands');
  }
  return new PkiError('USAGE', first.replace(/^error: /, ''), { hints });
}

function reportBug(error: unknown, context: CliContext): number {
  context.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  context.note('pki: error: this is a bug in pki; please report it with the lines above');
  return EXIT_STATUS_BUG;
}
