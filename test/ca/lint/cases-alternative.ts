import type { TbsCertificate } from '../../../src/x509/certificate.ts';
import {
  authorityKeyIdentifier,
  EXTENSION_OID,
  keyIdentifier,
} from '../../../src/x509/extensions.ts';
import { type LintCase, replaced, tbsCase } from './case.ts';

const identified = (tbs: TbsCertificate, value?: Uint8Array) =>
  replaced(tbs, EXTENSION_OID.authorityKeyIdentifier, value);

/** What seems to be signed by itself, twice, and has one key only. */
export const ALTERNATIVE_SIGNATURE_CASES: readonly LintCase[] = [
  (tbs: TbsCertificate) => identified(tbs),
  (tbs: TbsCertificate) =>
    identified(tbs, authorityKeyIdentifier(keyIdentifier(tbs.publicKey)).value),
].map((change) =>
  tbsCase('alternative-signature-of-itself', (tbs) => ({ ...change(tbs), subject: tbs.issuer }), {
    by: 'hybrid',
  }),
);
