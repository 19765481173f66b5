import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AuthorityParts, issue } from '../../src/ca/authority.ts';
import type { Issuer } from '../../src/ca/issuer.ts';
import { makeRequest } from '../../src/ca/make-request.ts';
import { requestForExisting } from '../../src/ca/request.ts';
import {
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  utf8String,
} from '../../src/der/writer.ts';
import { PkiError } from '../../src/errors.ts';
import { profileNamed } from '../../src/profiles/built-in.ts';
import type { Signer } from '../../src/signers/signer.ts';
import { type Certificate, serialText } from '../../src/x509/certificate.ts';
import { EXTENSION_OID, type Extension, knownExtensions } from '../../src/x509/extensions.ts';
import {
  CA,
  constraints,
  dnsBase,
  isCa,
  type MadeCertificate,
  make,
  type Party,
  party,
  usage,
} from '../path/made-certificates.ts';
import { newIssuer, newKeys, newParts, newSigner } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const parts: AuthorityParts = newParts(temporaryDirectory());
let issuer: Issuer;
let signer: Signer;
let alternative: Signer;
let other: Party;

/** As OpenSSL writes it: UTF8String where PrintableString would do; and two attributes in one RDN. */
const attribute = (oid: string, value: string) =>
  sequence(objectIdentifier(oid), utf8String(value));
const NAME = sequence(
  setOf(attribute('2.5.4.97', 'NTRDE-1')),
  setOf(attribute('2.5.4.3', 'Other CA'), attribute('2.5.4.10', 'Example')),
);

beforeAll(async () => {
  issuer = await newIssuer(await newKeys('ecdsa-p256'), parts);
  [signer, alternative] = [await newSigner('ecdsa-p384'), await newSigner('ml-dsa-44')];
  other = party('Another CA', await newSigner('ecdsa-p256'));
});

/** The certificate of a CA that is self-signed unless `made` says otherwise. */
function existing(made: Partial<MadeCertificate> = {}): Promise<Certificate> {
  const subject = { name: NAME, signer };
  return make({ subject, issuer: subject, extensions: CA, ...made });
}

const certified = async (certificate: Certificate, profile = 'cross-ca') => {
  const request = await requestForExisting({ certificate, intermediates: [], name: 'x.crt' }, {});
  const names = { subject: [], subjectAltName: [], clamp: true };
  return issue({ request, profile: profileNamed(profile), ...names }, issuer, parts);
};

const refusal = async (promise: Promise<unknown>) => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PkiError) return [error.code, error.message, ...error.hints];
    throw error;
  }
  throw new Error('it was not refused');
};

const extension = ({ tbs }: Certificate, oid: string): Extension | undefined =>
  tbs.extensions.find((item) => item.oid === oid);

describe('a certificate for the key of an existing one', () => {
  it('has its name and its key identifier byte for byte', async () => {
    const identifier = randomBytes(32);
    const ski = { oid: EXTENSION_OID.subjectKeyIdentifier, critical: false };
    const own = await existing({
      tbs: { extensions: [...CA, { ...ski, value: octetString(identifier) }] },
    });
    const { certificate } = await certified(own);
    expect(certificate.tbs.subject).toEqual(NAME);
    expect(certificate.tbs.publicKey).toEqual(signer.publicKey);
    expect(knownExtensions(certificate.tbs.extensions).subjectKeyIdentifier).toEqual(
      Uint8Array.from(identifier),
    );
    expect(certificate.tbs.issuer).toEqual(issuer.name);
    expect((await parts.store.find(serialText(certificate.tbs.serialNumber)))?.status).toBe(
      'issued',
    );
  });

  it('takes its limits over', async () => {
    const limits = [
      isCa(2),
      usage(5),
      constraints([dnsBase('example.org')]),
      {
        oid: EXTENSION_OID.extKeyUsage,
        critical: true,
        value: sequence(objectIdentifier('1.2.3')),
      },
    ];
    const own = await existing({ extensions: limits });
    const { certificate } = await certified(own);
    for (const { oid } of limits) {
      expect({ oid, found: extension(certificate, oid) }).toEqual({
        oid,
        found: extension(own, oid),
      });
    }
  });

  it('has the limit of the profile where that is lower', async () => {
    const { certificate } = await certified(
      await existing({ extensions: [isCa(2), usage(5)] }),
      'issuing-ca',
    );
    expect(knownExtensions(certificate.tbs.extensions).basicConstraints?.pathLength).toBe(0);
  });

  it('does not begin before it', async () => {
    const notBefore = new Date(Math.floor(parts.clock().getTime() / 1000) * 1000);
    const { certificate } = await certified(await existing({ tbs: { notBefore } }));
    expect(certificate.tbs.notBefore).toEqual(notBefore);
  });

  it('carries the alternative key over that an alternative signature proves', async () => {
    const subject = { name: NAME, signer, alternative };
    const { certificate } = await certified(await existing({ subject, issuer: subject }));
    const { subjectAltPublicKeyInfo } = knownExtensions(certificate.tbs.extensions);
    expect(subjectAltPublicKeyInfo).toEqual(alternative.publicKey);
  });
});

