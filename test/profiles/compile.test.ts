import { describe, expect, it } from 'vitest';
import { BUILT_IN_PROFILES } from '../../src/profiles/built-in.ts';
import { compileProfile } from '../../src/profiles/compile.ts';
import type { ProfileConfig } from '../../src/profiles/profile-config.ts';
import { EXTENDED_KEY_USAGES, KEY_USAGES, type KeyUsage } from '../../src/x509/extensions.ts';
import * as x509 from '../../src/x509/peculiar.ts';
import { pointerExtensions } from '../../src/x509/pointers.ts';

const plain = ({ type, critical, value }: x509.Extension) => ({
  oid: type,
  critical,
  value: Buffer.from(value).toString('hex'),
});

/** x509.KeyUsageFlags has the bits of the BIT STRING in ascending order. */
const usages = (names: readonly KeyUsage[]) =>
  plain(
    new x509.KeyUsagesExtension(
      names.reduce((bits, name) => bits | (1 << KEY_USAGES.indexOf(name)), 0),
      true,
    ),
  );

/** What @peculiar/x509 makes of those parts of a profile that it has classes for. */
function byPeculiar(config: ProfileConfig) {
  const { ca = false, pathLength, keyUsage, extKeyUsage = [], policies = [] } = config;
  const signing = keyUsage.filter((usage) => usage !== 'keyEncipherment');
  const purposes = extKeyUsage.map(
    (name) => EXTENDED_KEY_USAGES[name as keyof typeof EXTENDED_KEY_USAGES] ?? name,
  );
  return [
    plain(new x509.BasicConstraintsExtension(ca, ca ? pathLength : undefined, true)),
    ...(signing.length === keyUsage.length
      ? [usages(keyUsage)]
      : [
          { ...usages(keyUsage), keys: 'both' },
          { ...usages(signing), keys: 'signature' },
          { ...usages(['keyEncipherment']), keys: 'encryption' },
        ]),
    ...(purposes.length === 0
      ? []
      : [plain(new x509.ExtendedKeyUsageExtension(purposes, config.extKeyUsageCritical ?? false))]),
    ...(policies.length === 0
      ? []
      : [plain(new x509.CertificatePolicyExtension(policies.map(({ oid }) => oid)))]),
    ...(config.ocspNoCheck
      ? [plain(new x509.Extension('1.3.6.1.5.5.7.48.1.5', false, Uint8Array.of(5, 0)))]
      : []),
  ];
}

const base = { summary: '', subject: [], subjectAltName: { types: [], required: false } };

describe('the constant extensions of a profile', () => {
  it.each<ProfileConfig>([
    ...BUILT_IN_PROFILES,
    { ...base, name: 'a CA of depth 200', ca: true, pathLength: 200, keyUsage: ['keyCertSign'] },
    {
      ...base,
      name: 'every purpose and an OID',
      keyUsage: ['keyAgreement', 'decipherOnly'],
      extKeyUsage: [...Object.keys(EXTENDED_KEY_USAGES), '2.999.1234567890'],
    },
    {
      ...base,
      name: 'policies',
      keyUsage: ['digitalSignature', 'nonRepudiation'],
      policies: [{ oid: '2.23.140.1.2.1' }, { oid: '1.3.6.1.4.1.32473.1' }],
    },
  ])('are those that @peculiar/x509 encodes: $name', (config) => {
    const { extensions } = compileProfile(config);
    const found = extensions.map(({ value, ...rest }) => ({
      ...rest,
      value: Buffer.from(value).toString('hex'),
    }));
    expect(found).toEqual(byPeculiar(config));
  });
});

describe('where a profile points to', () => {
  const ocsp = ['http://ocsp.example.com'];
  const caIssuers = ['http://a.example/ca.crt', 'ldap://b.example/cn=CA?cACertificate'];

  it('is encoded as @peculiar/x509 does: authorityInfoAccess', () => {
    const [access] = pointerExtensions({ ocsp, caIssuers, crl: [] });
    const other = new x509.AuthorityInfoAccessExtension({ ocsp, caIssuers });
    expect(Buffer.from(access?.value ?? []).toString('hex')).toBe(plain(other).value);
    expect(access).toMatchObject({ oid: other.type, critical: false });
  });

  it('is encoded as @peculiar/x509 does: one CRL', () => {
    const [points] = pointerExtensions({ ocsp: [], caIssuers: [], crl: caIssuers.slice(0, 1) });
    const other = new x509.CRLDistributionPointsExtension(caIssuers.slice(0, 1));
    expect(Buffer.from(points?.value ?? []).toString('hex')).toBe(plain(other).value);
    expect(points).toMatchObject({ oid: other.type, critical: false });
  });
});
