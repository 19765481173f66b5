import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/path/validate-path.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import type { Crl } from '../../src/x509/crl.ts';
import { tool } from '../support/tools.ts';
import { type Chain, chain, inputOf, KeyRing } from './chain.ts';
import { CA, cn, isCa, type MadeCertificate, make, usage } from './made-certificates.ts';
import { crlPem, entry, makeCrl } from './made-crls.ts';
import { fileOf, opensslVerdict } from './openssl-verdict.ts';

const openssl = tool('openssl-3.5');
const keys = new KeyRing('ed25519');

interface Given {
  readonly made: Chain;
  /** Beside the chain; the signer of the CRL is among them. */
  readonly others: readonly Certificate[];
  readonly crls: readonly Crl[];
}

const root = () => keys.party('Root', cn('Root'));
const newKey = (ring = keys) => ring.party('the new key', cn('CA 1'));

/** CA 1 has another key, which the root has certified like this, and which signs its CRLs. */
async function withNewKey(
  signer: Partial<MadeCertificate>,
  revoked: readonly Uint8Array[] = [],
  rootRevokes: (signer: Certificate) => readonly Uint8Array[] = () => [],
): Promise<Given> {
  const made = await chain(keys, {}, {}, {});
  const given = await make({
    ...{ subject: await newKey(), issuer: await root(), extensions: CA },
    ...signer,
  });
  const crls = [
    await makeCrl(await newKey(), { revoked }),
    await makeCrl(await root(), { revoked: rootRevokes(given) }),
  ];
  return { made, others: [given], crls };
}

const crlSigner = [usage(6)]; // cRLSign, and no CA
const past = { notAfter: new Date('2026-02-01T00:00:00Z') };

interface Case {
  readonly name: string;
  readonly given: () => Promise<Given>;
  readonly problem?: string | RegExp;
}

const DOES_NOT_COUNT = 'CN=leaf: CRL 5 of CN=CA 1 does not count: ';
const OTHER_KEY = `${DOES_NOT_COUNT}it was signed by another key of CN=CA 1 (crl-signature, RFC 5280 §6.3.3 (g))`;

/** What is said of a signer that does not hold. */
const refused = (why: string): RegExp => {
  const text = `${DOES_NOT_COUNT}it was signed by the key of another certificate of CN=CA 1, SERIAL, which does not hold: ${why} (crl-signer, RFC 5280 §6.3.3 (f), §8)`;
  const pattern = text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replace('SERIAL', '[0-9a-f]+');
  return new RegExp(`^${pattern}$`);
};

const CASES: readonly Case[] = [
  { name: 'a later key of the CA', given: () => withNewKey({}) },
  {
    name: 'a later key of the CA, and tells of the certificate',
    given: async () => {
      const { made, others } = await withNewKey({});
      const revoked = [entry(made.leaf.tbs.serialNumber)];
      const crls = [await makeCrl(await newKey(), { revoked }), await makeCrl(await root())];
      return { made, others, crls };
    },
    problem:
      'CN=leaf: it is revoked since 2026-05-01T00:00:00Z, keyCompromise, says CRL 5 of CN=CA 1 (revoked, RFC 5280 §6.3.3 (i), (j))',
  },
  { name: 'a key for CRLs alone', given: () => withNewKey({ extensions: crlSigner }) },
  {
    name: 'a key that nobody has certified',
    given: async () => ({ ...(await withNewKey({})), others: [] }),
    problem: OTHER_KEY,
  },
  {
    name: 'a key that is not for CRLs',
    given: () => withNewKey({ extensions: [isCa(), usage(5)] }),
    problem: OTHER_KEY,
  },
  {
    name: 'a key whose certificate does not say what it is for',
    given: () => withNewKey({ extensions: [isCa()] }),
    problem: OTHER_KEY,
  },
  {
    name: 'a key of another name',
    given: async () => withNewKey({ subject: { ...(await newKey()), name: cn('CA 2') } }),
    problem: OTHER_KEY,
  },
  {
    name: 'a key whose certificate has run out',
    given: () => withNewKey({ tbs: past }),
    problem: refused(
      'CN=CA 1: it expired at 2026-02-01T00:00:00Z (validity, RFC 5280 §4.1.2.5, §6.1.3 (a))',
    ),
  },
  {
    name: 'a key whose certificate is revoked',
    given: () => withNewKey({}, [], ({ tbs }) => [entry(tbs.serialNumber)]),
    problem: refused(
      'CN=CA 1: it is revoked since 2026-05-01T00:00:00Z, keyCompromise, says CRL 5 of CN=Root (revoked, RFC 5280 §6.3.3 (i), (j))',
    ),
  },
  {
    name: 'a key that an end entity has certified',
    given: async () => {
      const given = await withNewKey({});
      const issuer = await keys.party('leaf', cn('leaf'));
      const others = [await make({ subject: await newKey(), issuer, extensions: CA })];
      return { ...given, others, crls: [...given.crls, await makeCrl(issuer)] };
    },
    problem: refused(
      'CN=leaf: it is not a CA by its basicConstraints, but an issuer in this path (issuer-is-ca, RFC 5280 §4.2.1.9, §6.1.4 (k))',
    ),
  },
];

