/**
 * fuzz [--seconds N] [--seed S] [--target T]...: gives every reader of foreign octets damaged files, for
 * N seconds each (60). What a reader does not take as it should is written to .cache/fuzz/, with
 * the seed in its name. `--file FILE --target T` gives it that again.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Finding, fuzz } from '../test/fuzz/campaign.ts';
import { makeCorpus } from '../test/fuzz/corpus.ts';
import { TARGETS } from '../test/fuzz/targets.ts';

const MODULE = new URL('../test/fuzz/targets.ts', import.meta.url).href;
const FINDINGS = resolve(import.meta.dirname, '../.cache/fuzz');

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: `${Date.now()}` },
    target: { type: 'string', multiple: true },
    file: { type: 'string' },
  },
});
const { seed, file } = values;
const chosen = TARGETS.filter(({ name }) => values.target?.includes(name) ?? true);
if (chosen.length === 0) {
  throw new Error(`no such target; there are: ${TARGETS.map(({ name }) => name).join(', ')}`);
}
const corpus = mkdtempSync(join(tmpdir(), 'pki-fuzz-'));
process.once('exit', () => rmSync(corpus, { recursive: true, force: true }));
await makeCorpus(corpus);

if (file !== undefined) {
  for (const { name, open } of chosen) {
    const verdict = await open(mkdtempSync(join(corpus, 'run-')))(readFileSync(file));
    console.log(`${name}: ${verdict}`);
  }
} else {
  console.log(`seed ${seed}`);
  let found = 0;
  for (const { name } of chosen) {
    const seconds = Number(values.seconds);
    const result = await fuzz({ module: MODULE, target: name, corpus, seed, seconds });
    const { read, refused, findings } = result;
    console.log(`${name}: ${read} read, ${refused} refused, ${findings.length} wrong`);
    for (const finding of findings) save(name, finding);
    found += findings.length;
  }
  process.exitCode = found > 0 ? 1 : 0;
}

/** The input is what makes it happen again: of the files it was made from, some have random keys. */
function save(target: string, { round, problem, input, from }: Finding): void {
  mkdirSync(FINDINGS, { recursive: true });
  const path = join(FINDINGS, `${target}-${seed}-${round}`);
  writeFileSync(path, input);
  console.error(`${path}, made from ${from}\n${problem}\n`);
}
