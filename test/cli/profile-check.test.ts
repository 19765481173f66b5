import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd);

const write = (name: string, ...lines: readonly string[]): void =>
  writeFileSync(join(cwd, `${name}.yaml`), `${lines.join('\n')}\n`);

/** What is said of a file whose second line and those that follow are `lines`. */
async function mistakes(...lines: readonly string[]): Promise<readonly string[]> {
  write('bad', 'extends: tls-server', ...lines);
  const { status, stderr } = await refused(pki, 'profile', 'check', 'bad.yaml');
  expect(status).toBe(2);
  return stderr.map((line, index) =>
    line.replace(index === 0 ? 'pki: error: bad.yaml:' : 'pki: hint: bad.yaml:', ''),
  );
}

const VALUES = 'hex, base64, utf8, ia5, printable, integer, boolean, oid, null, octets, sequence';

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
    [
      'a value that is no DER',
      ['extensions: [{oid: 1.2.3, value: {hex: "0501"}}]'],
      '2: "extensions.0.value.hex": it has to be one value in DER',
    ],
    [
      'two values in DER',
      ['extensions: [{oid: 1.2.3, value: {hex: "05000500"}}]'],
      '2: "extensions.0.value.hex": it has to be one value in DER',
    ],
    [
      'DER that is broken inside',
      ['extensions: [{oid: 1.2.3, value: {hex: "30020501"}}]'],
      '2: "extensions.0.value.hex": it has to be one value in DER',
    ],
    [
      'no base64',
      ['extensions: [{oid: 1.2.3, value: {base64: "BQA"}}]'],
      '2: "extensions.0.value.base64": it has to be one value in DER, in base64',
    ],
    [
      'half an octet',
      ['extensions: [{oid: 1.2.3, value: {octets: "050"}}]'],
      '2: "extensions.0.value.octets": it has to be pairs of hexadecimal digits',
    ],
    [
      'a value of two kinds',
      ['extensions: [{oid: 1.2.3, value: {ia5: a, utf8: a}}]'],
      `2: "extensions.0.value": give one of: ${VALUES}`,
    ],
    [
      'a value of no kind',
      ['extensions: [{oid: 1.2.3, value: {sequence: [{}]}}]'],
      `2: "extensions.0.value.sequence.0": give one of: ${VALUES}`,
    ],
    [
      'a text that is not ASCII',
      ['extensions: [{oid: 1.2.3, value: {ia5: é}}]'],
      '2: "extensions.0.value.ia5": it has to be ASCII',
    ],
    [
      'an extension that pki makes',
      ['extensions: [{oid: 2.5.29.15, value: {hex: "0500"}}]'],
      '2: "extensions.0.oid": has a key of its own, or is made by pki',
    ],
    [
      'an extension that is there twice',
      [
        'extensions:',
        '  - {oid: 1.2.3, value: {hex: "0500"}}',
        '  - {oid: 1.2.3, value: {hex: "0500"}}',
      ],
      '4: "extensions.1.oid": is there twice',
    ],
    [
      'the name of a variable',
      ['variables: {Host: {}}'],
      '2: "variables.Host": a name has small letters, digits and hyphens',
    ],
    [
      'a variable that URLs have',
      ['variables: {serial: {}}'],
      '2: "variables.serial": is a placeholder of URLs; choose another name',
    ],
    [
      'a pattern',
      ['variables:', '  a: {pattern: "("}'],
      '3: "variables.a.pattern": it is not a regular expression',
    ],
    [
      'a default',
      ['variables:', '  a: {type: dns, default: "a b"}'],
      '3: "variables.a.default": must be a DNS name',
    ],
    [
      'an unknown placeholder',
      ['subject: {set: {O: "{org}"}}'],
      '2: "subject.set.O": "{org}" is not a variable of the profile; it has none',
    ],
    [
      'half a placeholder',
      ['variables: {a: {}}', 'subject-alt-name: {set: {dns: ["{a}.b", "{a"]}}'],
      '3: "subject-alt-name.set.dns.1": a brace has no partner',
    ],
    [
      'an unknown placeholder of a URL',
      ['crl: ["http://a.example/{shard}"]'],
      '2: "crl.0": "{shard}" is not a variable of the profile; there is: serial, issuer-key-id',
    ],
    [
      'a DNS constraint',
      ['name-constraints: {permitted: {dns: [.example.com]}}'],
      '2: "name-constraints.permitted.dns.0": it has to be a DNS name without wildcard or leading dot; it stands for all names below it too',
    ],
    [
      'a network',
      ['name-constraints: {excluded: {ip: [192.0.2.1/24]}}'],
      '2: "name-constraints.excluded.ip.0": it has to be a network such as 192.0.2.0/24, with no bit set after its prefix',
    ],
    [
      'an address without a prefix',
      ['name-constraints: {excluded: {ip: ["::1"]}}'],
      '2: "name-constraints.excluded.ip.0": it has to be a network such as 192.0.2.0/24, with no bit set after its prefix',
    ],
    [
      'name constraints without a CA',
      ['name-constraints: {permitted: {dns: [a.example]}}'],
      '2: "name-constraints": is for a CA alone (RFC 5280 §4.2.1.10)',
    ],
    [
      'a path length without a CA',
      ['path-length: 0'],
      '2: "path-length": is for a CA alone (RFC 5280 §4.2.1.9)',
    ],
    [
      'keyCertSign without a CA',
      ['key-usage: [keyCertSign]'],
      '2: "key-usage": has keyCertSign, which is for a CA alone (RFC 5280 §4.2.1.3)',
    ],
    [
      'must-staple without a responder',
      ['must-staple: true'],
      '2: "must-staple": needs the URL of a responder in ocsp (RFC 7633 §4)',
    ],
    [
      'noRevAvail with a CRL',
      ['crl: ["http://a.example/c"]', 'no-rev-avail: true'],
      '3: "no-rev-avail": must not be there together with crl or ocsp (RFC 9608 §3)',
    ],
    [
      'deltas to no CRL',
      ['freshest-crl: ["http://a.example/d"]'],
      '2: "freshest-crl": is of deltas to a CRL; it needs crl (RFC 5280 §4.2.1.15)',
    ],
    [
      'shards that no URL tells apart',
      ['crl: ["http://a.example/{crl-shard}", "http://a.example/c"]', 'crl-shards: 4'],
      '3: "crl-shards": needs {crl-shard} in each URL of crl',
    ],
    [
      'a single shard',
      ['crl: ["http://a.example/{crl-shard}"]', 'crl-shards: 1'],
      '3: "crl-shards": it has to be a whole number from 2 to 65536',
    ],
    [
      'a shard of nothing',
      ['crl: ["http://a.example/{crl-shard}"]'],
      '2: "crl.0": "{crl-shard}" is not a variable of the profile; there is: serial, issuer-key-id',
    ],
    [
      'a short life that is long',
      ['short-lived: true'],
      '2: "short-lived": is for 7 days at most (TLS BR §1.6.1)',
    ],
    [
      'a short life with a responder',
      ['validity: {days: 7}', 'ocsp: ["http://a.example"]', 'short-lived: true'],
      '4: "short-lived": means that nothing is revoked; leave crl and ocsp out',
    ],
    [
      'a critical nothing',
      ['extended-key-usage: []', 'extended-key-usage-critical: true'],
      '3: "extended-key-usage-critical": needs extended-key-usage',
    ],
    [
      'names that nobody can give',
      ['subject-alt-name: {take: []}'],
      '2: "subject-alt-name": is required, but none is taken or set',
    ],
    ['a key twice', ['ca: false', 'ca: false'], '3: Map keys must be unique at line 3, column 1'],
  ])('%s', async (_, lines, expected) => {
    expect(await mistakes(...lines)).toEqual([expected]);
  });

  it('what a CA without keyCertSign lacks, in a line that is not there', async () => {
    expect(await mistakes('ca: true')).toEqual([
      '1: "key-usage": needs keyCertSign for a CA (RFC 5280 §4.2.1.3)',
    ]);
  });

  it('noRevAvail and an empty constraint in a CA', async () => {
    write('bad', 'extends: issuing-ca', 'no-rev-avail: true', 'name-constraints: {permitted: {}}');
    expect((await refused(pki, 'profile', 'check', 'bad.yaml')).stderr).toEqual([
      'pki: error: bad.yaml:2: "no-rev-avail": must not be in the certificate of a CA (RFC 9608 §2)',
      'pki: hint: bad.yaml:3: "name-constraints": permits and excludes nothing (RFC 5280 §4.2.1.10)',
    ]);
  });

  it('what has to be there where nothing is built on', async () => {
    write('bad', 'summary: nothing');
    expect((await refused(pki, 'profile', 'check', 'bad.yaml')).stderr).toEqual([
      'pki: error: bad.yaml:1: "validity": is missing',
      'pki: hint: bad.yaml:1: "key-usage": is missing',
    ]);
  });

  it('all of them, in the order of their lines', async () => {
    expect(await mistakes('must-staple: 1', 'ca: maybe', 'x: 1')).toEqual([
      '2: "must-staple": invalid input: expected boolean, received number',
      '3: "ca": invalid input: expected boolean, received string',
      expect.stringMatching(/^4: "x": unknown key; use: /),
    ]);
  });

  it('YAML that is none, or no map', async () => {
    expect(await mistakes('summary: "x')).toEqual([
      expect.stringMatching(/^\d: Missing closing "quote/),
    ]);
    write('bad', '- a');
    const { stderr } = await refused(pki, 'profile', 'check', 'bad.yaml');
    expect(stderr).toEqual(['pki: error: bad.yaml:1: it has to be a map of keys and values']);
  });

  it('aliases that multiply', async () => {
    const lines = [...'abcdefgh'].map((name, index, all) =>
      index === 0
        ? `${name}: &a [x, x, x, x, x, x, x, x, x]`
        : `${name}: &${name} [${`*${all[index - 1]},`.repeat(9)}]`,
    );
    write('bad', ...lines);
    const { stderr } = await refused(pki, 'profile', 'check', 'bad.yaml');
    expect(stderr).toEqual([
      'pki: error: bad.yaml:1: Excessive alias count indicates a resource exhaustion attack',
    ]);
  });
});

