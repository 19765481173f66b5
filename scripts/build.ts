/** Bundles src/ into dist/: one small entry, and a chunk for what each command needs beyond it. */
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
  format: 'esm',
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name].js',
});
await bundle.close();
chmodSync(`${root}bin/pki.js`, 0o755);
