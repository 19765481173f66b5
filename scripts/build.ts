/**
 * Bundles src/ into dist/: one small entry, and a chunk for what each command needs beyond it.
 * CommonJS, because importing a built-in module as ESM evaluates all its exports, the streams of
 * the process among them: a third of the time that `pki --version` takes.
 */
import { chmodSync, rmSync } from 'node:fs';
import { rolldown } from 'rolldown';

const root = new URL('..', import.meta.url).pathname;

rmSync(`${root}dist`, { recursive: true, force: true });
const bundle = await rolldown({
  input: `${root}src/cli/entry.ts`,
  platform: 'node',
  external: ['pkcs11js'], // a native addon; loaded only when a key is in a token
});
await bundle.write({
  dir: `${root}dist`,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name].cjs',
});
await bundle.close();
chmodSync(`${root}bin/pki.js`, 0o755);
