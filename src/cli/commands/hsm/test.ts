import type { Command } from 'commander';
import { sha256Text } from '../../../der/sha256.ts';
import { PkiError } from '../../../errors.ts';
import { type KeyTest, type SignatureTest, testKey } from '../../../hsm/self-test.ts';
import { describedKey, hex } from '../../../signers/pkcs11/keys.ts';
import type { CliContext } from '../../context.ts';
import { type HsmCommandOptions, openToken } from '../../hsm/open-token.ts';
import { columns, json } from '../../present.ts';
import { printable } from '../../printable.ts';

const EXAMPLES = `
Examples:
  $ pki hsm test --hsm-config hsm.yaml --pkcs11-key-label root-2026
  $ pki hsm test --hsm-config hsm.yaml --pkcs11-key-label root-2026 --json`;

const HEADING = ['ALGORITHM', 'MECHANISM', 'RESULT', 'TIME'];

export function hsmTestCommand(command: Command, context: CliContext): Command {
  return command.addHelpText('after', EXAMPLES).action(async (options: HsmCommandOptions) => {
    const { connection, ref } = await openToken(context, options);
    const tested = await testKey(connection, ref);
    if (options.json) context.print(json(testJson(tested)));
    else
      context.print(
        columns([HEADING, ...tested.signatures.map((row) => line(row).map(printable))]),
      );
    mustWork(tested);
  });
}

const line = ({ algorithm, mechanism, outcome, detail, milliseconds }: SignatureTest) => [
  algorithm,
  mechanism,
  detail === undefined ? outcome : `${outcome}: ${detail}`,
  `${milliseconds.toFixed(1)} ms`,
];

const testJson = ({ label, id, publicKey, signatures }: KeyTest) => ({
  label,
  id: hex(id),
  fingerprint: sha256Text(publicKey),
  signatures: signatures.map(({ detail, milliseconds, ...row }) => ({
    ...row,
    detail: detail ?? null,
    milliseconds: tenths(milliseconds),
  })),
});

const tenths = (milliseconds: number): number => Math.round(10 * milliseconds) / 10;

/** A mechanism that is refused is no failure while another one works: pki goes on to that. */
function mustWork({ signatures, ...key }: KeyTest): void {
  const name = describedKey(key);
  const wrong = signatures.filter(({ outcome }) => outcome === 'wrong');
  if (wrong.length > 0) {
    throw new PkiError('INTEGRITY', `signatures of the key ${name} do not verify`, {
      hints: [`those by ${wrong.map(({ mechanism }) => mechanism).join(', ')}; do not use the key`],
    });
  }
  if (signatures.some(({ outcome }) => outcome === 'verified')) return;
  throw new PkiError('KEY_UNAVAILABLE', `the token signs by no mechanism with the key ${name}`, {
    hints: ['"pki hsm keys" shows what the key is for'],
  });
}
