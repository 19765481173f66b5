import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COMMAND_ROWS, type CommandRow } from './command-rows.ts';
import { PASSPHRASE } from './corpus.ts';
import { runCommand } from './run-command.ts';
import { signAgain, signResponseAgain } from './sign-again.ts';
import type { Target, Verdict } from './target.ts';

export const COMMAND_TARGETS: readonly Target[] = COMMAND_ROWS.map(
  ({ label, file, argv, signedBy, signedAs, ...row }) => ({
    ...row,
    form:
      label === undefined ? { kind: 'text' } : { kind: 'der', ...(label !== null && { label }) },
    open(directory) {
      const corpus = dirname(directory);
      for (const name of ['ca', 'own']) {
        cpSync(join(corpus, name), join(directory, name), { recursive: true });
      }
      mkdirSync(join(directory, dirname(file)), { recursive: true });
      writeFileSync(join(directory, 'passphrase'), PASSPHRASE);
      const prepared = preparation(directory, { signedBy, signedAs });
      return async (input) => {
        writeFileSync(join(directory, file), await prepared(input));
        const verdicts: Verdict[] = [];
        for (const line of argv) verdicts.push(await runCommand(directory, line));
        return verdicts.includes('read') ? 'read' : 'refused';
      };
    },
  }),
);

/** What is done to an input before it is written. */
function preparation(
  directory: string,
  { signedBy, signedAs }: { [Name in 'signedBy' | 'signedAs']: CommandRow[Name] | undefined },
): (input: Uint8Array) => Promise<Uint8Array> {
  if (signedBy === undefined) return async (input) => input;
  const key = join(directory, signedBy);
  return signedAs === 'ocsp-response' ? signResponseAgain(key) : signAgain(key);
}