const told = (crls: readonly Crl[], required: 'leaf' | 'all' = 'all') => ({
  revocation: { crls, responses: [], required },
});

const validate = ({ made, others, crls }: Given) => {
  const input = inputOf(made);
  const intermediates = [...input.intermediates, ...others];
  return validatePath({ ...input, intermediates, ...told(crls) });
};

describe.each(CASES)('a CRL that is signed by $name', ({ given, problem }) => {
  it(
    problem ? 'has the certificate refused' : 'tells of certificates by the key in the path',
    async () => {
      const { problems } = await validate(await given());
      if (problem instanceof RegExp) expect(problems).toEqual([expect.stringMatching(problem)]);
      else expect(problems).toEqual(problem ? [problem] : []);
    },
  );

  it.skipIf(!openssl)('has the same verdict of OpenSSL', async () => {
    const { made, others, crls } = await given();
    const theirs = opensslVerdict(
      { ...made, intermediates: [...made.intermediates, ...others] },
      ...['-crl_check_all', '-extended_crl', '-CRLfile', fileOf('crl.pem', crlPem(...crls))],
    );
    // its `verify` says OK after an error of that path that it forgives, such as an expired certificate
    const accepted = theirs.accepted && !theirs.output.includes('[CRL path] error');
    expect(accepted, theirs.output).toBe(problem === undefined);
  });
});

describe('where keys of one CA have CRLs of their own', () => {
  const own = () => keys.party('CA 1', cn('CA 1'));

  it('that of the key in the path counts, though that of another key is newer', async () => {
    const given = await withNewKey({});
    const revoked = [entry(given.made.leaf.tbs.serialNumber)];
    const tbs = { thisUpdate: new Date('2026-05-31T00:00:00Z') };
    const older = await makeCrl(await own(), { number: 4n, revoked, tbs });
    const { problems } = await validate({ ...given, crls: [...given.crls, older] });
    expect(problems).toEqual([
      'CN=leaf: it is revoked since 2026-05-01T00:00:00Z, keyCompromise, says CRL 4 of CN=CA 1 (revoked, RFC 5280 §6.3.3 (i), (j))',
    ]);
  });

  it('a warning tells that the one of the key in the path is missing', async () => {
    const given = await withNewKey({});
    expect((await validate(given)).warnings).toEqual([
      'CRL 5 of CN=CA 1 was signed by another key than CN=leaf; if the CA has CRLs for each of its keys, give the other one too',
    ]);
    const both = { ...given, crls: [...given.crls, await makeCrl(await own())] };
    expect((await validate(both)).warnings).toEqual([]);
  });

  it('a delta CRL is added to a full one of the same key only', async () => {
    const given = await withNewKey({});
    const full = await makeCrl(await own(), {
      revoked: [entry(given.made.leaf.tbs.serialNumber, 'certificateHold')],
    });
    const letsGo = {
      ...{ number: 6n, base: 5n },
      revoked: [entry(given.made.leaf.tbs.serialNumber, 'removeFromCRL')],
    };
    const [, ofRoot] = given.crls;
    const crls = (delta: Crl) => [full, delta, ...(ofRoot ? [ofRoot] : [])];
    const byOwn = await validate({ ...given, crls: crls(await makeCrl(await own(), letsGo)) });
    expect(byOwn.problems).toEqual([]);
    const byOther = await validate({ ...given, crls: crls(await makeCrl(await newKey(), letsGo)) });
    expect(byOther.problems).toEqual([
      'CN=leaf: it is revoked since 2026-05-01T00:00:00Z, certificateHold, says CRL 5 of CN=CA 1 (revoked, RFC 5280 §6.3.3 (i), (j))',
    ]);
  });
});

