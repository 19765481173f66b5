import { DerError } from '../der/reader.ts';
import { subjectText } from '../x509/alternative-names.ts';
import type { Certificate } from '../x509/certificate.ts';
import { EXTENSION_OID, type KnownExtensions, knownExtensions } from '../x509/extensions.ts';
import { nameText, parseName } from '../x509/names.ts';
import { type PolicyExtensions, policyExtensions } from '../x509/policy-extensions.ts';
import { attributeValues, comparableName, nameKey } from './comparable-name.ts';
import { type DistributionPoint, distributionPoints } from './distribution-points.ts';
import {
  NAME_CONSTRAINTS_OID,
  type NameConstraints,
  parseNameConstraints,
} from './name-constraints.ts';
import {
  DIRECTORY_TAG,
  EMAIL_TAG,
  type NameOfForm,
  nameOfForm,
  namesOfForms,
} from './name-forms.ts';

/** A certificate as path validation looks at it: read once, compared many times. */
export interface PathCertificate {
  readonly certificate: Certificate;
  /** For people, escaped; of a leaf without a subject the alternative names. */
  readonly subject: string;
  readonly issuer: string;
  /** Equal for names that match (RFC 5280 §7.1). */
  readonly subjectKey: string;
  readonly issuerKey: string;
  readonly selfIssued: boolean;
  readonly extensions: KnownExtensions;
  readonly nameConstraints: NameConstraints | undefined;
  readonly policies: PolicyExtensions;
  /** Where its CRLs are. */
  readonly points: readonly DistributionPoint[];
  /** What name constraints are about: the subject, and all of subjectAltName. */
  readonly names: readonly NameOfForm[];
  /** What of it could not be read; then all of the extensions are left out. */
  readonly malformed: string | undefined;
}

export function pathCertificate(certificate: Certificate): PathCertificate {
  const { subject, issuer, extensions } = certificate.tbs;
  const [subjectKey, issuerKey] = [keyOf(subject), keyOf(issuer)];
  return {
    certificate,
    subject: readable(
      () => subjectText(subject, extensions),
      () => UNREADABLE,
    ),
    issuer: textOf(issuer),
    subjectKey,
    issuerKey,
    selfIssued: subjectKey === issuerKey,
    ...contents(certificate),
  };
}

/** More than anybody has use for; what reads and encodes them again is not made for thousands. */
const MAX_EXTENSIONS = 500;

type Contents = Pick<
  PathCertificate,
  'extensions' | 'nameConstraints' | 'policies' | 'points' | 'names' | 'malformed'
>;

const contents = ({ tbs }: Certificate): Contents =>
  readable<Contents>(
    () => {
      if (tbs.extensions.length > MAX_EXTENSIONS) throw new DerError('it has too many extensions');
      const extension = (oid: string) => tbs.extensions.find((item) => item.oid === oid)?.value;
      const constraints = extension(NAME_CONSTRAINTS_OID);
      const altNames = extension(EXTENSION_OID.subjectAltName);
      return {
        extensions: knownExtensions(tbs.extensions),
        nameConstraints: constraints && parseNameConstraints(constraints),
        policies: policyExtensions(tbs.extensions),
        points: distributionPoints(tbs.extensions, tbs.issuer),
        names: [...subjectNames(tbs.subject), ...(altNames ? namesOfForms(altNames) : [])],
        malformed: undefined,
      };
    },
    (malformed) => ({
      extensions: knownExtensions([]),
      nameConstraints: undefined,
      policies: policyExtensions([]),
      points: [],
      names: [],
      malformed,
    }),
  );

/** emailAddress, an attribute of PKCS #9, which constraints of e-mail addresses hold for too. */
const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';

function subjectNames(subject: Uint8Array): readonly NameOfForm[] {
  const directoryName = nameOfForm(DIRECTORY_TAG, subject);
  if (directoryName.rdns.length === 0) return [];
  const addresses = attributeValues(subject, EMAIL_ADDRESS);
  return [
    directoryName,
    ...addresses.map((address) => nameOfForm(EMAIL_TAG, Buffer.from(address, 'latin1'))),
  ];
}

/** Equal for names that match. */
export const keyOf = (name: Uint8Array): string =>
  readable(
    () => nameKey(comparableName(name)),
    () => Buffer.from(name).toString('hex'),
  );

/** A name for people, escaped. */
export const textOf = (name: Uint8Array): string =>
  readable(
    () => nameText(parseName(name)),
    () => UNREADABLE,
  );

const UNREADABLE = '(a name that cannot be read)';

/** What `read` returns, or where it throws a DerError what `otherwise` makes of its message. */
export function readable<Result>(
  read: () => Result,
  otherwise: (message: string) => Result,
): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return otherwise(error.message);
    throw error;
  }
}
