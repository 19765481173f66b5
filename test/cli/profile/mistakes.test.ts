import { describe, expect, it } from 'vitest';
import { mistakes } from './mistakes.ts';

describe('a mistake in a profile is named with its line:', () => {
  it.each<[string, readonly string[], string]>([
    [
      'an unknown key',
      ['# comment', 'validty: {days: 1}'],
      '3: "validty": unknown key; use: extends, summary, ca, path-length, validity, keys, key-usage, extended-key-usage, extended-key-usage-critical, subject, subject-alt-name, name-constraints, policies, qc-statements, ca-issuers, ocsp, crl, freshest-crl, crl-shards, must-staple, ocsp-no-check, no-rev-avail, short-lived, duplicate-key, reused-name, extensions, variables',
    ],
    [
      'an unknown key inside',
      ['subject:', '  take: [CN]', '  sets: {O: x}'],
      '4: "subject.sets": unknown key; use: take, set',
    ],
    ['a list for a map', ['subject: []'], '2: "subject": it has to be a map of keys and values'],
    [
      'no days at all',
      ['validity:', '  days: 0'],
      '3: "validity.days": too small: expected number to be >=1',
    ],
    [
      'days and a time',
      ['validity: {days: 1, until: 2030-01-01T00:00:00Z}'],
      '2: "validity": give either days or until',
    ],
    [
      'a day that is not in the calendar',
      ['validity: {until: 2030-02-31T00:00:00Z}'],
      '2: "validity.until": it has to be a time such as 2030-12-31T23:59:59Z',
    ],
    [
      'an algorithm',
      ['keys:', '  - ecdsa-p256', '  - rsa-1024'],
      '4: "keys.1": unknown algorithm "rsa-1024"; "pki algorithms" lists them',
    ],
    [
      'a purpose',
      ['extended-key-usage: [serverauth]'],
      '2: "extended-key-usage.0": unknown purpose "serverauth"; use an OID, or one of: anyExtendedKeyUsage, serverAuth, clientAuth, codeSigning, emailProtection, timeStamping, ocspSigning',
    ],
    [
      'a key usage',
      ['key-usage: [signing]'],
      '2: "key-usage.0": invalid option: expected one of "digitalSignature"|"nonRepudiation"|"keyEncipherment"|"dataEncipherment"|"keyAgreement"|"keyCertSign"|"cRLSign"|"encipherOnly"|"decipherOnly"',
    ],
    [
      'an attribute',
      ['subject: {set: {E: x}}'],
      '2: "subject.set.E": unknown key; use: DC, C, ST, L, STREET, O, OU, title, GN, SN, CN, UID, serialNumber, emailAddress',
    ],
    ['an attribute that is empty', ['subject: {set: {O: ""}}'], '2: "subject.set.O": it is empty'],
    [
      'a path length',
      ['path-length: many'],
      '2: "path-length": it has to be a whole number, or none',
    ],
    [
      'an https URL',
      ['crl: ["https://a.example/c"]'],
      '2: "crl.0": it has to be http, not https: clients need it to decide whether to trust https',
    ],
    [
      'another URL',
      ['ocsp: [a.example]'],
      '2: "ocsp.0": it has to be a URL that begins with http:// or ldap://',
    ],
    [
      'an OID',
      ['policies:', '  - oid: 1.2'],
      '3: "policies.0.oid": it has to be an OID such as 1.3.6.1.4.1.32473.1',
    ],
    [
      'a first arc',
      ['policies: [{oid: 3.1.1}]'],
      '2: "policies.0.oid": it has to be an OID such as 1.3.6.1.4.1.32473.1',
    ],
    [
      'a disclosure statement that is not at https',
      ['qc-statements: {pds: [{language: en, url: "http://a.example/pds"}]}'],
      '2: "qc-statements.pds.0.url": it has to be an https URL',
    ],
    [
      'a language',
      ['qc-statements:', '  pds: [{language: EN, url: "https://a.example/pds"}]'],
      '3: "qc-statements.pds.0.language": it has to be a language of ISO 639-1, such as en',
    ],
    [
      'a type of qualified certificates',
      ['qc-statements: {type: seal}'],
      '2: "qc-statements.type": invalid option: expected one of "esign"|"eseal"|"web"',
    ],
    [
      'a currency',
      ['qc-statements: {limit: {currency: €, amount: 1}}'],
      '2: "qc-statements.limit.currency": it has to be a currency of ISO 4217, such as EUR',
    ],
    [
      'a country',
      ['qc-statements: {legislation: [cz]}'],
      '2: "qc-statements.legislation.0": it has to be a country of ISO 3166-1, such as CZ',
    ],
    [
      'an unknown statement',
      ['qc-statements: {qscd: true}'],
      '2: "qc-statements.qscd": unknown key; use: compliance, type, sscd, limit, retention-years, pds, legislation',
    ],
    [
      'statements that state nothing',
      ['qc-statements: {compliance: false}'],
      '2: "qc-statements": states nothing',
    ],
    [
      'disclosure statements without English',
      ['qc-statements: {pds: [{language: cs, url: "https://a.example/pds"}]}'],
      '2: "qc-statements": needs a disclosure statement in English (ETSI EN 319 412-5 §4.3.4)',
    ],
    [
      'statements as an extension',
      ['extensions: [{oid: 1.3.6.1.5.5.7.1.3, value: {sequence: []}}]'],
      '2: "extensions.0.oid": has a key of its own, or is made by pki',
    ],
    ['a CPS', ['policies: [{oid: 1.2.3, cps: here}]'], '2: "policies.0.cps": it has to be a URI'],
  ])('%s', async (_, lines, expected) => {
    expect(await mistakes(...lines)).toEqual([expected]);
  });
});
