import { expect, it } from 'vitest';
import { notBuilt } from '../cli/built-program.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { stress } from './stress.ts';

const KILLS = 15;
const missing = notBuilt();
const cwd = temporaryDirectory();

it.skipIf(missing)(
  `nothing is lost or doubled where processes are killed${missing ? ` (${missing})` : ''}`,
  async () => {
    const { kills, lost, doubled, wrong, issued, files } = await stress(cwd, KILLS);
    expect({ lost, doubled, wrong }).toEqual({ lost: [], doubled: [], wrong: [] });
    expect(kills).toBeGreaterThanOrEqual(KILLS);
    expect(issued).toBeGreaterThanOrEqual(files);
  },
  300_000,
);
