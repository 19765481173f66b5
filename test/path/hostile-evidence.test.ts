import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/der/reader.ts';
import { sequence } from '../../src/der/writer.ts';
import { validatePath } from '../../src/path/validate-path.ts';
import { type Crl, parseCrl } from '../../src/x509/crl.ts';
import { EXTENSION_OID } from '../../src/x509/extensions.ts';
import { parseResponseData } from '../../src/x509/ocsp-data.ts';
import { type BasicResponse, parseOcspResponse } from '../../src/x509/ocsp-response.ts';
import { chain, inputOf, KeyRing, withFlippedBit } from './chain.ts';
import { cn, isCa, usage } from './made-certificates.ts';
import { entry, makeCrl, scope } from './made-crls.ts';
import { good, noon, respond, saying } from './made-responses.ts';

const keys = new KeyRing('ed25519');
const ROOT = { extensions: [isCa(), usage(0, 5, 6)] };

/** What `read` returns, undefined for what is refused when it is read. */
function readable<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function readResponse(der: Uint8Array): BasicResponse | undefined {
  const { basic } = parseOcspResponse(der);
  if (basic) parseResponseData(basic.tbsDer);
  return basic;
}

/** Every third bit turned over, one at a time: all octets are met. */
const flipped = (der: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: Math.floor((der.length * 8) / 3) }, (_, index) =>
    withFlippedBit(der, index * 3),
  );

describe('evidence with a bit turned over', () => {
  it('in a CRL has the certificate refused, with a reason', async () => {
    const made = await chain(keys, ROOT, {});
    const issuer = await keys.party('Root', cn('Root'));
    const { der } = await makeCrl(issuer, {
      revoked: [entry(5n)],
      extensions: [scope({ flag: 1 })],
    });
    for (const one of flipped(der)) {
      const crl: Crl | undefined = readable(() => parseCrl(one));
      if (!crl) continue;
      const revocation = { crls: [crl], responses: [], required: 'all' } as const;
      const { problems } = await validatePath({ ...inputOf(made), revocation });
      expect(problems.length).toBeGreaterThan(0);
    }
  });

  it('in an OCSP response has the certificate refused, with a reason', async () => {
    const made = await chain(keys, ROOT, {});
    const issuer = await keys.party('Root', cn('Root'));
    const der = await respond(saying(issuer, good(made.root, made.leaf.tbs.serialNumber)), issuer);
    for (const one of flipped(der)) {
      const basic = readable(() => readResponse(one));
      if (!basic) continue;
      const responses = [{ basic, name: 'a response' }];
      const revocation = { crls: [], responses, required: 'leaf' } as const;
      const { problems } = await validatePath({ ...inputOf(made), at: noon.at, revocation });
      expect(problems.length).toBeGreaterThan(0);
    }
  });
});

describe('a certificate that evidence cannot be compared with', () => {
  it('for its distribution points is refused', async () => {
    const points = { oid: EXTENSION_OID.crlDistributionPoints, critical: false };
    const malformed = { ...points, value: Uint8Array.of(0x30, 2, 0x30, 1) };
    const made = await chain(keys, ROOT, { extensions: [malformed] });
    const crls = [await makeCrl(await keys.party('Root', cn('Root')))];
    const revocation = { crls, responses: [], required: 'all' } as const;
    expect((await validatePath({ ...inputOf(made), revocation })).problems).toEqual([
      'CN=leaf: it is malformed: a length exceeds what is there (der, RFC 5280 §4.1)',
      'CN=leaf: CRL 5 of CN=Root does not count: the certificate is malformed (crl-distribution-point, RFC 5280 §4.2.1.13, §6.3.3 (b))',
    ]);
  });

  it('for the key of its issuer is refused', async () => {
    const issuer = await keys.party('Root', cn('Root'));
    const sound = await chain(keys, ROOT, {});
    const made = await chain(keys, { ...ROOT, tbs: { publicKey: sequence() } }, {});
    const der = await respond(saying(issuer, good(sound.root, made.leaf.tbs.serialNumber)), issuer);
    const basic = readResponse(der);
    if (!basic) throw new Error('a response without an answer');
    const responses = [{ basic, name: 'a response' }];
    const revocation = { crls: [], responses, required: 'leaf' } as const;
    const { problems } = await validatePath({ ...inputOf(made), at: noon.at, revocation });
    expect(problems).toContain(
      'CN=leaf: none of the OCSP responses tells of it (ocsp, RFC 6960 §3.2)',
    );
  });
});
