import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { fuzz } from './campaign.ts';
import { makeCorpus } from './corpus.ts';
import { TARGETS } from './targets.ts';

/** The same inputs each time but for the keys in them; `npm run fuzz` goes on from here. */
const SEED = '2026';
const ROUNDS = 30;

/** Seconds for a target; on a busy machine fewer rounds are made, not more time taken. */
const SECONDS = 4;

const corpus = temporaryDirectory();
const module = new URL('./targets.ts', import.meta.url).href;

describe('damaged files', () => {
  beforeAll(() => makeCorpus(corpus));

  it.each(TARGETS)('are read or refused: $name', async ({ name }) => {
    const options = { module, target: name, corpus, seed: SEED, rounds: ROUNDS, seconds: SECONDS };
    const { read, refused, findings } = await fuzz(options);
    const told = findings.map(({ round, problem, input }) => ({
      round,
      problem,
      input: Buffer.from(input).toString('base64'),
    }));
    expect(told).toEqual([]);
    expect(read + refused).toBeGreaterThan(0);
  });
});
