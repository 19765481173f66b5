import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { runTool, tool } from '../support/tools.ts';
import { world } from '../support/world.ts';
import { OPENSSL_3_0, OPENSSL_3_5, zlintErrors } from './judges.ts';

const directory = temporaryDirectory();
const pki = world({ cwd: directory });
const ca = join(directory, 'ca/ca.crt');

/** Profile, the names that it needs, and the purpose that OpenSSL checks. */
const PROFILES = [
  { profile: 'tls-server', names: ['--cn', 'a.example.com'], purpose: 'sslserver' },
  { profile: 'tls-client', names: ['--cn', 'Client 1'], purpose: 'sslclient' },
  { profile: 'code-signing', names: ['--cn', 'Example s.r.o.'], purpose: 'codesign' },
  { profile: 'email', names: ['--email', 'a@example.com'], purpose: 'smimesign' },
  { profile: 'ocsp-signing', names: ['--cn', 'OCSP 1'], purpose: 'ocsphelper' },
  { profile: 'timestamping', names: ['--cn', 'TSA 1'], purpose: 'timestampsign' },
  {
    profile: 'issuing-ca',
    names: ['--cn', 'Issuing CA 1', '--organization', 'Example', '--country', 'CZ'],
    purpose: 'any',
  },
  {
    profile: 'cross-ca',
    names: ['--cn', 'Another Root', '--organization', 'Example', '--country', 'CZ'],
    purpose: 'any',
  },
] as const;

/**
 * What the rules of public TLS CAs (CA/Browser Forum) want and a private CA does not have: policies
 * and URLs of its OCSP responder.
 */
const PUBLIC_ONLY = [
  'e_sub_cert_aia_does_not_contain_ocsp_url',
  'e_sub_cert_aia_missing',
  'e_sub_cert_cert_policy_empty',
  'e_sub_cert_certificate_policies_missing',
  'e_sub_ca_certificate_policies_missing',
  'e_sub_ca_aia_missing',
  'e_sub_ca_aia_does_not_contain_ocsp_url',
  'e_sub_ca_crl_distribution_points_missing',
];

beforeAll(async () => {
  const name = ['--name', 'Example Root CA', '--organization', 'Example', '--country', 'CZ'];
  await pki('init-ca', ...name, '--dir', 'ca', '--no-passphrase');
});

describe.each(PROFILES)('profile $profile', ({ profile, names, purpose }) => {
  const path = join(directory, `${profile}.crt`);

  it('issues, for a key of each kind', async () => {
    for (const algorithm of ['rsa-2048', 'ed25519', 'ml-dsa-65', 'ecdsa-p256']) {
      const files = ['--out', path, '--key-out', `${path}.key`, '--key-algorithm', algorithm];
      const { stderr, status } = await pki(
        ...['issue', '--ca-dir', 'ca', '--profile', profile, ...names, ...files, '--force'],
      );
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    }
  });

  for (const [judge, program] of [
    [OPENSSL_3_0, 'openssl-3.0'],
    [OPENSSL_3_5, 'openssl-3.5'],
  ] as const) {
    const known = !(program === 'openssl-3.0' && purpose === 'codesign'); // since OpenSSL 3.2
    it.skipIf(judge.missing || !known)(
      `is fit for the purpose ${purpose} by ${judge.name}${known ? '' : ': it does not know that purpose'}`,
      () => {
        const options = ['-x509_strict', '-purpose', purpose, '-CAfile', ca, path];
        expect(runTool(tool(program) ?? '', 'verify', ...options)).toBe(`${path}: OK\n`);
      },
    );
  }

  const zlint = tool('zlint');
  it.skipIf(!zlint)(`has no error by zlint${zlint ? '' : ': it is not installed'}`, () => {
    const errors = zlintErrors(zlint ?? '', path);
    expect(errors.filter((error) => !PUBLIC_ONLY.includes(error))).toEqual([]);
  });
});
