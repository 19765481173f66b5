import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/path/validate-path.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import type { Crl } from '../../src/x509/crl.ts';
import { freshestCrlExtension } from '../../src/x509/pointers.ts';
import { AT, type Chain, chain, inputOf, KeyRing } from '../path/chain.ts';
import { cn, make, type Party, usage } from '../path/made-certificates.ts';
import { crlPem, entry, makeCrl } from '../path/made-crls.ts';
import { fileOf, opensslVerdict } from '../path/openssl-verdict.ts';
import { tool } from '../support/tools.ts';

const keys = new KeyRing('ed25519');
const openssl = tool('openssl-3.5');
const RUNS = 150;
const DAY = 86_400_000;

/** Mostly the first one, so that hierarchies hold often enough. */
const mostly = <Value>(usual: Value, ...others: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof(
    { arbitrary: fc.constant(usual), weight: 10 * others.length },
    ...others.map((other) => ({ arbitrary: fc.constant(other), weight: 1 })),
  );

/** What a CA publishes: a full CRL, and a delta CRL now and then. */
const published = fc.record({
  signer: mostly<'own' | 'other' | 'stranger' | 'none'>('own', 'other', 'stranger', 'none'),
  days: mostly<readonly [number, number]>([-1, 6], [-9, -1], [1, 8]),
  revokes: mostly<'others' | 'all'>('others', 'all'),
  delta: mostly<undefined | 'empty' | 'revokes' | 'lets go' | 'too new'>(
    undefined,
    ...(['empty', 'revokes', 'lets go', 'too new'] as const),
  ),
});

type Published = typeof published extends fc.Arbitrary<infer Value> ? Value : never;

const strangers = new KeyRing('ed25519');

const nameOf = (index: number): string => (index === 0 ? 'Root' : `CA ${index}`);

const signerOf = ({ signer }: Published, index: number): Promise<Party> => {
  const role = signer === 'other' ? `other key ${index}` : nameOf(index);
  return (signer === 'stranger' ? strangers : keys).party(role, cn(nameOf(index)));
};

const during = ([from, until]: readonly [number, number]) => ({
  thisUpdate: new Date(AT.getTime() + from * DAY),
  nextUpdate: new Date(AT.getTime() + until * DAY),
});

async function crlsOf(one: Published, index: number, below: bigint): Promise<readonly Crl[]> {
  if (one.signer === 'none') return [];
  const party = await signerOf(one, index);
  const held = one.revokes === 'all' || one.delta === 'lets go';
  const full = await makeCrl(party, {
    revoked: [entry(below + 1n), ...(held ? [entry(below, 'certificateHold')] : [])],
    extensions: freshestCrlExtension(['http://crl.example/delta.crl']),
    tbs: during(one.days),
  });
  if (one.delta === undefined) return [full];
  const revoked = {
    empty: [],
    revokes: [entry(below)],
    'lets go': [entry(below, 'removeFromCRL')],
    'too new': [entry(below)],
  }[one.delta];
  const base = one.delta === 'too new' ? 6n : 5n;
  return [full, await makeCrl(party, { number: 7n, base, revoked })];
}

/** The other key of each CA that signs with one, certified by whom the CA was. */
async function otherKeys(all: readonly Published[]): Promise<readonly Certificate[]> {
  const made = all.map(async (one, index) => {
    if (one.signer !== 'other') return [];
    const above = nameOf(Math.max(index - 1, 0));
    const issuer = await keys.party(above, cn(above));
    return [await make({ subject: await signerOf(one, index), issuer, extensions: [usage(6)] })];
  });
  return (await Promise.all(made)).flat();
}

async function hierarchy(all: readonly Published[]) {
  const made = await chain(keys, ...all.map(() => ({})), {});
  const crls = all.map((one, index) =>
    crlsOf(one, index, made.certificates[index + 1]?.tbs.serialNumber ?? 0n),
  );
  const intermediates = [...made.intermediates, ...(await otherKeys(all))];
  return { made: { ...made, intermediates }, crls: (await Promise.all(crls)).flat() };
}

const OPTIONS = ['-crl_check_all', '-extended_crl', '-use_deltas'];

/** Its `verify` says OK after an error in the path of a CRL's signer that it forgives. */
function theirVerdict(made: Chain, crls: readonly Crl[]) {
  const { accepted, output } = opensslVerdict(
    made,
    ...[...OPTIONS, ...(crls.length === 0 ? [] : ['-CRLfile', fileOf('crl.pem', crlPem(...crls))])],
  );
  return { accepted: accepted && !output.includes('[CRL path] error'), output };
}

describe.skipIf(!openssl)('random hierarchies with random CRLs', () => {
  it('are what OpenSSL makes of them', async () => {
    const verdicts = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(published, { minLength: 1, maxLength: 4 }), async (all) => {
        const { made, crls } = await hierarchy(all);
        const revocation = { crls, responses: [], required: 'all' } as const;
        const { problems } = await validatePath({ ...inputOf(made), revocation });
        const theirs = theirVerdict(made, crls);
        const accepted = crls.length > 0 && problems.length === 0;
        expect(accepted, JSON.stringify({ all, problems, theirs })).toBe(theirs.accepted);
        verdicts[accepted ? 'accepted' : 'refused']++;
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(RUNS / 5);
  }, 120_000);
});
