import {
  nativeEngine,
  nobleEngine,
  type PostQuantumEngine,
  postQuantumEngine,
} from '../algorithms/post-quantum.ts';
import { PkiError } from '../errors.ts';
import type { Signer } from '../signers/signer.ts';
import { serialText, type TbsCertificate } from '../x509/certificate.ts';
import { encodeExtension } from '../x509/extensions.ts';
import { ATTRIBUTES, attributeOid, encodeName, parseName } from '../x509/names.ts';
import * as x509 from '../x509/peculiar.ts';
import type { PublicHalf } from './issuer.ts';
import type { ApprovedTbs } from './lint.ts';
import { cryptoOf } from './signer-crypto.ts';

/**
 * For CA certificates, which cannot be taken back: has @peculiar/x509 assemble the same
 * certificate, and compares what it would have signed. Throws INTEGRITY where the two differ.
 */
export async function mustAssembleAlike(
  { tbs, der }: ApprovedTbs,
  { algorithm, publicKey }: PublicHalf,
): Promise<void> {
  await assembleWithPeculiar(tbs, {
    algorithm,
    publicKey,
    async sign(message) {
      if (Buffer.compare(message, der) === 0) return new Uint8Array(1); // nothing is signed here
      throw new PkiError('INTEGRITY', 'two encoders disagree about the CA certificate', {
        hints: ['our TBSCertificate differs from that of @peculiar/x509; please report it'],
      });
    },
    async [Symbol.asyncDispose]() {},
  });
}

/** The certificate as X509CertificateGenerator makes it; returns its DER. */
export async function assembleWithPeculiar(
  tbs: TbsCertificate,
  signer: Signer,
): Promise<Uint8Array> {
  const { crypto, signingKey } = cryptoOf(signer);
  const { notBefore, notAfter } = tbs;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialText(tbs.serialNumber),
      subject: subjectName(tbs),
      issuer: issuerName(tbs),
      notBefore,
      notAfter,
      publicKey: Uint8Array.from(tbs.publicKey),
      signingKey,
      extensions: tbs.extensions.map(
        (extension) => new x509.Extension(Uint8Array.from(encodeExtension(extension))),
      ),
    },
    crypto,
  );
  return new Uint8Array(certificate.rawData);
}

/**
 * Of a subject that others have named, too. Where the encoding is ours, the other encoder has to
 * come to the same.
 */
const subjectName = ({ subject }: TbsCertificate): x509.Name => {
  const attributes = parseName(subject);
  const isOurs =
    attributes.every(({ type }) => Object.hasOwn(ATTRIBUTES, type)) &&
    Buffer.compare(encodeName(attributes), subject) === 0;
  return isOurs ? peculiarName(subject) : new x509.Name(Uint8Array.from(subject));
};

/** Of an issuer that others have named, the string types are given, not chosen. */
const issuerName = (tbs: TbsCertificate): x509.Name =>
  Buffer.compare(tbs.issuer, tbs.subject) === 0
    ? subjectName(tbs)
    : new x509.Name(Uint8Array.from(tbs.issuer));

/**
 * From the text of the attributes, so that the string types are chosen by the other encoder. It
 * takes quotation marks, a leading # and backslashes for syntax: such a text is given as the
 * UTF8String that it has to be, since PrintableString has none of these characters.
 */
const peculiarName = (name: Uint8Array): x509.Name =>
  new x509.Name(
    parseName(name).map(({ type, value }) => {
      const oid = attributeOid(type);
      return /["#\\]/.test(value) ? { [oid]: [{ utf8String: value }] } : { [oid]: [value] };
    }),
  );

/** The implementation of ML-DSA and SLH-DSA that did not sign, for a second verification. */
export async function otherEngine(): Promise<PostQuantumEngine> {
  const signing = await postQuantumEngine();
  return signing === nativeEngine ? nobleEngine() : signing;
}
