import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { type CampaignOptions, fuzz } from './campaign.ts';
import { inputOf } from './mutate.ts';
import { isHit } from './planted.ts';

const corpus = temporaryDirectory();
mkdirSync(join(corpus, 'seeds'));
const octets = Buffer.from('3009020101040411223344', 'hex');
writeFileSync(join(corpus, 'seeds/one'), octets);

const module = new URL('./planted.ts', import.meta.url).href;
const campaign = (target: string, more: Partial<CampaignOptions> = {}) =>
  fuzz({ module, target, corpus, seed: '1', rounds: 40, ...more });

describe('a campaign', () => {
  it('counts what was read and what was refused', async () => {
    const { read, refused, findings } = await campaign('sound');
    expect(findings).toEqual([]);
    expect(read).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    expect(read + refused).toBe(40);
  });

  it.each([
    ['an error of another kind', 'throws', /^TypeError: of another kind/],
    ['a reader that takes long', 'slow', /^it takes 0\.\d seconds$/],
    ['memory without end', 'grows', /reaching memory limit/],
    ['memory beside the heap', 'swells', /^it takes \d+ MiB$/],
    ['recursion without end', 'overflows', /^RangeError: Maximum call stack size exceeded/],
    ['an error that nobody waits for', 'leaves', /^Error: later, to nobody/],
  ])('finds %s, once', async (_, target, problem) => {
    const { findings } = await campaign(target, { rounds: 5 });
    expect(findings.map((finding) => finding.problem)).toEqual([expect.stringMatching(problem)]);
    expect(findings.every(({ input }) => isHit(input))).toBe(true);
  });

  it('ends a reader that hangs, and goes on behind it', async () => {
    const { findings, read } = await campaign('hangs', { rounds: 5, patience: 2 });
    expect(findings).toMatchObject([{ problem: 'it does not come to an end', from: 'one' }]);
    expect(read).toBeGreaterThan(0);
  });

  it('comes to its end after the time that it has', async () => {
    const started = performance.now();
    await campaign('sound', { rounds: 1e9, seconds: 1 });
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe('inputs', () => {
  const form = { kind: 'der', label: 'X' } as const;
  const seeds = [{ name: 'one', octets }];
  const inputs = (seed: string) =>
    Array.from({ length: 200 }, (_, round) => {
      const { octets: input } = inputOf(form, seeds, seed, round);
      return Buffer.from(input).toString('latin1');
    });

  it('are the same for the same seed, and others for another', () => {
    expect(inputs('1')).toEqual(inputs('1'));
    expect(inputs('1')).not.toEqual(inputs('2'));
  });

  it('are of many kinds, and leave their seed as it was', () => {
    expect(new Set(inputs('1')).size).toBeGreaterThan(150);
    expect(octets.toString('hex')).toBe('3009020101040411223344');
    expect(inputs('1').some((input) => input.startsWith('-----BEGIN X'))).toBe(true);
    expect(inputs('1').some((input) => input.length > 1000)).toBe(true);
  });
});
