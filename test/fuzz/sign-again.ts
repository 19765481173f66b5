import { readFileSync } from 'node:fs';
import { pemBlocks } from '../../src/der/pem.ts';
import { DerReader } from '../../src/der/reader.ts';
import { bitString, sequence } from '../../src/der/writer.ts';
import { importPkcs8, type SoftwareKey } from '../../src/signers/software-key.ts';
import { encodeOcspResponse, parseOcspResponse } from '../../src/x509/ocsp-response.ts';

type Preparation = (input: Uint8Array) => Promise<Uint8Array>;

/**
 * Signs what was changed in a certificate, a request or a CRL, as somebody does who has a key and
 * means harm: readers look further into what is signed. What is not made like one stays as it is.
 */
export const signAgain = (keyFile: string): Preparation =>
  signing(keyFile, firstPart, (signed) => signed);

/** The same of the data in an OCSP response; certificates beside them go. */
export const signResponseAgain = (keyFile: string): Preparation =>
  signing(keyFile, responseData, (signed) => encodeOcspResponse(signed, []));

function signing(
  keyFile: string,
  tbsOf: (input: Uint8Array) => Uint8Array | undefined,
  wrapped: (signed: Uint8Array) => Uint8Array,
): Preparation {
  let opened: Promise<SoftwareKey> | undefined;
  return async (input) => {
    const tbs = unlessDamaged(() => tbsOf(input));
    if (!tbs) return input;
    opened ??= open(keyFile);
    const key = await opened;
    return wrapped(sequence(tbs, key.algorithm.identifier, bitString(await key.sign(tbs))));
  };
}

async function open(keyFile: string): Promise<SoftwareKey> {
  const [block] = pemBlocks(readFileSync(keyFile, 'latin1'));
  if (!block) throw new Error(`no key in ${keyFile}`);
  return importPkcs8(block.der, keyFile);
}

const firstPart = (input: Uint8Array) => new DerReader(input).enter().read().octets;

const responseData = (input: Uint8Array) => parseOcspResponse(input).basic?.tbsDer;

function unlessDamaged<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
