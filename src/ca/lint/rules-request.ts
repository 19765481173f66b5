import { ATTRIBUTE_OID, type Attribute } from '../../x509/csr-attributes.ts';
import type { AttributesSubject, LintRule } from './rule.ts';

/** The attributes of a request. */
export const ATTRIBUTE_RULES: readonly LintRule<AttributesSubject>[] = [
  {
    id: 'request-attributes-there',
    cites: 'RFC 2986 §4.1',
    requires: 'the field of the attributes is there, also where it is empty',
    check: ({ attributes }) =>
      attributes ? undefined : 'attributes must be there, also where there are none in them',
  },
  {
    id: 'request-attribute-values',
    cites: 'RFC 2986 §4.1',
    requires: 'each attribute has a value',
    check: ({ attributes = [] }) => {
      const empty = attributes.find(({ values }) => values.length === 0);
      return empty && `the attribute ${empty.oid} must have a value`;
    },
  },
  {
    id: 'request-attributes-unique',
    cites: 'RFC 2986 §4.1',
    requires: 'there is one attribute of a type at most',
    severity: 'warning',
    check: ({ attributes = [] }) => {
      const twice = repeated(attributes.map(({ oid }) => oid));
      return twice && `the attribute ${twice} should be there once`;
    },
  },
  {
    id: 'request-extensions-single',
    cites: 'RFC 2985 §5.4.2',
    requires: 'extensionRequest has one value',
    check: ({ attributes = [] }) =>
      valuesOf(attributes, ATTRIBUTE_OID.extensionRequest).length > 1
        ? 'extensionRequest must have one value'
        : undefined,
  },
  {
    id: 'request-extensions-unique',
    cites: 'RFC 5280 §4.2',
    requires: 'no extension is asked for twice',
    check: ({ tbs }) => {
      const twice = repeated(tbs.extensions.map(({ oid }) => oid));
      return twice && `extension ${twice} must not be asked for twice`;
    },
  },
  {
    id: 'request-alternative-complete',
    cites: 'X.509 §9.8',
    requires:
      'the attributes of an alternative key are all there or none of them, as Bouncy Castle writes them',
    check: ({ attributes = [] }) => {
      const there = ALTERNATIVE.filter((oid) => valuesOf(attributes, oid).length === 1);
      return there.length === 0 || there.length === ALTERNATIVE.length
        ? undefined
        : 'an alternative key, its algorithm and its signature must be there together';
    },
  },
];

const ALTERNATIVE: readonly string[] = [
  ATTRIBUTE_OID.subjectAltPublicKeyInfo,
  ATTRIBUTE_OID.altSignatureAlgorithm,
  ATTRIBUTE_OID.altSignatureValue,
];

const valuesOf = (attributes: readonly Attribute[], type: string): readonly Uint8Array[] =>
  attributes.filter(({ oid }) => oid === type).flatMap(({ values }) => values);

const repeated = (oids: readonly string[]): string | undefined => {
  const seen = new Set<string>();
  return oids.find((oid) => seen.size === seen.add(oid).size);
};
