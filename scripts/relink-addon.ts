/**
 * Debian's node-gyp links every addon with libnode, the Node of Debian. Loaded into the newer Node
 * that runs pki, that is a second Node in one process, and crashes it at exit. Where pkcs11js was
 * linked so, it is built again with an empty libnode first in the linker's way.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const addon = `${root}node_modules/pkcs11js/build/Release/pkcs11.node`;
const emptyLibrary = `${root}.cache/libnode`;

if (existsSync(addon) && readFileSync(addon).includes('libnode.so')) {
  mkdirSync(emptyLibrary, { recursive: true });
  writeFileSync(`${emptyLibrary}/libnode.a`, '!<arch>\n');
  const LDFLAGS = `-L${emptyLibrary} ${process.env['LDFLAGS'] ?? ''}`;
  const { status } = spawnSync('npm', ['rebuild', 'pkcs11js', '--loglevel=error'], {
    cwd: root,
    env: { ...process.env, LDFLAGS },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0)
    console.error('pkcs11js could not be built again: keys in tokens will not work');
}