describe('a profile that nests without end', () => {
  it.each([
    ['lists', '['.repeat(5_000)],
    ['maps', '{ a: '.repeat(20_000)],
    ['keys', '? '.repeat(5_000)],
  ])('is refused: %s', async (_, text) => {
    write('bad', text);
    const { stderr } = await refused(pki, 'profile', 'check', 'bad.yaml');
    expect(stderr).toEqual(['pki: error: bad.yaml:1: it nests too deeply']);
  });
});

describe('what a profile is built on', () => {
  it('has to be there', async () => {
    write('bad', '', 'extends: tls');
    expect((await refused(pki, 'profile', 'check', 'bad.yaml')).stderr).toEqual([
      'pki: error: bad.yaml:2: "extends": unknown profile "tls"; use one of: root-ca, issuing-ca, cross-ca, tls-server, tls-client, code-signing, email, ocsp-signing, timestamping, bad',
    ]);
  });

  it('is not itself', async () => {
    write('a', 'extends: b');
    write('b', 'extends: c');
    write('c', 'extends: a');
    expect((await refused(pki, 'profile', 'check', 'a.yaml')).stderr).toEqual([
      'pki: error: c.yaml:1: "extends": "a" is built on "c" itself',
    ]);
    write('own', 'extends: own');
    expect((await refused(pki, 'profile', 'check', 'own.yaml')).stderr[0]).toMatch(
      /^pki: error: own.yaml:1: "extends": unknown profile "own"; use one of: /,
    );
  });

  it('is the built-in profile for a file of the same name', async () => {
    write('tls-server', 'extends: tls-server', 'validity: {days: 10}');
    const { stdout, status } = await pki('profile', 'check', 'tls-server.yaml', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      file: 'tls-server.yaml',
      name: 'tls-server',
      valid: true,
      extensions: ['2.5.29.19', '2.5.29.15', '2.5.29.15', '2.5.29.15', '2.5.29.37'],
    });
  });
});

describe('profile check', () => {
  it('refuses a file that is not there, or not called like a profile', async () => {
    expect(await refused(pki, 'profile', 'check', 'lost.yaml')).toEqual({
      status: 2,
      stderr: ['pki: error: cannot read lost.yaml: no such file or directory'],
    });
    expect(await refused(pki, 'profile', 'check', 'Web.yml')).toEqual({
      status: 2,
      stderr: [
        'pki: error: Web.yml is not called like a profile',
        'pki: hint: a profile is in NAME.yaml, with small letters, digits and hyphens in NAME',
      ],
    });
  });
});
