#!/usr/bin/env node
// Kept to what every Node can parse: it has to explain itself to those that are too old.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const require = module.createRequire(import.meta.url);
const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const NEEDED = [24, 15]; // ML-DSA in node:crypto, node:sqlite without a warning
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  // beside the code, so that only those can write it who can write the code; else it is not used
  module.enableCompileCache(pathOf('../dist/.compile-cache'));
  process.exit(await require('../dist/entry.cjs').main());
}

// a checkout has a newer Node among its development dependencies
const { existsSync } = require('node:fs');
const newer = pathOf('../node_modules/node/bin/node');
if (!existsSync(newer)) {
  const found = process.versions.node;
  process.stderr.write(
    `pki: error: Node ${found} is too old, ${NEEDED.join('.')} or newer is needed\n` +
      'pki: hint: install a current Node from your package manager or https://nodejs.org\n',
  );
  process.exit(70);
}
const { spawn } = require('node:child_process');
const child = spawn(newer, process.argv.slice(1), { stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => undefined); // a terminal sends it to both, and the child decides
child.on('exit', (status, signal) => {
  if (signal) process.kill(process.pid, signal);
  process.exit(status === null ? 70 : status);
});
