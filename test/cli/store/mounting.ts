import { spawnSync } from 'node:child_process';
import { PKI } from '../built-program.ts';

/** Runs a script where it may mount, with a function `pki`; what it mounts is gone after it. */
export const mounting = (script: string, cwd: string) => {
  const pki = `pki() { '${process.execPath}' '${PKI}' "$@"; }`;
  const { PATH, HOME } = process.env;
  return spawnSync(
    'unshare',
    ['--user', '--map-root-user', '--mount', 'bash', '-c', `${pki}\n${script}`],
    {
      cwd,
      encoding: 'utf8',
      env: { PATH, HOME },
    },
  );
};

/** Why nothing can be mounted; undefined if it can. */
export const noMounts = (): string | undefined => {
  const { status } = mounting('mount -t tmpfs -o size=64k none /mnt', '/');
  return status === 0 ? undefined : 'nobody may mount here without being root';
};
