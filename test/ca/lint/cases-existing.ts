import {
  NULL,
  namedBitString,
  objectIdentifier,
  octetString,
  sequence,
} from '../../../src/der/writer.ts';
import type { Certificate, TbsCertificate } from '../../../src/x509/certificate.ts';
import {
  EXTENDED_KEY_USAGES,
  EXTENSION_OID,
  encodeBasicConstraints,
} from '../../../src/x509/extensions.ts';
import { encodeName } from '../../../src/x509/names.ts';
import { type LintCase, type LintWorld, replaced } from './case.ts';

/** A case of a sound draft for whose key there is a certificate, the same but for some fields. */
const existingCase = (
  id: string,
  change: (tbs: TbsCertificate, world: LintWorld) => Partial<TbsCertificate>,
  profile = 'cross-ca',
): LintCase => ({
  id,
  spoil: (world) => {
    const { issuer } = world;
    const drafted = world.drafted(profile, issuer);
    const existing = withTbs({ ...drafted.tbs, ...change(drafted.tbs, world) });
    return { drafted: { ...drafted, existing }, issuer };
  },
});

/** Rules look at what is in it, not at its signature. */
function withTbs(tbs: TbsCertificate): Certificate {
  const none = new Uint8Array();
  return { der: none, tbsDer: none, signatureAlgorithm: none, signature: none, tbs };
}

const oids = EXTENSION_OID;

/** One for each row of EXISTING_RULES. */
export const EXISTING_CASES: readonly LintCase[] = [
  existingCase('existing-is-ca', (tbs) => replaced(tbs, oids.basicConstraints, undefined)),
  existingCase('existing-stays-ca', () => ({}), 'tls-client'),
  existingCase('existing-subject', () => ({
    subject: encodeName([{ type: 'CN', value: 'Another CA' }]),
  })),
  existingCase('existing-key', (_, { issuer }) => ({ publicKey: issuer.signing.publicKey })),
  existingCase('existing-alternative-key', (tbs, { issuer }) =>
    replaced(tbs, oids.subjectAltPublicKeyInfo, issuer.signing.publicKey),
  ),
  existingCase('existing-key-identifier', (tbs) =>
    replaced(tbs, oids.subjectKeyIdentifier, octetString(Uint8Array.of(1, 2, 3))),
  ),
  existingCase('existing-not-before', ({ notAfter }) => ({ notBefore: notAfter })),
  existingCase('existing-not-expired', () => ({
    notBefore: new Date(0),
    notAfter: new Date(1000),
  })),
  existingCase('existing-path-length', (tbs) =>
    replaced(tbs, oids.basicConstraints, encodeBasicConstraints({ ca: true, pathLength: 0 })),
  ),
  existingCase('existing-key-usage', (tbs) => replaced(tbs, oids.keyUsage, namedBitString([5]))),
  existingCase('existing-ext-key-usage', (tbs) =>
    replaced(tbs, oids.extKeyUsage, sequence(objectIdentifier(EXTENDED_KEY_USAGES.serverAuth))),
  ),
  existingCase('existing-name-constraints', (tbs) =>
    replaced(tbs, oids.nameConstraints, sequence()),
  ),
  existingCase('existing-critical-extensions', (tbs) => replaced(tbs, '1.2.3', NULL, true)),
];
