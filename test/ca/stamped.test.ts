import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issue } from '../../src/ca/authority.ts';
import { draft } from '../../src/ca/draft.ts';
import { selfIssuer } from '../../src/ca/issuer.ts';
import { requestForOwnKey } from '../../src/ca/request.ts';
import { assembleWithPeculiar } from '../../src/ca/second-opinion.ts';
import { BUILT_IN_PROFILES, profileNamed } from '../../src/profiles/built-in.ts';
import type { Signer } from '../../src/signers/signer.ts';
import { encodeTbs, parseCertificate } from '../../src/x509/certificate.ts';
import type { GeneralName } from '../../src/x509/general-names.ts';
import { newIssuer, newKeys, newParts, newSigner } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

const ISSUERS: readonly { readonly signing: string; readonly alternative?: string }[] = [
  { signing: 'rsa-3072' },
  { signing: 'rsa-3072-pss' },
  { signing: 'ecdsa-p256' },
  { signing: 'ecdsa-p384' },
  { signing: 'ecdsa-p521' },
  { signing: 'ed25519' },
  { signing: 'ed448' },
  { signing: 'ecdsa-brainpoolp384r1' },
  { signing: 'ml-dsa-44' },
  { signing: 'ml-dsa-65' },
  { signing: 'ml-dsa-87' },
  { signing: 'MLDSA65-ECDSA-P384-SHA512' },
  { signing: 'MLDSA65-RSA3072-PSS-SHA512' },
  { signing: 'ecdsa-p384', alternative: 'ml-dsa-65' },
];

const SUBJECT_KEYS = ['rsa-2048', 'ecdsa-p256', 'ed25519', 'ml-dsa-65'];

const NAMES: Readonly<Record<string, readonly GeneralName[]>> = {
  'tls-server': [
    { type: 'dns', value: '*.example.com' },
    { type: 'ip', value: '2001:db8::1' },
  ],
  email: [{ type: 'email', value: 'zoe@example.com' }],
};

/** Signs nothing: keeps what it is asked to sign. */
function witness({ algorithm, publicKey }: Pick<Signer, 'algorithm' | 'publicKey'>) {
  const seen: Uint8Array[] = [];
  const signer: Signer = {
    algorithm,
    publicKey,
    async sign(message) {
      seen.push(message);
      return new Uint8Array(1);
    },
    async [Symbol.asyncDispose]() {},
  };
  return { signer, seen };
}

describe.each(ISSUERS)('a certificate stamped for an issuer with $signing', (row) => {
  it('is what X509CertificateGenerator would sign, for every profile and kind of key', async () => {
    const parts = newParts(directory);
    const issuer = await newIssuer(await newKeys(row.signing, row.alternative), parts);
    const self = selfIssuer([{ type: 'CN', value: 'Root “ü” CA' }], await issuer.open());
    for (const { name, ca } of BUILT_IN_PROFILES) {
      for (const keyName of SUBJECT_KEYS) {
        const { publicKey } = await newSigner(keyName);
        const { tbs } = draft(
          requestForOwnKey(publicKey),
          profileNamed(name),
          name === 'root-ca' ? self : issuer,
          {
            subject: [{ type: 'CN', value: ca ? 'Sub “ü” CA, No. 1' : 'server.example.com' }],
            subjectAltName: NAMES[name] ?? [],
          },
          parts,
        );
        const { signer, seen } = witness(issuer.signing);
        await assembleWithPeculiar(tbs, signer);
        expect(Buffer.from(seen[0] ?? []).toString('hex')).toBe(
          Buffer.from(encodeTbs(tbs)).toString('hex'),
        );
      }
    }
  });
});

describe.each(['ed25519', 'rsa-3072'])('with %s, which signs alike each time', (algorithm) => {
  it('the whole certificate is that of X509CertificateGenerator', async () => {
    const parts = newParts(directory);
    const keys = await newKeys(algorithm);
    const issuer = await newIssuer(keys, parts);
    const { publicKey } = await newSigner('ecdsa-p256');
    const { certificate } = await issue(
      {
        request: requestForOwnKey(publicKey),
        profile: profileNamed('tls-server'),
        subject: [{ type: 'CN', value: 'server.example.com' }],
        subjectAltName: [],
      },
      issuer,
      parts,
    );
    const other = await assembleWithPeculiar(certificate.tbs, keys.signer);
    expect(Buffer.compare(other, certificate.der)).toBe(0);
    expect(parseCertificate(other).tbs.serialNumber).toBe(certificate.tbs.serialNumber);
  });
});

describe('a name', () => {
  it('of any characters is encoded alike by both', async () => {
    const parts = newParts(directory);
    const keys = await newKeys('ed25519');
    const { signer, seen } = witness(keys.signer);
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      fc.constantFrom('Zoë\'s "CA": #1, O=y', '#0c0161', 'a\\, b', '"quoted"', 'a+b <c>; d'),
    );
    const attribute = fc.record({
      type: fc.constantFrom('C', 'ST', 'L', 'O', 'OU', 'CN', 'serialNumber'),
      value,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(attribute, { minLength: 1, maxLength: 3 }), async (subject) => {
        const options = { subject, subjectAltName: [] };
        const issuer = selfIssuer(subject, keys);
        const request = requestForOwnKey(keys.signer.publicKey);
        const { tbs } = draft(request, profileNamed('root-ca'), issuer, options, parts);
        const named = { ...tbs, issuer: tbs.subject };
        await assembleWithPeculiar(named, signer);
        expect(Buffer.compare(seen.at(-1) ?? new Uint8Array(), encodeTbs(named))).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
