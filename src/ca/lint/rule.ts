import type { Tlv } from '../../der/reader.ts';
import type { EncodingFaults } from '../../der/tolerant.ts';
import type { Profile } from '../../profiles/profile-config.ts';
import type { Certificate, TbsCertificate } from '../../x509/certificate.ts';
import type { TbsCertList } from '../../x509/crl.ts';
import type { Attribute } from '../../x509/csr-attributes.ts';
import type { KnownExtensions } from '../../x509/extensions.ts';
import type { NameAttribute } from '../../x509/names.ts';
import type { CertStatus, ResponseData } from '../../x509/ocsp-data.ts';
import type { SignedKind } from '../../x509/signed-kind.ts';
import type { Background } from '../background.ts';
import type { Issuer } from '../issuer.ts';
import type { OcspResponder } from '../ocsp-responder.ts';
import type { SubjectKey } from '../subject-key.ts';

/**
 * What breaking a requirement means. `error`: a document says MUST. `warning`: it says SHOULD, or
 * the requirement is one of this CA for itself, which signs nothing that breaks it. `notice`: good
 * to know, and no reason not to sign.
 */
export type Severity = 'error' | 'warning' | 'notice';

/**
 * One row, one requirement of one document. Rows see what their `Subject` has: those about what
 * anybody can read of a certificate hold for everybody's, those about a profile or an issuer for
 * what is about to be signed.
 */
export interface LintRule<Subject = LintSubject> {
  readonly id: string;
  readonly cites: string;
  /** The requirement in one line, for the documentation. */
  readonly requires: string;
  /** An error if absent. */
  readonly severity?: Exclude<Severity, 'error'>;
  /** The first day on which it holds for what is issued, `2026-03-15`; always if absent. */
  readonly from?: string;
  /** The first day on which it holds no longer. */
  readonly until?: string;
  /** What is wrong, or undefined; throwing a DerError is a finding as well. */
  readonly check: (subject: Subject) => string | undefined;
}

/** What a rule about names and keys looks at, in a request too. */
export interface RequestSubject {
  readonly tbs: Pick<TbsCertificate, 'publicKey' | 'extensions'>;
  readonly extensions: KnownExtensions;
  readonly subject: readonly NameAttribute[];
  readonly key: SubjectKey;
  /** Whether the name is that of a CA that exists, and has to stay as it is. */
  readonly keepsName?: boolean;
}

/** What a rule about the attributes of a request looks at. */
export interface AttributesSubject {
  /** Undefined where the field itself is not there. */
  readonly attributes: readonly Attribute[] | undefined;
  readonly tbs: Pick<TbsCertificate, 'extensions'>;
}

/** What anybody can read of a certificate, signed or about to be. */
export interface CertificateSubject extends RequestSubject {
  readonly tbs: TbsCertificate;
  /** When it is issued, or was; rows with dates are asked about this moment. */
  readonly at: Date;
  /** Whether it is held against TLS BR, whatever its policies say. */
  readonly asTlsServer?: boolean;
}

/** What a rule looks at that knows what the certificate is meant to be: the draft, in DER again. */
export interface LintSubject extends CertificateSubject {
  readonly profile: Profile;
  readonly issuer: Issuer;
  /** The certificate whose key the requester has proven to hold as well (RFC 9763). */
  readonly related: Certificate | undefined;
  readonly background: Background;
  /** The certificate that the CA has already whose key this one is for. */
  readonly existing: Certificate | undefined;
}

/** What certificates and CRLs have in common. */
export interface IssuedSubject {
  readonly tbs: Pick<TbsCertificate, 'signature' | 'issuer' | 'extensions'>;
  readonly extensions: KnownExtensions;
}

/** The same with its issuer at hand. */
export interface SignedSubject extends IssuedSubject {
  readonly issuer: Issuer;
}

/** What anybody can read of a CRL. */
export interface AnyCrlSubject extends IssuedSubject {
  /** One of others may have no nextUpdate. */
  readonly tbs: Omit<TbsCertList, 'nextUpdate'> & { readonly nextUpdate: Date | undefined };
}

/** What a rule for CRLs looks at that are about to be signed. */
export interface CrlSubject extends AnyCrlSubject {
  readonly tbs: TbsCertList;
  readonly issuer: Issuer;
}

/** What a rule for OCSP responses looks at. */
export interface OcspSubject {
  readonly data: ResponseData;
  readonly responder: OcspResponder;
  /** What the CA itself says of the certificate of a delegated responder. */
  readonly responderStatus: CertStatus;
}

/** What a rule about octets looks at, of whatever is encoded. */
export interface EncodedSubject {
  readonly faults: EncodingFaults;
}

/** A row about what is signed; not all parts are in all kinds. */
export interface EnvelopeRule extends LintRule<EnvelopeSubject> {
  /** What it is about: all of them if absent. */
  readonly kinds?: readonly SignedKind[];
}

/** What is signed: an object of others, or one of ours with its signature. */
export interface EnvelopeSubject {
  readonly kind: SignedKind;
  /** As the number in it says, plus one. */
  readonly version: number;
  /** AlgorithmIdentifiers: beside the signature and, but for requests, within what is signed. */
  readonly outer: Uint8Array;
  readonly inner: Uint8Array | undefined;
  readonly signature: Uint8Array;
  /** Each `Time`, as it is encoded. */
  readonly times: readonly Tlv[];
  /** Names, DER: of the subject, or of the issuer of a CRL. */
  readonly names: readonly Uint8Array[];
  readonly uniqueIds: boolean;
  /** Lists that are there, and hold nothing. */
  readonly emptyLists: readonly string[];
  /** SubjectPublicKeyInfo, of what has one. */
  readonly publicKey: Uint8Array | undefined;
  readonly extensions: KnownExtensions;
}
