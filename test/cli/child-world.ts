import { join } from 'node:path';
import { world } from '../support/world.ts';

/** What a CA under another one is made and used with. */
export function childWorld(cwd: string) {
  const now = new Date('2030-01-01T12:00:00Z');
  const secrets = { PKI_PASSPHRASE: 'of the child', PKI_PARENT_PASSPHRASE: 'of the parent' };
  const pki = world({ cwd, now, env: secrets });
  /** Each CA as the one that is asked, with its own passphrase in the usual place. */
  const asRoot = world({ cwd, now, env: { PKI_PASSPHRASE: secrets.PKI_PARENT_PASSPHRASE } });
  const at = (...names: readonly string[]) => join(cwd, ...names);
  const sub = (dir: string, ...options: readonly string[]) => [
    ...['init-ca', '--name', 'Issuing CA 1', '--dir', dir, '--parent', 'root', ...options],
  ];
  const issue = (ca: string, name: string, ...options: readonly string[]) => {
    const files = ['--out', `${name}.crt`, '--key-out', `${name}.key`];
    return pki('issue', '--ca-dir', ca, '--cn', `${name}.example`, ...files, ...options);
  };
  return { now, secrets, pki, asRoot, at, sub, issue };
}
