/**
 * Bundles src/ into dist/: one small entry, and a chunk for what each command needs beyond it.
 * CommonJS, because importing a built-in module as ESM evaluates all its exports, the streams of
 * the process among them: a third of the time that `pki --version` takes.
 */
import { chmodSync, rmSync } from 'node:fs';
import { type Plugin, rolldown } from 'rolldown';

const root = new URL('..', import.meta.url).pathname;

/** Built-in modules that commander imports for what pki does not do; loaded when they are used. */
const LAZY: Readonly<Record<string, string>> = {
  'node:child_process':
    "export default { spawn: (...args) => process.getBuiltinModule('node:child_process').spawn(...args) };",
  'node:util':
    "export const stripVTControlCharacters = (text) => process.getBuiltinModule('node:util').stripVTControlCharacters(text);",
};

const lazyBuiltIns: Plugin = {
  name: 'lazy-built-ins',
  resolveId: (source, importer) =>
    source in LAZY && importer?.includes('/commander/') ? `\0lazy-${source}` : undefined,
  load: (id) => LAZY[id.replace(/^\0lazy-/, '')],
};

rmSync(`${root}dist`, { recursive: true, force: true });
const bundle = await rolldown({
  input: {
    entry: `${root}src/cli/entry.ts`,
    'module-host': `${root}src/signers/pkcs11/module-host.ts`,
  },
  platform: 'node',
  external: ['pkcs11js'], // a native addon; loaded only when a key is in a token
  plugins: [lazyBuiltIns],
});
await bundle.write({
  dir: `${root}dist`,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name].cjs',
});
await bundle.close();
chmodSync(`${root}bin/pki.js`, 0o755);
