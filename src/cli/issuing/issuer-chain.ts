import type { CaDirectory } from '../../store/ca-directory.ts';
import type { Certificate } from '../../x509/certificate.ts';

/** The CA's certificate and those above it, the root last. */
export const issuerChain = ({ certificate, chain }: CaDirectory): readonly Certificate[] => [
  certificate,
  ...chain,
];

/** The same without self-signed roots, which whoever verifies has to have already. */
export const sentChain = (ca: CaDirectory): readonly Certificate[] =>
  issuerChain(ca).filter(({ tbs }) => Buffer.compare(tbs.subject, tbs.issuer) !== 0);
