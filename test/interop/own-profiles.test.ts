import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { runTool, tool } from '../support/tools.ts';
import { world } from '../support/world.ts';
import { BOUNCY_CASTLE, OPENSSL_3_0, OPENSSL_3_5, zlintErrors } from './judges.ts';

const directory = temporaryDirectory();
const pki = world({ cwd: directory });
const ca = join(directory, 'ca/ca.crt');

const POINTERS = [
  'ca-issuers: ["http://pki.example.com/{issuer-key-id}.crt"]',
  'ocsp: ["http://ocsp.example.com"]',
  'crl: ["http://pki.example.com/{issuer-key-id}.crl"]',
];

/** Profiles as a public TLS CA would have them: the rules that zlint knows hold without exception. */
const PROFILES = [
  {
    name: 'public-tls',
    lines: [
      'extends: tls-server',
      'policies: [{oid: 2.23.140.1.2.1}]',
      'must-staple: true',
      ...POINTERS,
    ],
    names: ['--cn', 'a.example.com'],
    purpose: 'sslserver',
  },
  {
    name: 'constrained-ca',
    lines: [
      'extends: issuing-ca',
      'extended-key-usage: [serverAuth]',
      'policies: [{oid: 2.23.140.1.2.1, cps: "https://pki.example.com/cps"}]',
      'name-constraints:',
      '  permitted: {dns: [example.com], directory: [{C: CZ, O: Example}]}',
      '  excluded: {dns: [secret.example.com]}',
      ...POINTERS,
    ],
    names: ['--cn', 'Issuing CA 2', '--organization', 'Example', '--country', 'CZ'],
    purpose: 'any',
  },
  {
    name: 'device',
    lines: [
      'extends: tls-client',
      'validity: {days: 6}',
      'short-lived: true',
      'no-rev-avail: true',
      'subject: {set: {serialNumber: "{device}", O: Example}}',
      'extensions: [{oid: 1.3.6.1.4.1.32473.1, value: {sequence: [{integer: 1}, {utf8: ü}]}}]',
      'variables: {device: {pattern: "[0-9]{6}"}}',
    ],
    names: ['--var', 'device=123456'],
    purpose: 'sslclient',
  },
];

beforeAll(async () => {
  const name = ['--name', 'Example Root CA', '--organization', 'Example', '--country', 'CZ'];
  await pki('init-ca', ...name, '--dir', 'ca', '--no-passphrase');
  mkdirSync(join(directory, 'ca/profiles'));
});

describe.each(PROFILES)('a profile in YAML, $name,', ({ name, lines, names, purpose }) => {
  const path = join(directory, `${name}.crt`);

  it('issues', async () => {
    writeFileSync(join(directory, `ca/profiles/${name}.yaml`), `${lines.join('\n')}\n`);
    const { stderr, status } = await pki(
      ...['issue', '--ca-dir', 'ca', '--profile', name, ...names],
      ...['--out', path, '--key-out', `${path}.key`],
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  for (const [judge, program] of [
    [OPENSSL_3_0, 'openssl-3.0'],
    [OPENSSL_3_5, 'openssl-3.5'],
  ] as const) {
    it.skipIf(judge.missing)(`is fit for its purpose by ${judge.name}`, () => {
      const options = ['-x509_strict', '-purpose', purpose, '-CAfile', ca, path];
      expect(runTool(tool(program) ?? '', 'verify', ...options)).toBe(`${path}: OK\n`);
    });
  }

  it.skipIf(BOUNCY_CASTLE.missing)('is verified by Bouncy Castle', () => {
    expect(BOUNCY_CASTLE.judge(path, ca)).toMatchObject({ accepted: true });
  });

  const zlint = tool('zlint');
  it.skipIf(!zlint)(`has no error by zlint${zlint ? '' : ': it is not installed'}`, () => {
    expect(zlintErrors(zlint ?? '', path)).toEqual([]);
  });

  it('is verified by pki itself', async () => {
    expect(await pki('verify', path, '--trust', ca)).toMatchObject({ status: 0, stderr: '' });
  });
});
