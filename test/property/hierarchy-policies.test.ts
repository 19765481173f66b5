import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/path/validate-path.ts';
import type { Extension } from '../../src/x509/extensions.ts';
import { type Chain, chain, inputOf, KeyRing, type Level } from '../path/chain.ts';
import { CA, cn } from '../path/made-certificates.ts';
import { opensslVerdict } from '../path/openssl-verdict.ts';
import { A, ANY, B, C, constrained, inhibitAny, mappings, policies } from '../path/policy-cases.ts';
import { tool } from '../support/tools.ts';

const keys = new KeyRing('ed25519');
const openssl = tool('openssl-3.5');
const RUNS = 120;

const POLICIES = [A, B, C];
const policy = fc.constantFrom(...POLICIES);
const count = fc.option(fc.constantFrom(0, 1, 2), { nil: undefined, freq: 4 });

/** Some policies, any of them, or the extension is not there. */
const certificatePolicies: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 4, arbitrary: fc.uniqueArray(policy, { minLength: 1, maxLength: 3 }) },
  { weight: 3, arbitrary: fc.constant([ANY]) },
  { weight: 2, arbitrary: policy.map((one) => [one, ANY]) },
  { weight: 1, arbitrary: fc.constant([]) },
);

const mapped: fc.Arbitrary<readonly (readonly [string, string])[]> = fc.oneof(
  { weight: 15, arbitrary: fc.constant([]) },
  { weight: 10, arbitrary: fc.array(fc.tuple(policy, policy), { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant([[A, ANY] as const]) },
);

const authority = fc.record({
  policies: certificatePolicies,
  mappings: mapped,
  explicit: count,
  mapping: count,
  inhibitAny: count,
  selfIssued: fc.nat(4).map((drawn) => drawn === 0),
});

type Authority = typeof authority extends fc.Arbitrary<infer Value> ? Value : never;

const given = (oids: readonly string[]): readonly Extension[] =>
  oids.length === 0 ? [] : [policies(...oids)];

const extensionsOf = (one: Authority): readonly Extension[] => [
  ...CA,
  ...given(one.policies),
  ...(one.mappings.length === 0 ? [] : [mappings(...one.mappings)]),
  ...(one.explicit === undefined && one.mapping === undefined
    ? []
    : [constrained(one.explicit, one.mapping)]),
  ...(one.inhibitAny === undefined ? [] : [inhibitAny(one.inhibitAny)]),
];

function hierarchy(authorities: readonly Authority[], end: readonly string[]): Promise<Chain> {
  const levels: Level[] = [{}];
  for (const [index, one] of authorities.entries()) {
    const above = one.selfIssued ? levels.at(-1)?.name : undefined;
    levels.push({ name: above ?? cn(`CA ${index + 1}`), extensions: extensionsOf(one) });
  }
  return chain(keys, ...levels, { extensions: given(end) });
}

/** Where none is asked for, any will do: what `-policy_check` alone wants is not in RFC 5280. */
const opensslOptions = (asked: readonly string[]): readonly string[] =>
  asked.length === 0
    ? ['-policy', ANY]
    : ['-explicit_policy', ...asked.flatMap((one) => ['-policy', one])];

/** A CA that has a policy by anyPolicy alone cannot map it where that is inhibited (§6.1.4 (b) (1)); OpenSSL lets it. */
const isStricter = (authorities: readonly Authority[]): boolean =>
  authorities.some(
    ({ mappings: pairs, policies: own }, index) =>
      authorities.slice(0, index).some((above) => above.inhibitAny !== undefined) &&
      pairs.some(([issuer]) => !own.includes(issuer)),
  );

describe.skipIf(!openssl)('random hierarchies under random policies', () => {
  it('are what OpenSSL makes of them', async () => {
    const verdicts = { accepted: 0, refused: 0 };
    const cas = fc.array(authority, { minLength: 1, maxLength: 4 });
    const wanted = fc.uniqueArray(fc.constantFrom(...POLICIES, ANY), { maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(cas, certificatePolicies, wanted, async (authorities, end, asked) => {
        const made = await hierarchy(authorities, end);
        const input = { ...inputOf(made), wanted: { policies: asked } };
        const { problems } = await validatePath(input);
        const theirs = opensslVerdict(made, ...opensslOptions(asked));
        const accepted = problems.length === 0;
        const about = JSON.stringify({ authorities, end, asked, problems, theirs });
        if (accepted || !isStricter(authorities)) expect(accepted, about).toBe(theirs.accepted);
        verdicts[accepted ? 'accepted' : 'refused']++;
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(RUNS / 5);
  }, 120_000);
});
