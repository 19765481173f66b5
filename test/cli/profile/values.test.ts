import { describe, expect, it } from 'vitest';
import { mistakes } from './mistakes.ts';

const VALUES = 'hex, base64, utf8, ia5, printable, integer, boolean, oid, null, octets, sequence';

describe('a mistake in a value of a profile is named with its line:', () => {
  it.each<[string, readonly string[], string]>([
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
});
