import {
  contextConstructed,
  contextPrimitive,
  ia5String,
  integer,
  NULL,
  objectIdentifier,
  sequence,
  utf8String,
} from '../../../src/der/writer.ts';
import { encodeCertificatePolicies } from '../../../src/x509/certificate-policies.ts';
import { EXTENSION_OID } from '../../../src/x509/extensions.ts';
import { ANY_POLICY, POLICY_EXTENSION_OID } from '../../../src/x509/policy-extensions.ts';
import { agreed, extensionCase, type LintCase, replaced, tbsCase } from './case.ts';

const { certificatePolicies, authorityInfoAccess, crlDistributionPoints } = EXTENSION_OID;
const { policyConstraints, policyMappings, inhibitAnyPolicy } = POLICY_EXTENSION_OID;

const mapping = (issuer: string, subject: string) =>
  sequence(sequence(objectIdentifier(issuer), objectIdentifier(subject)));

/** One policy with one qualifier. */
const qualified = (policy: string, type: string, value: Uint8Array) =>
  sequence(sequence(objectIdentifier(policy), sequence(sequence(objectIdentifier(type), value))));

const notice = (...parts: readonly Uint8Array[]) =>
  qualified('1.2.3', '1.3.6.1.5.5.7.2.2', sequence(...parts));

const reference = sequence(utf8String('Example'), sequence(integer(1)));

const ISSUER_ALT_NAME = '2.5.29.18';

/** Extensions that our profiles have not, each broken in one way. */
export const POLICY_CASES: readonly LintCase[] = [
  agreed(
    'e_ext_policy_constraints_not_critical',
    extensionCase(
      'policy-constraints-critical',
      policyConstraints,
      sequence(contextPrimitive(0, Uint8Array.of(0))),
    ),
  ),
  agreed(
    'e_ext_policy_constraints_empty',
    extensionCase('policy-constraints-not-empty', policyConstraints, sequence(), {
      critical: true,
    }),
  ),
  agreed(
    'e_inhibit_any_policy_not_critical',
    extensionCase('inhibit-any-policy-critical', inhibitAnyPolicy, integer(0)),
  ),
  agreed(
    'w_ext_policy_map_not_critical',
    extensionCase('policy-mappings-critical', policyMappings, mapping('1.2.3', '1.2.4')),
  ),
  ...[mapping(ANY_POLICY, '1.2.3'), mapping('1.2.3', ANY_POLICY)].map((value) =>
    agreed(
      'e_ext_policy_map_any_policy',
      extensionCase('policy-mappings-any', policyMappings, value, { critical: true }),
    ),
  ),
  agreed('w_ext_policy_map_not_in_cert_policy', {
    ...tbsCase(
      'policy-mappings-listed',
      (tbs) => ({
        extensions: [
          ...tbs.extensions,
          { oid: policyMappings, critical: true, value: mapping('1.2.3', '1.2.4') },
          {
            oid: certificatePolicies,
            critical: false,
            value: encodeCertificatePolicies([{ oid: '1.2.4' }]),
          },
        ],
      }),
      { profile: 'issuing-ca' },
    ),
  }),
  agreed(
    'e_ext_cert_policy_disallowed_any_policy_qualifier',
    extensionCase(
      'policy-qualifiers-of-any',
      certificatePolicies,
      qualified(ANY_POLICY, '1.2.5', NULL),
    ),
  ),
  agreed(
    'w_ext_cert_policy_contains_noticeref',
    extensionCase('policy-notice-reference', certificatePolicies, notice(reference)),
  ),
  agreed(
    'e_ext_cert_policy_explicit_text_too_long',
    extensionCase('policy-explicit-text', certificatePolicies, notice(utf8String('x'.repeat(201)))),
  ),
  agreed(
    'e_ext_cert_policy_explicit_text_ia5_string',
    extensionCase('policy-explicit-text', certificatePolicies, notice(ia5String('text'))),
  ),
  agreed(
    'w_ext_cert_policy_explicit_text_not_utf8',
    extensionCase(
      'policy-explicit-text-utf8',
      certificatePolicies,
      notice(reference, visibleString('text')),
    ),
  ),
  agreed(
    'w_ext_ian_critical',
    extensionCase(
      'issuer-alt-name-not-critical',
      ISSUER_ALT_NAME,
      sequence(contextPrimitive(2, Buffer.from('ca.example.com'))),
      { critical: true },
    ),
  ),
  agreed(
    'e_ext_ian_no_entries',
    extensionCase('issuer-alt-name-well-formed', ISSUER_ALT_NAME, sequence()),
  ),
  agreed(
    'e_ext_ian_uri_relative',
    extensionCase(
      'issuer-alt-name-well-formed',
      ISSUER_ALT_NAME,
      sequence(contextPrimitive(6, Buffer.from('/ca.crt'))),
    ),
  ),
  agreed(
    'e_ext_subject_directory_attr_critical',
    extensionCase(
      'subject-information-not-critical',
      '2.5.29.9',
      sequence(sequence(objectIdentifier('1.2.3'), Buffer.from('31020500', 'hex'))),
      { critical: true },
    ),
  ),
  agreed(
    'e_subject_info_access_marked_critical',
    extensionCase(
      'subject-information-not-critical',
      '1.3.6.1.5.5.7.1.11',
      sequence(
        sequence(
          objectIdentifier('1.3.6.1.5.5.7.48.5'),
          contextPrimitive(6, Buffer.from('http://ca.example.com/')),
        ),
      ),
      { critical: true },
    ),
  ),
  extensionCase('pointers-not-empty', authorityInfoAccess, sequence()),
  extensionCase('pointers-not-empty', crlDistributionPoints, sequence()),
  agreed(
    'e_distribution_point_incomplete',
    extensionCase(
      'distribution-point-complete',
      crlDistributionPoints,
      sequence(sequence(contextPrimitive(1, Uint8Array.of(1, 2)))),
    ),
  ),
  tbsCase('authority-key-identifier-pair', (tbs) =>
    replaced(
      tbs,
      EXTENSION_OID.authorityKeyIdentifier,
      sequence(contextPrimitive(0, Uint8Array.of(1)), contextPrimitive(2, Uint8Array.of(1))),
    ),
  ),
  ...constraintCases(),
];

