import { sameOctets } from '../../der/same-octets.ts';
import { timeText } from '../../der/time.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { EXTENSION_OID, type KnownExtensions, knownExtensions } from '../../x509/extensions.ts';
import type { LintRule, LintSubject } from './rule.ts';

/** A rule that looks at nothing unless there is a certificate for the key already. */
const rule = (
  id: string,
  cites: string,
  requires: string,
  check: (subject: LintSubject, existing: Certificate, limits: KnownExtensions) => unknown,
): LintRule => ({
  id,
  cites,
  requires,
  check: (subject) => {
    const { existing } = subject;
    const found = existing && check(subject, existing, knownExtensions(existing.tbs.extensions));
    return typeof found === 'string' ? found : undefined;
  },
});

const same = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one && other ? sameOctets(one, other) : one === other;

const extensionOf = ({ tbs }: Pick<Certificate, 'tbs'>, oid: string) =>
  tbs.extensions.find((extension) => extension.oid === oid);

/**
 * What a certificate owes to the one that its CA has already. A path may lead by either: both must
 * be of one name and key, and the new one must not allow what the existing one does not.
 */
export const EXISTING_RULES: readonly LintRule[] = [
  rule(
    'existing-is-ca',
    'RFC 5280 §4.2.1.3, §4.2.1.9',
    'the certificate that there is already is that of a CA',
    (_, __, limits) =>
      limits.basicConstraints?.ca && (limits.keyUsage?.includes('keyCertSign') ?? true)
        ? undefined
        : 'the existing certificate is not that of a CA',
  ),
  rule(
    'existing-stays-ca',
    'TLS BR §7.1.2.2.3',
    'the certificate of a CA is followed by that of a CA',
    ({ extensions, profile }) =>
      extensions.basicConstraints?.ca
        ? undefined
        : `the existing certificate is that of a CA, and profile "${profile.name}" makes none`,
  ),
  rule(
    'existing-subject',
    'TLS BR §7.1.2.2.2, RFC 5280 §6.1.3',
    'the subject is that of the existing certificate, octet for octet',
    ({ tbs }, existing) =>
      same(tbs.subject, existing.tbs.subject)
        ? undefined
        : 'subject must be that of the existing certificate, byte for byte',
  ),
  rule(
    'existing-key',
    'TLS BR §7.1.2.2',
    'the key is that of the existing certificate',
    ({ tbs }, existing) =>
      same(tbs.publicKey, existing.tbs.publicKey)
        ? undefined
        : 'the key must be that of the existing certificate',
  ),
  rule(
    'existing-alternative-key',
    'X.509 §9.8.2',
    'the alternative key is that of the existing certificate',
    ({ extensions }, _, limits) =>
      same(extensions.subjectAltPublicKeyInfo, limits.subjectAltPublicKeyInfo)
        ? undefined
        : 'the alternative key must be that of the existing certificate',
  ),
  rule(
    'existing-key-identifier',
    'RFC 5280 §4.2.1.1, §4.2.1.2',
    'subjectKeyIdentifier is that of the existing certificate',
    ({ extensions }, _, limits) =>
      !limits.subjectKeyIdentifier ||
      same(extensions.subjectKeyIdentifier, limits.subjectKeyIdentifier)
        ? undefined
        : 'subjectKeyIdentifier must be that of the existing certificate',
  ),
  rule(
    'existing-not-before',
    'TLS BR §7.1.2.2.1',
    'notBefore is not before that of the existing certificate',
    ({ tbs }, { tbs: { notBefore } }) =>
      tbs.notBefore >= notBefore
        ? undefined
        : `notBefore must not be before that of the existing certificate, ${timeText(notBefore)}`,
  ),
  rule(
    'existing-not-expired',
    'RFC 5280 §6.1.3',
    'the existing certificate has not expired',
    ({ tbs }, { tbs: { notAfter } }) =>
      tbs.notBefore <= notAfter
        ? undefined
        : `the existing certificate expired at ${timeText(notAfter)}`,
  ),
  rule(
    'existing-path-length',
    'RFC 5280 §4.2.1.9',
    'the path length is not above that of the existing certificate',
    ({ extensions }, _, limits) => {
      const limit = limits.basicConstraints?.pathLength;
      const own = extensions.basicConstraints?.pathLength ?? Number.POSITIVE_INFINITY;
      return limit === undefined || own <= limit
        ? undefined
        : `the path length must not be above that of the existing certificate, ${limit}`;
    },
  ),
  rule(
    'existing-key-usage',
    'RFC 5280 §4.2.1.3',
    'there is no usage that the existing certificate has not',
    ({ extensions }, _, limits) => {
      const more = beyond(extensions.keyUsage, limits.keyUsage);
      return more && `the key usage must be among those of the existing certificate${more}`;
    },
  ),
  rule(
    'existing-ext-key-usage',
    'RFC 5280 §4.2.1.12, TLS BR §7.1.2.2.4',
    'there is no purpose that the existing certificate has not',
    ({ extensions }, _, limits) => {
      const more = beyond(extensions.extKeyUsage, limits.extKeyUsage);
      return more && `extKeyUsage must be among those of the existing certificate${more}`;
    },
  ),
  rule(
    'existing-name-constraints',
    'RFC 5280 §4.2.1.10',
    'nameConstraints are those of the existing certificate',
    ({ tbs }, existing) => {
      const wanted = extensionOf(existing, EXTENSION_OID.nameConstraints);
      const found = extensionOf({ tbs }, EXTENSION_OID.nameConstraints);
      return !wanted || same(wanted.value, found?.value)
        ? undefined
        : 'nameConstraints must be those of the existing certificate';
    },
  ),
  rule(
    'existing-critical-extensions',
    'RFC 5280 §4.2',
    'no extension that is critical in the existing certificate is left out',
    ({ tbs }, existing) => {
      const lost = existing.tbs.extensions.find(
        ({ critical, oid }) => critical && !extensionOf({ tbs }, oid),
      );
      return (
        lost && `extension ${lost.oid}, critical in the existing certificate, must not be left out`
      );
    },
  ),
];

/** What of `found` is not in `limits`, for the end of a message; undefined is no limit. */
function beyond(
  found: readonly string[] | undefined,
  limits: readonly string[] | undefined,
): string | undefined {
  if (!limits || limits.includes('anyExtendedKeyUsage')) return undefined;
  if (!found) return ', and is not there';
  const more = found.filter((item) => !limits.includes(item));
  return more.length === 0 ? undefined : `, and has ${more.join(', ')}`;
}
