import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/path/validate-path.ts';
import { tool } from '../support/tools.ts';
import { chain, inputOf, KeyRing } from './chain.ts';
import { caWith } from './made-certificates.ts';
import { opensslVerdict } from './openssl-verdict.ts';
import { mappings, POLICY_CASES, policies } from './policy-cases.ts';
import { NAME_CASES, PURPOSE_CASES } from './wanted-cases.ts';

const openssl = tool('openssl-3.5');

describe.each([...PURPOSE_CASES, ...NAME_CASES, ...POLICY_CASES])(
  'a certificate $name',
  ({ made, wanted, openssl: options, problems = [], opensslDiffers }) => {
    const accepted = problems.length === 0;

    it(`is ${accepted ? 'accepted' : 'refused'}`, async () => {
      const result = await validatePath({ ...inputOf(await made()), wanted });
      expect(result.problems).toEqual(problems);
    });

    const difference = opensslDiffers === undefined ? 'the same' : 'another';
    const why = opensslDiffers === undefined ? '' : `: ${opensslDiffers}`;
    it.skipIf(!openssl)(`has ${difference} verdict of OpenSSL${why}`, async () => {
      const theirs = opensslVerdict(await made(), ...options);
      expect(theirs).toMatchObject({ accepted: accepted === (opensslDiffers === undefined) });
    });
  },
);

describe('policies', () => {
  it('that are all mapped to all take no more work than there are mappings', async () => {
    const oids = Array.from({ length: 60 }, (_, index) => `1.3.6.1.4.1.99999.20.${index}`);
    const all = oids.flatMap((from) => oids.map((to) => [from, to] as const));
    const ca = { extensions: caWith(policies(...oids), mappings(...all)) };
    const [first = ''] = oids;
    const made = await chain(
      new KeyRing('ed25519'),
      ...[{}, ca, ca, ca, ca, ca, ca, { extensions: [policies(first)] }],
    );
    const started = performance.now();
    const result = await validatePath({ ...inputOf(made), wanted: { policies: [first] } });
    expect(performance.now() - started).toBeLessThan(2000);
    expect(result.problems).toEqual([]);
  });
});
