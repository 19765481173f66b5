import { algorithmsOfKey, describeKey } from '../../algorithms/spki.ts';
import { signatureAlgorithms } from '../../ca/issuer-keys.ts';
import { sameOctets } from '../../der/same-octets.ts';
import { PkiError } from '../../errors.ts';
import { type Check, ok, problem, warning } from '../../hsm/check.ts';
import type { CaDirectory } from '../../store/ca-directory.ts';
import { SCHEMA_VERSION } from '../../store/schema.ts';
import { serialText } from '../../x509/certificate.ts';
import { parseCrlNumber } from '../../x509/crl.ts';
import { knownExtensions } from '../../x509/extensions.ts';
import { readCurrentCrl } from '../revocation/current-crl.ts';

/** Whether the files of a CA agree with each other and with the store. */
export async function* directoryChecks(
  directory: CaDirectory,
  version: number,
): AsyncGenerator<Check> {
  const found: Check[] = [];
  for (const check of keyChecks(directory)) found.push(check);
  for await (const check of ownChecks(directory)) found.push(check);
  if (version === SCHEMA_VERSION) {
    for await (const check of crlChecks(directory)) found.push(check);
  }
  yield* found;
  if (found.length === 0) yield ok('directory', 'ca.crt, ca.yaml, crl/ and the store agree');
}

/** Which algorithms ca.yaml has for the keys, and which keys ca.crt has. */
function* keyChecks({ certificate, config }: CaDirectory): Generator<Check> {
  const { publicKey, extensions } = certificate.tbs;
  const { signing, alternative } = signatureAlgorithms(config.keys);
  const alternativeKey = knownExtensions(extensions).subjectAltPublicKeyInfo;
  if (!algorithmsOfKey(publicKey).some(({ name }) => name === signing.name)) {
    const [one, other] = [describeKey(publicKey), signing.name];
    yield problem('certificate', `ca.crt has a key for ${one}, and ca.yaml names one for ${other}`);
  }
  if ((alternativeKey === undefined) !== (alternative === undefined)) {
    yield problem('certificate', 'ca.crt and ca.yaml disagree about an alternative key');
  }
}

/** The CA's own certificate, as the store has it. */
async function* ownChecks({ certificate, store }: CaDirectory): AsyncGenerator<Check> {
  const record = await store.find(serialText(certificate.tbs.serialNumber));
  if (record?.der && sameOctets(record.der, certificate.der)) return;
  yield problem('certificate', 'ca.crt is not a certificate that the store has recorded');
}

/** The current CRL as it is published from `crl/`, and the last one in the store. */
async function* crlChecks({ path, store }: CaDirectory): AsyncGenerator<Check> {
  for (const kind of ['full', 'delta'] as const) {
    const last = (await store.lastIssuedCrl(kind))?.number;
    let published: bigint | undefined;
    try {
      published = parseCrlNumber(readCurrentCrl(path, { kind })?.tbs.extensions ?? []);
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      yield problem('crl', error.message, error.hints);
      continue;
    }
    if (published === last) continue;
    if (published !== undefined && (last === undefined || published > last)) {
      yield problem('crl', `crl/ has CRL ${published}, which the store does not know`, [
        'the store is older than the CRL: "pki store restore --crl" raises its number',
      ]);
    } else {
      yield warning('crl', `crl/ has ${published ?? 'none'}, and CRL ${last} was issued`, [
        `make the next one with "pki crl${kind === 'delta' ? ' --delta' : ''}"`,
      ]);
    }
  }
}
