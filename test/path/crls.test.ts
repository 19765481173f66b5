import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/path/validate-path.ts';
import type { Crl } from '../../src/x509/crl.ts';
import { EXTENSION_OID } from '../../src/x509/extensions.ts';
import { encodeRevokedList } from '../../src/x509/revoked-list.ts';
import { tool } from '../support/tools.ts';
import { AT, chain, inputOf, KeyRing } from './chain.ts';
import { CRL_CASES } from './crl-cases.ts';
import { DELTA_CASES } from './crl-delta-cases.ts';
import { cn } from './made-certificates.ts';
import { crlPem, entry, makeCrl, pointsTo } from './made-crls.ts';
import { fileOf, opensslMinor, opensslVerdict } from './openssl-verdict.ts';

const openssl = tool('openssl-3.5');
const minor = openssl ? opensslMinor(openssl) : 0;
const keys = new KeyRing('ed25519');

const told = (crls: readonly Crl[], required: 'leaf' | 'all' = 'all') => ({
  revocation: { crls, responses: [], required },
});

describe.each([...CRL_CASES, ...DELTA_CASES])(
  'a CRL $name',
  ({ made, problems = [], openssl: options = [], opensslDiffers, opensslSince = 5 }) => {
    const accepted = problems.length === 0;

    it(`has the certificate ${accepted ? 'accepted' : 'refused'}`, async () => {
      const { chain: ours, crls } = await made();
      const result = await validatePath({ ...inputOf(ours), ...told(crls) });
      expect(result.problems).toEqual(problems);
    });

    const difference = opensslDiffers === undefined ? 'the same' : 'another';
    const why = opensslDiffers === undefined ? '' : `: ${opensslDiffers}`;
    it.skipIf(minor < opensslSince)(`has ${difference} verdict of OpenSSL${why}`, async () => {
      const { chain: ours, crls } = await made();
      const files = ['-crl_check', '-CRLfile', fileOf('crl.pem', crlPem(...crls))];
      const theirs = opensslVerdict(ours, ...files, ...options);
      expect(theirs).toMatchObject({ accepted: accepted === (opensslDiffers === undefined) });
    });
  },
);

describe('CRLs of a longer chain', () => {
  const NO_CRL = 'CN=leaf: none of the CRLs is of its issuer CN=CA 1 (crl, RFC 5280 §6.3.3)';

  it.each([
    ['of all CAs', ['Root', 'CA 1'], 'all', []],
    ['of all but the leaf', ['Root'], 'all', [NO_CRL]],
    ['of the leaf alone', ['CA 1'], 'leaf', []],
    [
      'of the leaf alone, where all have to be known',
      ['CA 1'],
      'all',
      ['CN=CA 1: none of the CRLs is of its issuer CN=Root (crl, RFC 5280 §6.3.3)'],
    ],
  ] as const)('%s', async (_, issuers, required, problems) => {
    const made = await chain(keys, {}, {}, {});
    const crls = await Promise.all(
      issuers.map(async (name) => makeCrl(await keys.party(name, cn(name)))),
    );
    const result = await validatePath({ ...inputOf(made), ...told(crls, required) });
    expect(result.problems).toEqual(problems);
    if (!openssl) return;
    const own = required === 'all' ? [await makeCrl(await keys.party('Root', cn('Root')))] : [];
    const rootCrl = issuers.some((name) => name === 'Root') ? own : []; // it asks about the root too
    const file = fileOf('crl.pem', crlPem(...crls, ...rootCrl));
    const check = required === 'all' ? '-crl_check_all' : '-crl_check';
    const theirs = opensslVerdict(made, check, '-CRLfile', file);
    expect(theirs).toMatchObject({ accepted: problems.length === 0 });
  });

  it('of which one tells of a CA refuse all below it, also where only the leaf has to be known', async () => {
    const made = await chain(keys, {}, {}, {});
    const [ca] = made.intermediates;
    const crls = [
      await makeCrl(await keys.party('Root', cn('Root')), {
        revoked: [entry(ca?.tbs.serialNumber ?? 0n, 'cACompromise')],
      }),
      await makeCrl(await keys.party('CA 1', cn('CA 1'))),
    ];
    const { problems, path } = await validatePath({ ...inputOf(made), ...told(crls, 'leaf') });
    expect(problems).toEqual([
      'CN=CA 1: it is revoked since 2026-05-01T00:00:00Z, cACompromise, says CRL 5 of CN=Root (revoked, RFC 5280 §6.3.3 (i), (j))',
    ]);
    expect(path.map(({ revocation }) => revocation?.status)).toEqual([
      'good',
      'revoked',
      undefined,
    ]);
  });
});

