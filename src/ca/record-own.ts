import { sha256 } from '../der/sha256.ts';
import { alternativeNames } from '../x509/alternative-names.ts';
import { type Certificate, serialText } from '../x509/certificate.ts';
import { nameText, parseName } from '../x509/names.ts';
import type { AuthorityParts } from './authority.ts';

/**
 * Records in a CA's store the certificate that somebody else has issued for the CA itself, under
 * `profile`. What was recorded before an interruption is not recorded twice.
 */
export async function recordOwn(
  { tbs, tbsDer, der }: Certificate,
  profile: string,
  { store, clock }: Pick<AuthorityParts, 'store' | 'clock'>,
): Promise<void> {
  const serial = serialText(tbs.serialNumber);
  const { notBefore, notAfter } = tbs;
  const subject = nameText(parseName(tbs.subject));
  const [tbsHash, publicKeyHash] = [sha256(tbsDer), sha256(tbs.publicKey)];
  const known = await store.find(serial);
  if (!known) {
    const names = { profile, subject, alternativeNames: alternativeNames(tbs.extensions) };
    const intent = { serial, ...names, notBefore, notAfter, tbsHash, publicKeyHash };
    await store.recordIntent(intent, clock());
  }
  if (known?.status !== 'issued') await store.recordIssued(serial, der, clock());
}