describe('the path of a signer of CRLs', () => {
  it('has to end at the same trust anchor', async () => {
    const { made, crls } = await withNewKey({});
    const other = await chain(new KeyRing('ed25519'), { name: cn('Other root') }, {});
    const elsewhere = new KeyRing('ed25519');
    const issuer = await elsewhere.party('Root', cn('Other root'));
    const trusted = await make({ subject: issuer, issuer, extensions: CA });
    const signer = await make({ subject: await newKey(), issuer, extensions: CA });
    const input = inputOf(made);
    const { problems } = await validatePath({
      ...input,
      intermediates: [...input.intermediates, ...other.intermediates, signer],
      trust: [...input.trust, trusted],
      ...told(crls),
    });
    expect(problems).toEqual([
      expect.stringMatching(refused('there is no path from it to the trusted CN=Root')),
    ]);
  });

  it('is not vouched for by CRLs of its own', async () => {
    const made = await chain(keys, {}, {});
    const [old, issuer] = [await root(), await keys.party('new root key', cn('Root'))];
    const newWithOld = await make({ subject: issuer, issuer: old, extensions: CA });
    const crls = [await makeCrl(issuer)];
    const input = { ...inputOf(made), intermediates: [newWithOld] };
    const { problems } = await validatePath({ ...input, ...told(crls) });
    expect(problems).toEqual([
      expect.stringContaining(
        'does not count: it is needed to tell whether the certificate of its own signer is revoked (crl-signer, RFC 5280 §6.3.3 (f), §8)',
      ),
    ]);
    // where only the leaf has to be known, a CA has to be known as revoked to be refused
    expect((await validatePath({ ...input, ...told(crls, 'leaf') })).problems).toEqual([]);
    const own = [entry(newWithOld.tbs.serialNumber)];
    const alone = told([...crls, await makeCrl(old, { revoked: own, number: 4n })], 'leaf');
    expect((await validatePath({ ...input, ...alone })).problems).toEqual([]);
  });

  it('has both signatures checked where alternative ones are required', async () => {
    const both = new KeyRing('ed25519', 'ml-dsa-44');
    const made = await chain(both, {}, {}, {});
    const [subject, issuer] = [await newKey(both), await both.party('Root', cn('Root'))];
    const alone = { name: issuer.name, signer: issuer.signer };
    const [signer, classical] = [
      await make({ subject, issuer, extensions: crlSigner }),
      await make({ subject, issuer: alone, extensions: crlSigner }),
    ];
    const crls = [await makeCrl(subject), await makeCrl(issuer)];
    const input = { ...inputOf(made), requireAlternative: true, ...told(crls) };
    const intermediates = (one: Certificate) => [...input.intermediates, one];
    const sound = await validatePath({ ...input, intermediates: intermediates(signer) });
    expect(sound.problems).toEqual([]);
    const weak = await validatePath({ ...input, intermediates: intermediates(classical) });
    expect(weak.problems).toEqual([
      expect.stringMatching(
        refused(
          'CN=CA 1: it has a classical signature, and no alternative one (alternative-signature, X.509 §9.8)',
        ),
      ),
    ]);
  });

  it('is looked for a bounded number of times', async () => {
    const { made, crls } = await withNewKey({});
    const [subject, issuer] = [await newKey(), await root()];
    const others = await Promise.all(
      Array.from({ length: 30 }, () => make({ subject, issuer, extensions: CA, tbs: past })),
    );
    const { problems } = await validate({ made, others, crls });
    expect(problems).toEqual([
      expect.stringMatching(refused('there are too many signers of CRLs, give fewer certificates')),
    ]);
  });
});
