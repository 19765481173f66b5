import { altSignatureAlgorithm } from '../x509/alternative.ts';
import { type Crl, crlNumber } from '../x509/crl.ts';
import { authorityKeyIdentifier } from '../x509/extensions.ts';
import type { AuthorityParts } from './authority.ts';
import type { Issuer } from './issuer.ts';
import { approveCrl } from './lint.ts';
import { sealCrl } from './seal.ts';

const DAY = 86_400_000; // milliseconds

/**
 * Issues a full CRL: the line of a certificate, drafted, approved and sealed, under a hybrid CA with
 * both signatures. Certificates cannot be revoked yet, so that its list is empty.
 */
export async function issueCrl(
  issuer: Issuer,
  { days }: { readonly days: number },
  { store, clock }: Pick<AuthorityParts, 'store' | 'clock'>,
): Promise<Crl> {
  const thisUpdate = new Date(Math.floor(clock().getTime() / 1000) * 1000);
  const { signing, alternative } = issuer;
  const number = (await store.lastCrlNumber()) + 1n;
  const tbs = {
    signature: signing.algorithm.identifier,
    issuer: issuer.name,
    thisUpdate,
    nextUpdate: new Date(thisUpdate.getTime() + days * DAY),
    revoked: [],
    extensions: [
      authorityKeyIdentifier(issuer.keyIdentifier),
      crlNumber(number),
      ...(alternative ? [altSignatureAlgorithm(alternative.algorithm.identifier)] : []),
    ],
  };
  return sealCrl(approveCrl(tbs, issuer), issuer, { store, clock });
}
