import { DerError, DerReader, enterDer } from '../der/reader.ts';
import { bitString, type Der, sequence, TAG, tlv } from '../der/writer.ts';
import { EXTENSION_OID, type Extension, encodeExtension, parseExtension } from './extensions.ts';

/**
 * Alternative keys and signatures of ITU-T X.509 (10/2019) clause 9.8, known as Catalyst. The
 * standard lets them be critical; ours never are, since verifiers that do not know them would then
 * refuse the certificate.
 */
export const subjectAltPublicKeyInfo = (spki: Uint8Array): Extension => ({
  oid: EXTENSION_OID.subjectAltPublicKeyInfo,
  critical: false,
  value: spki,
});

export const altSignatureAlgorithm = (identifier: Uint8Array): Extension => ({
  oid: EXTENSION_OID.altSignatureAlgorithm,
  critical: false,
  value: identifier,
});

/** A TBSCertificate or TBSCertList, DER, with the alternative signature as its last extension. */
export function withAltSignature(tbsDer: Uint8Array, signature: Uint8Array): Der {
  const { components, extensions } = takenApart(tbsDer);
  const oid = EXTENSION_OID.altSignatureValue;
  const added = encodeExtension({ oid, critical: false, value: bitString(signature) });
  return putTogether(components, [...extensions, added]);
}

/** The same, as it was before the alternative signature was put in. */
export function withoutAltSignature(tbsDer: Uint8Array): Der {
  const { components, extensions } = takenApart(tbsDer);
  return putTogether(components, extensions.filter(isNotAltSignature));
}

/**
 * What the alternative signature covers (clauses 7.2.2 and 7.10.3): the TBSCertificate or
 * TBSCertList without `signature` and without the altSignatureValue extension; everything else
 * stays, in its order.
 */
export function preTbs(tbsDer: Uint8Array): Der {
  const { components, extensions } = takenApart(tbsDer);
  const rest = components.toSpliced(signatureIndex(components), 1);
  return putTogether(rest, extensions.filter(isNotAltSignature));
}

/** The first SEQUENCE in both: before it are a version and a serial number at most. */
const signatureIndex = (components: readonly Uint8Array[]): number =>
  components.findIndex(([tag]) => tag === TAG.sequence);

/** The octets of the alternative signature; undefined if there is none. Throws DerError. */
export function altSignature(tbsDer: Uint8Array): Uint8Array | undefined {
  const found = takenApart(tbsDer).extensions.find((extension) => !isNotAltSignature(extension));
  return found && new DerReader(parseExtension(enterDer(found)).value).bitString();
}

const isNotAltSignature = (extension: Uint8Array): boolean =>
  enterDer(extension).objectIdentifier() !== EXTENSION_OID.altSignatureValue;

/** `[3]` in certificates, `[0]` in CRLs; there it cannot be taken for the version, an INTEGER. */
const EXTENSIONS_TAGS: readonly number[] = [0xa3, 0xa0];

interface TbsParts {
  /** The encodings of all components; the last one wraps the extensions. */
  readonly components: readonly Uint8Array[];
  /** The encoding of each extension. */
  readonly extensions: readonly Uint8Array[];
}

function takenApart(tbsDer: Uint8Array): TbsParts {
  const components = all(enterDer(tbsDer));
  const last = components.at(-1);
  if (last?.[0] === undefined || components.length < 2 || !EXTENSIONS_TAGS.includes(last[0])) {
    throw new DerError('it has no extensions');
  }
  const list = enterDer(new DerReader(last).read().contents);
  return { components, extensions: all(list) };
}

function putTogether(components: readonly Uint8Array[], extensions: readonly Uint8Array[]): Der {
  const tag = components.at(-1)?.[0] ?? 0;
  return sequence(...components.slice(0, -1), tlv(tag, sequence(...extensions)));
}

function all(reader: DerReader): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  while (!reader.done) found.push(reader.read().octets);
  return found;
}
