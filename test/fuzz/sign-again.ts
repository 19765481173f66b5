import { readFileSync } from 'node:fs';
import { pemBlocks } from '../../src/der/pem.ts';
import { DerReader } from '../../src/der/reader.ts';
import { bitString, sequence } from '../../src/der/writer.ts';
import { importPkcs8, type SoftwareKey } from '../../src/signers/software-key.ts';

/**
 * Signs what was changed in a certificate or a request, as somebody does who has a key and means
 * harm: readers look further into what is signed. What is not made like one stays as it is.
 */
export function signAgain(keyFile: string): (input: Uint8Array) => Promise<Uint8Array> {
  let opened: Promise<SoftwareKey> | undefined;
  return async (input) => {
    const tbs = firstPart(input);
    if (!tbs) return input;
    opened ??= open(keyFile);
    const key = await opened;
    return sequence(tbs, key.algorithm.identifier, bitString(await key.sign(tbs)));
  };
}

async function open(keyFile: string): Promise<SoftwareKey> {
  const [block] = pemBlocks(readFileSync(keyFile, 'latin1'));
  if (!block) throw new Error(`no key in ${keyFile}`);
  return importPkcs8(block.der, keyFile);
}

function firstPart(input: Uint8Array): Uint8Array | undefined {
  try {
    return new DerReader(input).enter().read().octets;
  } catch {
    return undefined;
  }
}
