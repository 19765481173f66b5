import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Seed } from './mutate.ts';

/** The seeds in these folders of a corpus, in the order of their names. */
export const seedsOf = (corpus: string, folders: readonly string[]): readonly Seed[] =>
  folders.flatMap((folder) =>
    readdirSync(join(corpus, folder))
      .toSorted()
      .map((name) => ({ name, octets: readFileSync(join(corpus, folder, name)) })),
  );