function visibleString(text: string): Uint8Array {
  return Uint8Array.of(0x1a, text.length, ...Buffer.from(text, 'latin1'));
}

/** nameConstraints with one subtree, permitted. */
function constraintCases(): readonly LintCase[] {
  const constrained = (id: string, base: Uint8Array, ...distances: readonly Uint8Array[]) =>
    extensionCase(
      id,
      EXTENSION_OID.nameConstraints,
      sequence(contextConstructed(0, sequence(base, ...distances))),
      { critical: true },
    );
  const name = (tag: number, text: string) => contextPrimitive(tag, Buffer.from(text, 'latin1'));
  const dns = name(2, 'example.com');
  return [
    agreed(
      'e_name_constraint_minimum_non_zero',
      constrained('name-constraints-distances', dns, contextPrimitive(0, Uint8Array.of(1))),
    ),
    agreed(
      'e_name_constraint_maximum_not_absent',
      constrained('name-constraints-distances', dns, contextPrimitive(1, Uint8Array.of(1))),
    ),
    agreed(
      'w_name_constraint_on_registered_id',
      constrained('name-constraints-forms', contextPrimitive(8, Uint8Array.of(0x2a, 3))),
    ),
    constrained(
      'name-constraints-forms',
      contextConstructed(
        0,
        objectIdentifier('1.3.6.1.5.5.7.8.9'),
        contextConstructed(0, utf8String('\u00e9@example.com')),
      ),
    ),
    ...[
      name(2, 'https://example.com'),
      name(2, '*.example.com'),
      name(1, '@example.com'),
      name(6, 'https://example.com/'),
      name(7, '\xc0\0\x02\0\xff\0\xff\0'),
      name(7, '\xc0\0\x02\0'),
    ].map((base) => constrained('name-constraints-well-formed', base)),
    ...[name(2, 'xn--a.example'), name(1, '.xn--a.example')].map((base) =>
      constrained('name-constraints-a-labels', base),
    ),
    constrained('name-constraints-mailbox', name(1, 'a@example.com')),
  ];
}
