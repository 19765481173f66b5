import { describe, expect, it } from 'vitest';
import { mountTypeOf, networkFileSystem } from '../../src/store/network-file-systems.ts';

const FUSE = 0x65735546;

describe('a file system of several machines', () => {
  // numbers of linux/magic.h, and of statfs(2)
  it.each([
    [0x6969, 'NFS'],
    [0x517b, 'SMB'],
    [0xff534d42, 'CIFS'],
    [0xfe534d42, 'SMB'],
    [0x01021997, '9P'],
    [0x00c36400, 'Ceph'],
  ])('is known by its number 0x%s', (type, name) => {
    expect(networkFileSystem(type, () => undefined)).toBe(name);
  });

  it.each([
    [0xef53, 'ext4'],
    [0x58465342, 'xfs'],
    [0x9123683e, 'btrfs'],
    [0x01021994, 'tmpfs'],
    [0x794c7630, 'overlay'],
  ])('is not 0x%s (%s)', (type) => {
    expect(networkFileSystem(type, () => undefined)).toBeUndefined();
  });

  it.each([
    ['fuse.sshfs', 'sshfs'],
    ['fuse.rclone', 'rclone'],
    ['fuse.gocryptfs', undefined],
    ['fuseblk', undefined],
  ])('in user space is known by the table of mounts: %s', (mount, name) => {
    expect(networkFileSystem(FUSE, () => mount)).toBe(name);
  });

  it('is that of the longest path in the table', () => {
    const table = [
      '/dev/vda / ext4 rw 0 0',
      'me@host:/ /srv fuse.sshfs rw 0 0',
      'other /srv/my\\040ca tmpfs rw 0 0',
      '',
    ];
    expect(mountTypeOf('/srv/ca', table)).toBe('fuse.sshfs');
    expect(mountTypeOf('/srv', table)).toBe('fuse.sshfs');
    expect(mountTypeOf('/srv/my ca/x', table)).toBe('tmpfs');
    expect(mountTypeOf('/srv2', table)).toBe('ext4');
    expect(mountTypeOf('/srv', [])).toBeUndefined();
  });
});