describe('a certificate that is trusted itself', () => {
  const TRUSTED =
    'CN=leaf: it is the trusted certificate itself, without an issuer in the path who tells whether it is revoked (revocation, RFC 5280 §6.3)';

  it.each([
    ['and told of as revoked', true],
    ['and not told of', false],
  ])('%s is not known as good, and OpenSSL says the same', async (_, isRevoked) => {
    const { leaf } = await chain(keys, {}, {});
    const issuer = await keys.party('Root', cn('Root'));
    const revoked = isRevoked ? [entry(leaf.tbs.serialNumber)] : [];
    const crls = [await makeCrl(issuer, { revoked })];
    const alone = { root: leaf, leaf, intermediates: [], certificates: [leaf] };
    const result = await validatePath({ ...inputOf(alone), ...told(crls, 'leaf') });
    expect(result.problems).toEqual([TRUSTED]);
    expect(result.path[0]?.revocation?.status).toBe('undetermined');
    if (!openssl) return;
    const file = fileOf('crl.pem', crlPem(...crls));
    const theirs = opensslVerdict(alone, '-partial_chain', '-crl_check', '-CRLfile', file);
    expect(theirs).toMatchObject({ accepted: false });
  });

  it('is asked about if its issuer is trusted too', async () => {
    const made = await chain(keys, {}, {});
    const issuer = await keys.party('Root', cn('Root'));
    const both = { ...inputOf(made), trust: made.certificates };
    const silent = await makeCrl(issuer);
    expect((await validatePath({ ...both, ...told([silent]) })).problems).toEqual([]);
    const telling = await makeCrl(issuer, { revoked: [entry(made.leaf.tbs.serialNumber)] });
    expect((await validatePath({ ...both, ...told([telling]) })).problems).toEqual([
      'CN=leaf: it is revoked since 2026-05-01T00:00:00Z, keyCompromise, says CRL 5 of CN=Root (revoked, RFC 5280 §6.3.3 (i), (j))',
    ]);
  });

  it('that issued itself is not asked about', async () => {
    const made = await chain(keys, {});
    const crls = [await makeCrl(await keys.party('Root', cn('Root')))];
    expect((await validatePath({ ...inputOf(made), ...told(crls) })).problems).toEqual([]);
  });

  it('with noRevAvail is good', async () => {
    const value = Uint8Array.of(5, 0);
    const extensions = [{ oid: EXTENSION_OID.noRevAvail, critical: false, value }];
    const { leaf } = await chain(keys, {}, { extensions });
    const crls = [await makeCrl(await keys.party('Root', cn('Root')))];
    const alone = { root: leaf, leaf, intermediates: [], certificates: [leaf] };
    expect((await validatePath({ ...inputOf(alone), ...told(crls) })).problems).toEqual([]);
  });
});

describe('CRLs', () => {
  it('for no point in particular tell of all reasons, whatever those of the point are', async () => {
    // OpenSSL takes the point's alone; §6.3.3 asks such a CRL once more at its end
    const made = await chain(keys, {}, { extensions: [pointsTo('http://crl.example/1.crl', [1])] });
    const crls = [await makeCrl(await keys.party('Root', cn('Root')))];
    expect((await validatePath({ ...inputOf(made), ...told(crls) })).problems).toEqual([]);
  });

  it('are asked nothing about certificates with noRevAvail', async () => {
    const value = Uint8Array.of(5, 0);
    const extensions = [{ oid: EXTENSION_OID.noRevAvail, critical: false, value }];
    const made = await chain(keys, {}, { extensions });
    const crls = [await makeCrl(await keys.party('Other', cn('Other')))];
    const { problems, path } = await validatePath({ ...inputOf(made), ...told(crls) });
    expect(problems).toEqual([]);
    expect(path[0]?.revocation).toMatchObject({ status: 'good', by: ['its own noRevAvail'] });
  });

  it.each(['leaf', 'leaf alone'])(
    'of Catalyst CAs have both signatures checked: %s',
    async (title) => {
      const both = new KeyRing('ed25519', 'ml-dsa-44');
      const made = await chain(both, {}, {});
      const issuer = await both.party('Root', cn('Root'));
      const alone = { name: issuer.name, signer: issuer.signer };
      const crls = [await makeCrl(title === 'leaf' ? issuer : alone)];
      const input = { ...inputOf(made), ...told(crls), requireAlternative: true };
      expect((await validatePath(input)).problems).toEqual(
        title === 'leaf'
          ? []
          : [
              'CN=leaf: CRL 5 of CN=Root does not count: it has a classical signature, and no alternative one that can be checked (crl-alternative-signature, X.509 §9.8)',
            ],
      );
    },
  );

  it('of composite CAs are verified', async () => {
    const composite = new KeyRing('MLDSA44-Ed25519-SHA512');
    const made = await chain(composite, {}, {});
    const crls = [await makeCrl(await composite.party('Root', cn('Root')))];
    expect((await validatePath({ ...inputOf(made), ...told(crls) })).problems).toEqual([]);
  });

  it('with 300,000 entries are gone through in a moment', async () => {
    const made = await chain(keys, {}, {});
    const wanted = made.leaf.tbs.serialNumber.toString(16).padStart(4, '0');
    const entries = Array.from({ length: 300_000 }, (_, index) => ({
      serial: index === 299_999 ? wanted : (0x10000000 + index).toString(16),
      revocationDate: AT.getTime() / 1000 - 60,
      reason: 'superseded' as const,
      invalidityDate: undefined,
    }));
    const revoked = [await encodeRevokedList([entries])];
    const crls = [await makeCrl(await keys.party('Root', cn('Root')), { revoked })];
    const started = performance.now();
    const { problems } = await validatePath({ ...inputOf(made), ...told(crls) });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(problems).toEqual([
      'CN=leaf: it is revoked since 2026-06-01T11:59:00Z, superseded, says CRL 5 of CN=Root (revoked, RFC 5280 §6.3.3 (i), (j))',
    ]);
  });
});
