import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { chain, KeyRing } from '../../path/chain.ts';
import { caWith, dns, pemOf, san } from '../../path/made-certificates.ts';
import { purpose } from '../../path/made-responses.ts';
import { A, B, policies } from '../../path/policy-cases.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, now: new Date('2026-06-01T00:00:00Z') });
const refused = refusals(cwd);
const LEAF = ['verify', 'leaf.pem', 'ca.pem', '--trust', 'root.pem'];

beforeAll(async () => {
  const { root, intermediates, leaf } = await chain(
    new KeyRing('ed25519'),
    {},
    { extensions: caWith(policies(A)) },
    {
      extensions: [
        san(
          dns('xn--mnchen-3ya.example'),
          { type: 'ip', value: '2001:db8::1' },
          { type: 'email', value: 'zoe@xn--mnchen-3ya.example' },
        ),
        purpose('serverAuth'),
        policies(A),
      ],
    },
  );
  writeFileSync(join(cwd, 'root.pem'), pemOf(root));
  writeFileSync(join(cwd, 'ca.pem'), pemOf(...intermediates));
  writeFileSync(join(cwd, 'leaf.pem'), pemOf(leaf));
});

describe('a certificate that is wanted for something', () => {
  it.each([
    ['--dns', 'xn--mnchen-3ya.example'],
    ['--dns', 'München.example'],
    ['--ip', '2001:db8:0:0:0:0:0:1'],
    ['--email', 'zoe@München.example'],
    ['--purpose', 'tls-server'],
    ['--purpose', 'any'],
    ['--policy', A],
    ['--policy', B, '--policy', A],
    ['--dns', 'münchen.example', '--ip', '2001:db8::1', '--purpose', 'tls-server'],
  ])('is accepted: %s %s %s %s', async (...options) => {
    expect(await pki(...LEAF, ...options)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    [
      ['--dns', 'xn--mnchen-3ya.example', '--dns', 'a.example'],
      'it is not for the DNS name a.example, but for xn--mnchen-3ya.example (name, RFC 9525 §6, RFC 5280 §7, RFC 9598 §5)',
    ],
    [
      ['--purpose', 'tls-client'],
      'its extended key usage is not clientAuth, but serverAuth, as tls-client needs (purpose, RFC 5280 §4.2.1.12)',
    ],
    [
      ['--policy', B],
      `its path does not hold for the policy ${B}, but for ${A} (policies, RFC 9618 §5, RFC 5280 §6.1.5 (g))`,
    ],
  ])('is refused: %j', async (options, problem) => {
    const { status, stdout, stderr } = await pki(...LEAF, ...options);
    expect(stdout).toMatch(/^leaf\.pem: refused\n/);
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: `pki: error: leaf.pem does not verify\npki: hint: CN=leaf: ${problem}\n`,
    });
  });
});

describe('what cannot be wanted', () => {
  const invalid = (option: string, value: string, why: string) =>
    `option '${option}' argument '${value}' is invalid. ${why}`;

  it.each([
    [
      ['--dns', '*.example.com'],
      '"*.example.com" stands for many hosts',
      'give the name of one host, as a client would use it',
    ],
    [['--dns', '192.0.2.1'], '"192.0.2.1" is not the name of a host'],
    [
      ['--dns', 'a.example.'],
      '"a.example." is not the name of a host',
      'leave out the dot at its end: names in certificates have none',
    ],
    [['--dns', 'a..example'], '"a..example" is not the name of a host'],
    [['--ip', '192.0.2.256'], '"192.0.2.256" is not an IP address'],
    [['--ip', 'www.example.com'], '"www.example.com" is not an IP address'],
    [['--email', 'example.com'], '"example.com" is not an e-mail address'],
    [['--email', 'ä@'], '"ä@" is not an e-mail address'],
    [
      ['--policy', 'gold'],
      invalid('--policy <oid>', 'gold', 'it has to be an object identifier in dotted decimals'),
    ],
    [
      ['--purpose', 'tls'],
      invalid(
        '--purpose <name>',
        'tls',
        'Allowed choices are tls-server, tls-client, email, code-signing, time-stamping, ocsp-signing, any.',
      ),
    ],
  ])('%j', async (options, message, ...hints) => {
    expect(await refused(pki, ...LEAF, ...options)).toEqual({
      status: 2,
      stderr: [`pki: error: ${message}`, ...hints.map((hint) => `pki: hint: ${hint}`)],
    });
  });
});
