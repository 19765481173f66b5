import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { derFromFile } from '../../src/der/pem.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { EXTENSION_OID } from '../../src/x509/extensions.ts';
import { noSoftHsm, PIN, softHsm } from '../support/softhsm.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { runTool, tool } from '../support/tools.ts';
import { world } from '../support/world.ts';
import { BOUNCY_CASTLE, OPENSSL_3_0, OPENSSL_3_5, zlintErrors } from './judges.ts';

const directory = temporaryDirectory();
const pki = world({ cwd: directory, env: { PKCS11_PIN: PIN } });
const hsm = noSoftHsm() ? undefined : softHsm();
const inToken = hsm && [
  '--pkcs11-lib',
  hsm.module,
  '--pkcs11-token',
  'CA',
  '--pkcs11-generate-key',
];

/** Where the keys of the CA are; its directory is called like that. */
const WORLDS: Readonly<Record<string, readonly string[]>> = {
  file: ['--no-passphrase'],
  ...(inToken && {
    token: [...inToken, '--pkcs11-key-label', 'ca'],
    hybrid: [
      ...[...inToken, '--pkcs11-key-label', 'hybrid'],
      ...['--hybrid', 'catalyst', '--no-passphrase'],
    ],
  }),
};

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
    name: 'qualified',
    lines: [
      'extends: email',
      'key-usage: [nonRepudiation]',
      'subject: {take: [C, O, CN, serialNumber]}',
      'policies: [{oid: 0.4.0.194112.1.2}]',
      'qc-statements:',
      '  compliance: true',
      '  type: esign',
      '  sscd: true',
      '  retention-years: 15',
      '  limit: {currency: EUR, amount: 5, exponent: 4}',
      '  pds:',
      '    - {language: en, url: "https://pki.example.com/pds-en.pdf"}',
      '    - {language: cs, url: "https://pki.example.com/pds-cs.pdf"}',
      '  legislation: [CZ]',
      ...POINTERS,
    ],
    names: ['--cn', 'Jan Novak', '--country', 'CZ', '--email', 'jan@example.com'],
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
  hsm?.token('CA');
  const name = ['--name', 'Example Root CA', '--organization', 'Example', '--country', 'CZ'];
  for (const [dir, options] of Object.entries(WORLDS)) {
    const { status, stderr } = await pki('init-ca', ...name, '--dir', dir, ...options);
    if (status !== 0) throw new Error(stderr);
    mkdirSync(join(directory, dir, 'profiles'));
  }
}, 60_000);

/** What differs between the worlds by its nature: identifiers of keys, and alternative signatures. */
const OF_KEYS: readonly string[] = [
  ...[EXTENSION_OID.subjectKeyIdentifier, EXTENSION_OID.authorityKeyIdentifier],
  ...[EXTENSION_OID.authorityInfoAccess, EXTENSION_OID.crlDistributionPoints],
  ...[EXTENSION_OID.altSignatureAlgorithm, EXTENSION_OID.altSignatureValue],
];

/** What a certificate says: subject, and extensions in the order that they are in. */
function said(path: string) {
  const { tbs } = parseCertificate(
    derFromFile(readFileSync(path), ['CERTIFICATE']) ?? new Uint8Array(),
  );
  return {
    subject: Buffer.from(tbs.subject).toString('hex'),
    days: Math.ceil((tbs.notAfter.getTime() - tbs.notBefore.getTime()) / 86_400_000),
    extensions: tbs.extensions
      .filter(({ oid }) => !OF_KEYS.includes(oid))
      .map(({ oid, critical, value }) => [oid, critical, Buffer.from(value).toString('hex')]),
  };
}

const CASES = Object.keys(WORLDS).flatMap((dir) =>
  PROFILES.map((profile) => ({ dir, ...profile })),
);

describe.each(CASES)('a profile in YAML, $name in the key world "$dir",', (profile) => {
  const { dir, name, lines, names, purpose } = profile;
  const ca = join(directory, dir, 'ca.crt');
  const path = join(directory, `${dir}-${name}.crt`);

  it('issues', async () => {
    writeFileSync(join(directory, `${dir}/profiles/${name}.yaml`), `${lines.join('\n')}\n`);
    const { stderr, status } = await pki(
      ...['issue', '--ca-dir', dir, '--profile', name, ...names],
      ...['--out', path, '--key-out', `${path}.key`],
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  it('says the same wherever the keys are', () => {
    expect(said(path)).toEqual(said(join(directory, `file-${name}.crt`)));
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

const openssl = tool('openssl-3.5');

describe.skipIf(!openssl)('the statements of a qualified certificate', () => {
  it('are what OpenSSL takes apart as ETSI EN 319 412-5 has them', () => {
    const parsed = (...args: readonly string[]) =>
      runTool(openssl ?? '', 'asn1parse', '-in', join(directory, 'file-qualified.crt'), ...args);
    const offset = /qcStatements\n *(\d+):/.exec(parsed())?.[1] ?? '';
    const values = parsed('-strparse', offset)
      .split('\n')
      .flatMap((line) => /prim: *(.*?) *:(.*)$/.exec(line)?.slice(1).join(' ') ?? []);
    expect(values).toEqual([
      'OBJECT 0.4.0.1862.1.1',
      ...['OBJECT 0.4.0.1862.1.2', 'PRINTABLESTRING EUR', 'INTEGER 05', 'INTEGER 04'],
      ...['OBJECT 0.4.0.1862.1.3', 'INTEGER 0F'],
      'OBJECT 0.4.0.1862.1.4',
      'OBJECT 0.4.0.1862.1.5',
      ...['IA5STRING https://pki.example.com/pds-en.pdf', 'PRINTABLESTRING en'],
      ...['IA5STRING https://pki.example.com/pds-cs.pdf', 'PRINTABLESTRING cs'],
      ...['OBJECT 0.4.0.1862.1.6', 'OBJECT 0.4.0.1862.1.6.1'],
      ...['OBJECT 0.4.0.1862.1.7', 'PRINTABLESTRING CZ'],
    ]);
  });
});
