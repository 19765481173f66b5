import { type SignedOctets, type Verdict, verifySignature } from '../algorithms/verify.ts';
import { DerError, enterDer } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { type Extension, parseExtension } from './extensions.ts';

/** PKCS #10 CertificationRequest (RFC 2986), whose signature has not been checked yet. */
export interface CertificationRequest {
  /** Name, DER. */
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** What the extensionRequest attribute asks for (RFC 2985 §5.4.2). */
  readonly extensions: readonly Extension[];
  readonly signed: SignedOctets;
}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const ATTRIBUTES_TAG = 0xa0;

/** Reads a PKCS #10 request; throws DerError. */
export function parseCsr(der: Uint8Array): CertificationRequest {
  const outer = enterDer(der);
  const info = outer.read(TAG.sequence).octets;
  const identifier = outer.read(TAG.sequence).octets;
  const signature = outer.bitString();
  outer.end();
  const reader = enterDer(info);
  if (reader.smallInteger() !== 0) throw new DerError('it is not of version 1');
  const subject = reader.read(TAG.sequence).octets;
  const publicKey = reader.read(TAG.sequence).octets;
  const attributes = reader.optional(ATTRIBUTES_TAG)?.octets;
  reader.end();
  const signed = { spki: publicKey, identifier, message: info, signature };
  const extensions = attributes ? requestedExtensions(attributes) : [];
  return { subject, publicKey, extensions, signed };
}

function requestedExtensions(attributes: Uint8Array): readonly Extension[] {
  const reader = enterDer(attributes, ATTRIBUTES_TAG);
  const extensions: Extension[] = [];
  while (!reader.done) {
    const attribute = reader.enter();
    const isRequest = attribute.objectIdentifier() === EXTENSION_REQUEST;
    const values = attribute.enter(TAG.set);
    if (!isRequest) continue;
    const list = values.enter();
    while (!list.done) extensions.push(parseExtension(list.enter()));
    values.end();
  }
  return extensions;
}

/** Proof of possession: the request is signed with the key that it asks a certificate for. */
export const verifyCsr = ({ signed }: CertificationRequest): Promise<Verdict> =>
  verifySignature(signed);
