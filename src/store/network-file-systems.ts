import { readFileSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { PkiError } from '../errors.ts';

/** `f_type` of statfs(2) for file systems that several machines mount, by their name. */
export const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB',
  16914839: '9P',
  1397113167: 'AFS',
  1937076805: 'Coda',
  12805120: 'Ceph',
  198183888: 'Lustre',
  1196443219: 'GPFS',
};

const FUSE = 0x65735546;

/** Those in user space have one number together; the table of mounts tells which it is. */
const NETWORK_FUSE =
  /^fuse\.(sshfs|glusterfs|ceph|ceph-fuse|rclone|s3fs|s3ql|davfs|davfs2|curlftpfs|smbnetfs|goofys|juicefs|seaweedfs|mount-s3)$/;

/**
 * Throws STORE for a place that other machines may write to as well: the processes that use a store
 * speak with each other through memory that they share, which two machines do not have.
 */
export function mustBeLocal(path: string): void {
  const directory = dirname(resolve(path));
  const name = networkFileSystem(statfsSync(directory).type, () => mountTypeOf(directory));
  if (name === undefined) return;
  throw new PkiError('STORE', `${path} is on a network file system (${name})`, {
    hints: [
      'two machines would not see what the other one writes, and issue the same twice (SQLite, write-ahead log)',
      'keep the CA on a disk of one machine, and have the others ask that machine',
    ],
  });
}

/** Which one it is; undefined for a file system of one machine. */
export function networkFileSystem(
  type: number,
  mountType: () => string | undefined,
): string | undefined {
  if (type !== FUSE) return NETWORK_FILE_SYSTEMS[type];
  return NETWORK_FUSE.exec(mountType() ?? '')?.[1];
}

/** Of the mount that a directory is in, by the longest path in the table; undefined elsewhere than on Linux. */
export function mountTypeOf(directory: string, table = mounts()): string | undefined {
  return table
    .map((line) => line.split(' '))
    .map(([, point = '', type]) => ({ point: unescaped(point), type }))
    .filter(({ point }) => directory === point || directory.startsWith(point.replace(/\/?$/, '/')))
    .toSorted((one, other) => one.point.length - other.point.length)
    .at(-1)?.type;
}

function mounts(): readonly string[] {
  try {
    return readFileSync('/proc/self/mounts', 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** Blanks and the like are octal there (proc(5)). */
const unescaped = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
