import { DerReader, enterDer, readDer } from '../../der/reader.ts';
import { timeText, timeValue } from '../../der/time.ts';
import { TAG, tlv } from '../../der/writer.ts';
import { serialText } from '../../x509/certificate.ts';
import { parseExtension } from '../../x509/extensions.ts';
import { nameText, parseName } from '../../x509/names.ts';
import { table } from '../present.ts';
import {
  type AlgorithmDescription,
  algorithmRows,
  describePublicKey,
  describeSigning,
} from './describe-algorithm.ts';

/** What a delta certificate takes over from the one that carries it, where it does not differ. */
export interface BaseCertificate {
  readonly issuer: string;
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** AlgorithmIdentifier of its signature, DER. */
  readonly signatureIdentifier: Uint8Array;
}

/** The second certificate inside of a chameleon (draft-bonnell-lamps-chameleon-certs-07 §4). */
export interface DeltaCertificate {
  readonly serial: string;
  readonly issuer: string;
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Which of the above it takes over from the certificate around it. */
  readonly inherited: readonly ('issuer' | 'subject' | 'validity' | 'signature')[];
  readonly key: string;
  readonly signature: string;
  readonly algorithms: readonly AlgorithmDescription[];
  /** OIDs of the extensions that it has other values for. */
  readonly extensions: readonly string[];
}

/** Reads a DeltaCertificateDescriptor; throws DerError. */
export function readDelta(value: Uint8Array, base: BaseCertificate): DeltaCertificate {
  const reader = enterDer(value);
  const serial = serialText(reader.integer());
  const signatureIdentifier = tagged(reader, 0);
  const issuer = tagged(reader, 1);
  const validity = tagged(reader, 2);
  const subject = tagged(reader, 3);
  const spki = reader.read(TAG.sequence).octets;
  const extensions = taggedExtensions(reader);
  const signatureValue = reader.bitString();
  reader.end();
  const key = describePublicKey('key', spki);
  const identifier = signatureIdentifier ?? base.signatureIdentifier;
  const signature = describeSigning('signature', identifier, signatureValue);
  const own = { issuer, subject, validity, signature: signatureIdentifier };
  return {
    serial,
    issuer: issuer ? nameText(parseName(issuer)) : base.issuer,
    subject: subject ? nameText(parseName(subject)) : base.subject,
    ...(validity ? readValidity(validity) : { notBefore: base.notBefore, notAfter: base.notAfter }),
    inherited: FIELDS.filter((field) => own[field] === undefined),
    key: key.name,
    signature: signature.name,
    algorithms: [key, signature],
    extensions,
  };
}

const FIELDS = ['issuer', 'subject', 'validity', 'signature'] as const;

/**
 * A SEQUENCE under a context tag. The draft's module tags implicitly, Bouncy Castle explicitly; none
 * of the types has a SEQUENCE as its first component, so the next tag tells which it is.
 */
function tagged(reader: DerReader, number: number): Uint8Array | undefined {
  const found = reader.optional(0xa0 | number);
  if (found?.contents[0] === TAG.sequence) return readDer(found.contents).octets;
  return found && tlv(TAG.sequence, found.contents);
}

/** OIDs of the Extensions under `[4]`, a SEQUENCE OF SEQUENCE that starts with an OID. */
function taggedExtensions(reader: DerReader): readonly string[] {
  const contents = reader.optional(0xa4)?.contents;
  if (!contents) return [];
  const isExplicit = new DerReader(contents).enter().nextTag === TAG.sequence;
  const list = isExplicit ? enterDer(contents) : new DerReader(contents);
  const oids: string[] = [];
  while (!list.done) oids.push(parseExtension(list.enter()).oid);
  return oids;
}

function readValidity(validity: Uint8Array): { notBefore: string; notAfter: string } {
  const reader = enterDer(validity);
  const [notBefore, notAfter] = [timeValue(reader.read()), timeValue(reader.read())];
  reader.end();
  return { notBefore: timeText(notBefore), notAfter: timeText(notAfter) };
}

/** For people; `extensionName` knows OIDs. */
export function deltaLines(
  { algorithms, extensions, inherited, ...fields }: DeltaCertificate,
  extensionName: (oid: string) => string,
): readonly string[] {
  const also = (field: (typeof FIELDS)[number], text: string) =>
    inherited.includes(field) ? `${text} (as the certificate around it)` : text;
  return table([
    ['serial', fields.serial],
    ['subject', also('subject', fields.subject)],
    ['issuer', also('issuer', fields.issuer)],
    ['valid from', also('validity', fields.notBefore)],
    ['valid until', also('validity', fields.notAfter)],
    ...algorithms.flatMap(({ name, ...algorithm }) =>
      algorithmRows({
        ...algorithm,
        name: algorithm.role === 'signature' ? also('signature', name) : name,
      }),
    ),
    ...extensions.map((oid, index) => [index ? '' : 'extensions', extensionName(oid)] as const),
  ])
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(2));
}
