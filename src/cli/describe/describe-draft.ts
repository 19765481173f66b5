import { encodeCertificate, encodeTbs, type TbsCertificate } from '../../x509/certificate.ts';
import { type CertificateDescription, describeCertificate } from './describe-certificate.ts';

/** A certificate to be: what is drawn anew when it is signed, or comes of that, is left out. */
export type DraftDescription = Omit<CertificateDescription, 'serial' | 'fingerprint'>;

export function describeDraft(tbs: TbsCertificate): DraftDescription {
  const unsigned = encodeCertificate(encodeTbs(tbs), tbs.signature, new Uint8Array(0));
  const { serial, fingerprint, algorithms, ...described } = describeCertificate(
    unsigned,
    'the draft',
  );
  const isKey = ({ role }: { role: string }) => role === 'key' || role === 'alternative key';
  return { ...described, algorithms: algorithms.filter(isKey) };
}
