import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyAlgorithmNamed } from '../../../src/algorithms/registry.ts';
import { generatePkcs8 } from '../../../src/signers/generate-key.ts';
import { keyFileText } from '../../../src/signers/key-file.ts';
import { Secret } from '../../../src/signers/secret.ts';

/** Makes a key of whatever kind, in the file `name.key`; returns the name of the file. */
export async function keyFile(
  directory: string,
  name: string,
  algorithm: string,
  passphrase?: string,
): Promise<string> {
  const pkcs8 = await generatePkcs8(keyAlgorithmNamed(algorithm));
  const secret = passphrase === undefined ? undefined : new Secret(passphrase);
  writeFileSync(join(directory, `${name}.key`), keyFileText(pkcs8, secret));
  return `${name}.key`;
}
