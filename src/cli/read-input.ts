import { readFileSync } from 'node:fs';
import { PkiError, systemErrorText } from '../errors.ts';
import type { CliContext } from './context.ts';
import { pathOf } from './options.ts';

/** The contents of a file of the command line; "-" is standard input. */
export async function readInput(context: CliContext, path: string): Promise<Uint8Array> {
  if (path === '-') return context.readStdin();
  try {
    return readFileSync(pathOf(context, path));
  } catch (error) {
    throw new PkiError('USAGE', `cannot read ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}
