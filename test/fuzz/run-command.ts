import { EXIT_STATUS_BUG } from '../../src/errors.ts';
import { world } from '../support/world.ts';
import type { Verdict } from './target.ts';

/** What a terminal would take for more than text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

/** Runs a command, which has to end with an exit status of its own and print text alone. */
export async function runCommand(cwd: string, argv: readonly string[]): Promise<Verdict> {
  const { status, stdout, stderr } = await world({ cwd })(...argv);
  const line = `pki ${argv.join(' ')}`;
  if (status === EXIT_STATUS_BUG) throw new Error(`${line}\n${stderr}`);
  const json = argv.includes('--json');
  const data = json || argv.includes('--csv') || argv.join(' ').startsWith('audit export');
  if (json && status === 0) mustBeJson(stdout, line);
  if (CONTROL.test(data ? stderr : stdout + stderr)) {
    throw new Error(`${line}\nprints control characters`);
  }
  return status === 0 ? 'read' : 'refused';
}

/** What fails halfway has printed a part. */
function mustBeJson(stdout: string, line: string): void {
  try {
    JSON.parse(stdout);
  } catch {
    throw new Error(`${line}\nprints no JSON`);
  }
}
