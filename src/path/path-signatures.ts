import { obsoleteSignature } from '../algorithms/obsolete.ts';
import { describeSignature } from '../algorithms/spki.ts';
import { checkSignature, type SignatureCheck, type SignedOctets } from '../algorithms/verify.ts';
import { preTbs } from '../x509/alternative.ts';
import type { KnownExtensions } from '../x509/extensions.ts';
import type { Signed } from '../x509/signed.ts';
import type { PathCertificate } from './path-certificate.ts';

export type SignatureKind = 'signature' | 'alternative signature';

/** One signature that was checked; of a composite, each half. */
export interface CheckedSignature extends SignatureCheck {
  /** Subject of the certificate that is signed, for people. */
  readonly certificate: string;
  /** Subject of the one whose key it was checked with. */
  readonly issuer: string;
  readonly what: SignatureKind;
  /** The composite algorithm that `algorithm` is one half of. */
  readonly composite?: string;
}

/** Pairs of a certificate and an issuer that are checked: a bound for hostile collections. */
export const MAX_SIGNED_PAIRS = 100;

/** Checks the signatures of certificates, each pair once, however many paths it is part of. */
export class SignatureChecker {
  readonly #known = new Map<PathCertificate, Map<PathCertificate, readonly CheckedSignature[]>>();
  #left = MAX_SIGNED_PAIRS;

  /** False once the bound is reached. */
  get hasBudget(): boolean {
    return this.#left > 0;
  }

  /** The signature, then the alternative one if it is there and the issuer has the key for it. */
  async check(
    subject: PathCertificate,
    issuer: PathCertificate,
  ): Promise<readonly CheckedSignature[]> {
    const ofSubject = this.#known.get(subject) ?? new Map();
    this.#known.set(subject, ofSubject);
    const known: readonly CheckedSignature[] | undefined = ofSubject.get(issuer);
    if (known) return known;
    this.#left--;
    const checked = await checkPair(subject, issuer);
    ofSubject.set(issuer, checked);
    return checked;
  }
}

const checkPair = (
  { certificate, subject, extensions }: PathCertificate,
  issuer: PathCertificate,
): Promise<readonly CheckedSignature[]> =>
  checkSigned({ signed: certificate, name: subject, alternative: extensions }, issuer);

/** Something that a CA has signed, a certificate or a CRL. */
export interface SignedByCa {
  readonly signed: Signed;
  /** For people. */
  readonly name: string;
  readonly alternative: Pick<KnownExtensions, 'altSignatureAlgorithm' | 'altSignatureValue'>;
}

/** The signature, then the alternative one if it is there and the issuer has the key for it. */
export async function checkSigned(
  { signed, name, alternative }: SignedByCa,
  issuer: PathCertificate,
): Promise<readonly CheckedSignature[]> {
  const { signatureAlgorithm: identifier, signature, tbsDer: message } = signed;
  const spki = issuer.certificate.tbs.publicKey;
  const names = { certificate: name, issuer: issuer.subject };
  const main = await checked(
    { spki, identifier, message, signature },
    { ...names, what: 'signature' },
  );
  const { altSignatureAlgorithm, altSignatureValue } = alternative;
  const altKey = issuer.extensions.subjectAltPublicKeyInfo;
  if (!altSignatureAlgorithm || !altSignatureValue || !altKey) return main;
  const second = await checked(
    {
      spki: altKey,
      identifier: altSignatureAlgorithm,
      message: preTbs(message),
      signature: altSignatureValue,
    },
    { ...names, what: 'alternative signature' },
  );
  return [...main, ...second];
}

/** What does not verify because it is of a former draft, or was never allowed, is told so. */
async function checked(
  signed: SignedOctets,
  names: Pick<CheckedSignature, 'certificate' | 'issuer' | 'what'>,
): Promise<readonly CheckedSignature[]> {
  const checks = await checkSignature(signed);
  const wrong = checks.some(({ problem }) => problem !== undefined);
  const obsolete = wrong ? await obsoleteSignature(signed) : undefined;
  const halves = checks.length > 1 ? { composite: describeSignature(signed.identifier) } : {};
  return checks.map((check) => ({
    ...names,
    ...check,
    ...halves,
    problem: check.problem && (obsolete ?? check.problem),
  }));
}
