import { timeText } from '../der/time.ts';
import { PkiError } from '../errors.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type IssuerAndSerialNumber, issuerAndSerialNumber } from '../x509/issuer-and-serial.ts';

/** A certificate that a requester refers to, because they have its key too. */
export interface ReferredCertificate {
  readonly certificate: Certificate;
  readonly intermediates: readonly Certificate[];
  /** For errors: the file that it came from. */
  readonly name: string;
}

/** What is known about certificates of others while a request is being checked. */
export interface TrustedWorld {
  /** The time at which they have to be valid. */
  readonly now: Date;
  /** Roots that the operator trusts for this. */
  readonly trust: readonly Certificate[];
  /** The certificate of that name which this CA has issued, and not revoked. */
  issued(named: IssuerAndSerialNumber): Promise<Certificate | undefined>;
}

/** Throws POLICY unless the certificate is valid now, and of this CA or under a trusted root. */
export async function mustBeTrusted(
  { certificate, intermediates, name }: ReferredCertificate,
  { now, trust, issued }: TrustedWorld,
): Promise<void> {
  mustBeValid(certificate, name, now);
  const own = await issued(issuerAndSerialNumber(certificate));
  if (own && Buffer.compare(own.der, certificate.der) === 0) return;
  if (trust.length === 0) {
    throw new PkiError('POLICY', `${name} is not a certificate that this CA has issued`, {
      hints: ['give the root that it chains to with --trust'],
    });
  }
  const { validatePath } = await import('../path/validate-path.ts'); // rarely needed
  const { problems } = await validatePath({
    certificate,
    intermediates,
    trust,
    at: now,
    requireAlternative: false,
  });
  if (problems.length === 0) return;
  throw new PkiError('POLICY', `${name} does not chain to a root of --trust`, { hints: problems });
}

function mustBeValid({ tbs: { notBefore, notAfter } }: Certificate, name: string, now: Date): void {
  if (now < notBefore) {
    throw new PkiError('POLICY', `${name} is not valid before ${timeText(notBefore)}`);
  }
  if (now > notAfter) {
    throw new PkiError('POLICY', `${name} was valid until ${timeText(notAfter)}`);
  }
}
