import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OCTET_MUTATIONS } from './octet-mutations.ts';
import type { Random } from './random.ts';
import { tamperStore } from './tamper-store.ts';
import { TEXT_MUTATIONS } from './text-mutations.ts';

const MANIFEST = 'manifest.json';

/**
 * Damages a backup. Half of the time its manifest is made to agree, as by somebody who knows what is
 * looked at first.
 */
export function tamperBackup(directory: string, random: Random): void {
  do {
    random.pick(TAMPERINGS)(directory, random);
  } while (random.once(3));
  if (random.once(2)) agree(directory);
  if (random.once(3)) tamperManifest(directory, random);
}

const TAMPERINGS: readonly ((directory: string, random: Random) => void)[] = [
  (directory, random) => unlessGone(() => tamperStore(join(directory, 'ca.db'), random)),
  (directory, random) => unlessGone(() => tamperStore(join(directory, 'ca.db'), random)),
  function damageFile(directory, random) {
    const path = someFile(directory, random);
    const octets = readFileSync(path);
    writeFileSync(
      path,
      random.pick([...OCTET_MUTATIONS, ...TEXT_MUTATIONS])(octets, random, octets),
    );
  },
  function removeFile(directory, random) {
    rmSync(someFile(directory, random));
  },
  function directoryForFile(directory, random) {
    const path = someFile(directory, random);
    rmSync(path);
    mkdirSync(path);
  },
  function addFile(directory, random) {
    const name = random.pick(['x', 'keys/x.key', 'crl/x.crl', 'change/ca.crt', 'profiles/\x1b[2J']);
    unlessGone(() => mkdirSync(dirname(join(directory, name)), { recursive: true }));
    unlessGone(() => writeFileSync(join(directory, name), random.octets(20)));
  },
];

/** Files that are not there are taken out of the manifest, and new ones put in. */
function agree(directory: string): void {
  const path = join(directory, MANIFEST);
  unlessGone(() => {
    const files = filesIn(directory)
      .filter((name) => name !== MANIFEST)
      .map((name) => [name, sha256(readFileSync(join(directory, name)))]);
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...manifest, files: Object.fromEntries(files) }, null, 2));
  });
}

function tamperManifest(directory: string, random: Random): void {
  const path = join(directory, MANIFEST);
  unlessGone(() => {
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    const field = random.pick([...Object.keys(manifest), 'x']);
    manifest[field] = random.pick([
      null,
      {},
      [],
      -1,
      1e300,
      '',
      '\x1b[2J',
      '9'.repeat(60),
      { at: 1 },
    ]);
    if (random.once(3)) {
      const name = random.pick([
        '../x',
        '/etc/passwd',
        'keys',
        '.',
        '__proto__',
        'a\0b',
        'ca.db/x',
      ]);
      manifest.files = { ...manifest.files, [name]: '0'.repeat(64) };
    }
    writeFileSync(path, JSON.stringify(manifest));
  });
}

/** What was done before may have left nothing to do it to. */
function unlessGone(work: () => void): void {
  try {
    work();
  } catch {}
}

const filesIn = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .filter((name) => statSync(join(directory, name)).isFile());

const someFile = (directory: string, random: Random): string =>
  join(directory, random.pick([...filesIn(directory)]));

const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');
