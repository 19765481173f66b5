import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SpareHost } from '../signers/pkcs11/host-process.ts';

const HSM_OPTIONS = /^--(pkcs11-lib|hsm-config)\b|pkcs11:/;
const CA_DIRECTORY = /^--(?:ca-dir|parent)(?:=(.*))?$/s;

/**
 * A process for a PKCS#11 module, started before all else if one seems to be needed: what a
 * command loads and checks before it opens a token takes as long as that start. It is a guess from
 * the words of the command line and the text of a CA's configuration; a wrong one costs time only.
 */
export function headStart(
  argv: readonly string[],
  { cwd, env }: { readonly cwd: () => string; readonly env: NodeJS.ProcessEnv },
): SpareHost | undefined {
  const meant = argv.some((word) => HSM_OPTIONS.test(word)) || isInToken(argv, cwd);
  return meant ? new SpareHost(env) : undefined;
}

function isInToken(argv: readonly string[], cwd: () => string): boolean {
  const place = argv.findIndex((word) => CA_DIRECTORY.test(word));
  const directory = CA_DIRECTORY.exec(argv[place] ?? '')?.[1] ?? argv[place + 1];
  if (place < 0 || directory === undefined) return false;
  try {
    return readFileSync(resolve(cwd(), join(directory, 'ca.yaml')), 'utf8').includes('pkcs11:');
  } catch {
    return false; // whoever opens the CA says what is wrong with it, or with where we are
  }
}
