import { describe, expect, it } from 'vitest';
import { candidatePaths } from '../../src/path/build-paths.ts';
import { pathCertificate } from '../../src/path/path-certificate.ts';
import { type PathInput, validatePath } from '../../src/path/validate-path.ts';
import { tool } from '../support/tools.ts';
import { AT, chain, chainOf, inputOf, KeyRing } from './chain.ts';
import { CHAIN_CASES } from './chain-cases.ts';
import { CA, cn, make, usage } from './made-certificates.ts';
import { NAME_CONSTRAINT_CASES } from './name-constraint-cases.ts';
import { opensslVerdict } from './openssl-verdict.ts';

const keys = new KeyRing('ed25519');
const other = new KeyRing('ed25519');

const openssl = tool('openssl-3.5');

const CASES = [...CHAIN_CASES, ...NAME_CONSTRAINT_CASES];

describe.each(CASES)('a chain $name', ({ made, problems = [], opensslDiffers }) => {
  const accepted = problems.length === 0;

  it(`is ${accepted ? 'accepted' : 'refused'}`, async () => {
    const result = await validatePath(inputOf(await made()));
    expect(result.problems).toEqual(problems);
  });

  const difference = opensslDiffers === undefined ? 'the same' : 'another';
  const why = opensslDiffers === undefined ? '' : `: ${opensslDiffers}`;
  it.skipIf(!openssl)(`has ${difference} verdict of OpenSSL${why}`, async () => {
    const theirs = opensslVerdict(await made());
    expect(theirs).toMatchObject({ accepted: accepted === (opensslDiffers === undefined) });
  });
});

describe('the path', () => {
  it('ends at the first certificate that is trusted, whatever is above it', async () => {
    const { root, intermediates, leaf } = await chain(keys, {}, {}, {});
    const result = await validatePath({
      ...inputOf(chainOf([root, leaf])),
      intermediates: [root],
      trust: intermediates,
    });
    expect(result.path.map(({ subject, trusted }) => ({ subject, trusted }))).toEqual([
      { subject: 'CN=leaf', trusted: false },
      { subject: 'CN=CA 1', trusted: true },
    ]);
    expect(result.problems).toEqual([]);
    expect(result.warnings).toEqual([
      'CN=CA 1 is trusted as it is, its own signature cannot be checked',
    ]);
  });

  it('is of one certificate, if that is trusted itself, unless a longer one tells more', async () => {
    const { root, leaf, ...made } = await chain(keys, {}, {}, {});
    const trusting = async (...trust: PathInput['trust']) => {
      const result = await validatePath({ ...inputOf({ root, leaf, ...made }), trust });
      return { ...result, path: result.path.map(({ subject }) => subject) };
    };
    const warning = 'CN=leaf is trusted as it is, its own signature cannot be checked';
    const alone = { problems: [], path: ['CN=leaf'], warnings: [warning] };
    expect(await trusting(leaf)).toMatchObject(alone);
    expect(await trusting(leaf, leaf)).toMatchObject(alone);
    const path = ['CN=leaf', 'CN=CA 1', 'CN=Root'];
    for (const trust of [
      [leaf, root],
      [root, root],
    ]) {
      expect(await trusting(...trust)).toMatchObject({ problems: [], path, warnings: [] });
    }
  });

  it('is found among certificates of the same name, by the one that holds', async () => {
    const [ours, theirs] = [await chain(keys, {}, {}, {}), await chain(other, {}, {}, {})];
    const expired = await chain(
      keys,
      {},
      { tbs: { notAfter: new Date('2026-02-01T00:00:00Z') } },
      {},
    );
    const result = await validatePath({
      ...inputOf(ours),
      intermediates: [
        theirs.root,
        ...theirs.intermediates,
        ...expired.intermediates,
        ...ours.intermediates,
      ],
      trust: [theirs.root, ours.root],
    });
    expect(result.problems).toEqual([]);
    expect(result.path.map(({ certificate }) => certificate)).toEqual([
      ours.leaf,
      ours.intermediates[0],
      ours.root,
    ]);
  });

  it('is, where none holds, the one that comes closest', async () => {
    const expired = { tbs: { notAfter: new Date('2026-02-01T00:00:00Z') } };
    const made = await chain(keys, {}, expired, {});
    const worse = await chain(keys, {}, { ...expired, extensions: [usage(5)] }, {});
    const stranger = await chain(other, {}, {});
    const imposter = await make({
      subject: await other.party('CA 1', cn('CA 1')),
      issuer: await keys.party('Root', cn('Root')),
      extensions: CA,
    });
    const intermediates = [imposter, ...worse.intermediates, stranger.root];
    const two = await validatePath({ ...inputOf(made), intermediates });
    expect(two.path[1]?.certificate).toBe(worse.intermediates[0]);
    expect(two.problems.length).toBe(2); // rather than one, of a signature that is wrong
    const all = [...intermediates, ...made.intermediates];
    const one = await validatePath({ ...inputOf(made), intermediates: all });
    expect(one.path[1]?.certificate).toBe(made.intermediates[0]);
  });

  it('is looked at in whole seconds, as certificates count them', async () => {
    const made = await chain(keys, {}, { tbs: { notAfter: AT } });
    const at = (milliseconds: number) =>
      validatePath({ ...inputOf(made), at: new Date(AT.getTime() + milliseconds) });
    expect((await at(999)).problems).toEqual([]);
    expect((await at(1000)).problems.length).toBe(1);
  });

  it('is tried first with the issuer that the key identifier names', async () => {
    const made = await chain(keys, {}, {}, {});
    const imposters = await Promise.all(
      ['a', 'b', 'c'].map(async (role) =>
        make({
          subject: await other.party(role, cn('CA 1')),
          issuer: await keys.party('Root', cn('Root')),
          extensions: CA,
        }),
      ),
    );
    const all = [...imposters, ...made.intermediates, made.root].map(pathCertificate);
    const leaf = pathCertificate(made.leaf);
    const { candidates } = candidatePaths(leaf, {
      anchors: new Set(all.slice(-1)),
      bySubject: Map.groupBy(all, ({ subjectKey }) => subjectKey),
    });
    expect(candidates.map(({ certificates }) => certificates.length)).toEqual([3, 3, 3, 3]);
    expect(candidates[0]?.certificates[1]?.certificate).toBe(made.intermediates[0]);
  });

  it('names each signature, with the issuer and who checked it', async () => {
    const { signatures } = await validatePath(inputOf(await chain(keys, {}, {})));
    const signature = {
      what: 'signature',
      issuer: 'CN=Root',
      algorithm: 'id-Ed25519',
      implementation: 'node:crypto',
      problem: undefined,
    };
    expect(signatures).toEqual([
      { certificate: 'CN=leaf', ...signature },
      { certificate: 'CN=Root', ...signature },
    ]);
  });
});
