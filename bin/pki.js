#!/usr/bin/env node
// Kept to what every Node can parse: it has to explain itself to those that are too old.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NEEDED = [24, 15]; // ML-DSA in node:crypto, node:sqlite without a warning
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  const { main } = await import('../dist/entry.js');
  process.exit(await main());
} else {
  // a checkout has a newer Node among its development dependencies
  const newer = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (existsSync(newer)) {
    const { status, signal } = spawnSync(newer, process.argv.slice(1), { stdio: 'inherit' });
    if (signal) process.kill(process.pid, signal);
    process.exit(status === null ? 70 : status);
  } else {
    console.error(
      `pki: error: Node ${process.versions.node} is too old, ${NEEDED.join('.')} or newer is needed`,
    );
    console.error(
      'pki: hint: install a current Node from your package manager or https://nodejs.org',
    );
    process.exit(70);
  }
}