describe('possession of an existing key', () => {
  const of = async (certificate: Certificate, csr?: Parameters<typeof makeRequest>[0]) => {
    const file = csr && (await makeRequest(csr)).der;
    return requestForExisting(
      { certificate, intermediates: [], name: 'x.crt' },
      { ...(file && { csr: { file, name: 'x.csr' } }) },
    );
  };
  const asked = (by: Signer, second?: Signer, cn = 'Another CA') => ({
    subject: [{ type: 'CN', value: cn }],
    subjectAltName: [],
    keys: { kind: 'own' as const, signer: by, ...(second && { alternative: second }) },
    now: new Date(),
  });
  const CSR_HINT =
    'give a request that is signed with that key, as "pki csr create" makes it, with --csr';

  it('is not proven by a signature of another CA', async () => {
    expect(await refusal(of(await existing({ issuer: other })))).toEqual([
      'POLICY',
      'x.crt does not prove possession of its key: it is not self-signed',
      CSR_HINT,
    ]);
  });

  it('is not proven by a self-signature that does not verify', async () => {
    const stranger = await newSigner('ecdsa-p384');
    const forged = await existing({ issuer: { name: NAME, signer: stranger } });
    expect(await refusal(of(forged))).toEqual([
      'POLICY',
      'x.crt does not prove possession of its key: its ecdsa-with-SHA384 signature does not verify',
      CSR_HINT,
    ]);
  });

  it('is proven by a request', async () => {
    const certificate = await existing({ subject: { ...other, signer }, issuer: other });
    const request = await of(certificate, asked(signer));
    expect(request).toMatchObject({ existing: certificate, publicKey: signer.publicKey });
  });

  it('is not proven by a request for another key, or another name', async () => {
    const certificate = await existing({ subject: { ...other, signer }, issuer: other });
    const [code, message, ...hints] = await refusal(of(certificate, asked(other.signer)));
    expect([code, message]).toEqual(['POLICY', 'x.csr is not for the key of x.crt']);
    expect(hints).toEqual([
      expect.stringMatching(/^SHA-256 of the key in x\.crt: [0-9a-f]{64}$/),
      expect.stringMatching(/^SHA-256 of the key in x\.csr: [0-9a-f]{64}$/),
    ]);
    expect(await refusal(of(certificate, asked(signer, undefined, 'Third CA')))).toEqual([
      'POLICY',
      'x.csr is for another name than x.crt',
      'the subject of x.crt: CN=Another CA',
      'the subject of x.csr: CN=Third CA',
    ]);
  });

  it('has to be proven of an alternative key too', async () => {
    const subject = { ...other, signer, alternative };
    const hybrid = await existing({ subject, issuer: other });
    const without = await existing({ subject, issuer: subject, withoutAlternative: true });
    expect(await refusal(of(without))).toEqual([
      'POLICY',
      'x.crt does not prove possession of its key: it has an alternative key and no alternative signature',
      CSR_HINT,
    ]);
    const stranger = { ...subject, alternative: await newSigner('ml-dsa-44') };
    const forged = await existing({ subject, issuer: stranger });
    expect((await refusal(of(forged)))[1]).toMatch(
      /^x\.crt .* its ml-dsa-44 signature does not verify/,
    );
    const [, message, , hint] = await refusal(of(hybrid, asked(signer)));
    expect(message).toBe('x.csr is not for the alternative key of x.crt');
    expect(hint).toBe('SHA-256 of the alternative key in x.csr: it has none');
    expect(await of(hybrid, asked(signer, alternative))).toMatchObject({
      alternativeKey: alternative.publicKey,
    });
  });
});
