import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { BUILT_IN_PROFILES } from '../../../src/profiles/built-in.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const pki = world({ cwd, now });
const refused = refusals(cwd, 'ca');
const issue = (profile: string, ...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'ca', '--force', '--key-out', 'profile.key', '--profile', profile],
  ...options,
];

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
});

describe('issue --profile', () => {
  const PERSON = ['--cn', 'Somebody', '--organization', 'Example', '--country', 'DE'];
  const SUBJECT = 'C=DE\nO=Example\nCN=Somebody';

  it.each([
    {
      name: 'issuing-ca',
      options: PERSON,
      subject: SUBJECT,
      usage: undefined,
      ca: true,
      days: 1826,
    },
    {
      name: 'cross-ca',
      options: PERSON,
      subject: SUBJECT,
      usage: undefined,
      ca: true,
      days: 1826,
    },
    {
      name: 'tls-server',
      options: ['--cn', 'a.example'],
      subject: 'CN=a.example',
      usage: ['1.3.6.1.5.5.7.3.1'],
      ca: false,
      days: 90,
    },
    {
      name: 'tls-client',
      options: [...PERSON, '--uri', 'urn:example:device:1'],
      subject: SUBJECT,
      usage: ['1.3.6.1.5.5.7.3.2'],
      ca: false,
      days: 90,
    },
    {
      name: 'code-signing',
      options: PERSON,
      subject: SUBJECT,
      usage: ['1.3.6.1.5.5.7.3.3'],
      ca: false,
      days: 365,
    },
    {
      name: 'email',
      options: [...PERSON, '--email', 'somebody@example.com'],
      subject: SUBJECT,
      usage: ['1.3.6.1.5.5.7.3.4'],
      ca: false,
      days: 365,
    },
    {
      name: 'ocsp-signing',
      options: PERSON,
      subject: SUBJECT,
      usage: ['1.3.6.1.5.5.7.3.9'],
      ca: false,
      days: 30,
    },
    {
      name: 'timestamping',
      options: PERSON,
      subject: SUBJECT,
      usage: ['1.3.6.1.5.5.7.3.8'],
      ca: false,
      days: 1826,
    },
  ])('$name makes a certificate for its purpose', async (row) => {
    const { status, stdout } = await pki(...issue(row.name, ...row.options));
    expect(status).toBe(0);
    const { subject, keyUsage, ca, validFromDate, validToDate } = new X509Certificate(stdout);
    expect({ subject, usage: keyUsage, ca }).toEqual({
      subject: row.subject,
      usage: row.usage,
      ca: row.ca,
    });
    const lasts = validToDate.getTime() - validFromDate.getTime() + 1000;
    expect(lasts / 86_400_000).toBe(row.days);
  });

  it('email asks for an address', async () => {
    expect(await refused(pki, ...issue('email', ...PERSON))).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing a certificate for C=DE, O=Example, CN=Somebody',
        'pki: hint: profile "email" needs a name of the kind email or smtputf8 (profile-subject-alt-name, RFC 9525 §2, RFC 8550 §3)',
      ],
    });
  });

  it('root-ca is for init-ca alone', async () => {
    expect(await refused(pki, ...issue('root-ca', '--cn', 'Root'))).toEqual({
      status: 2,
      stderr: [
        'pki: error: profile "root-ca" is for self-signed certificates',
        'pki: hint: make a root CA with "pki init-ca"',
      ],
    });
  });

  it('lists the profiles for a name that it does not know', async () => {
    expect(await refused(pki, ...issue('tls', '--cn', 'a.example'))).toEqual({
      status: 2,
      stderr: [
        'pki: error: unknown profile "tls"',
        `pki: hint: use one of: ${BUILT_IN_PROFILES.map(({ name }) => name).join(', ')}`,
      ],
    });
  });

  it('lists the algorithms for a key algorithm that it does not know', async () => {
    const options = ['--cn', 'a.example', '--key-algorithm', 'rsa-1024'];
    expect(await refused(pki, ...issue('tls-server', ...options))).toEqual({
      status: 2,
      stderr: [
        'pki: error: unknown algorithm "rsa-1024"',
        'pki: hint: use one of: rsa-2048, rsa-3072, rsa-4096, rsa-2048-pss, rsa-3072-pss, rsa-4096-pss, ecdsa-p256, ecdsa-p384, ecdsa-p521, ecdsa-brainpoolp256r1, ecdsa-brainpoolp384r1, ed25519, ed448, ml-dsa-44, ml-dsa-65, ml-dsa-87, or another one that "pki algorithms" lists',
      ],
    });
  });
});
