import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../src/der/pem.ts';
import { openCaDirectory, StagedCaDirectory } from '../../src/store/ca-directory.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';

const directory = temporaryDirectory();
const inside = (...names: readonly string[]) => join(directory, ...names);
const CONFIG = {
  name: 'Root',
  keys: { signing: { algorithm: 'ecdsa-p384', key: { kind: 'file', path: 'keys/ca.key' } } },
} as const;

beforeAll(async () => {
  const init = ['init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase'];
  await world({ cwd: directory })(...init);
});

describe('a CA directory in the making', () => {
  it('is not there before it is committed, and then at once with all that is in it', async () => {
    using source = await openCaDirectory(inside('ca'));
    using staged = new StagedCaDirectory(inside('made'));
    expect(staged.writeKey('ca.key', 'the key')).toBe('keys/ca.key');
    await staged.writeCa(CONFIG, source.certificate);
    expect([existsSync(inside('made')), staged.committed]).toEqual([false, false]);
    staged.commit();
    expect(staged.committed).toBe(true);
    expect(readdirSync(inside('made')).toSorted()).toEqual(['ca.crt', 'ca.db', 'ca.yaml', 'keys']);
    expect(readFileSync(inside('made/keys/ca.key'), 'utf8')).toBe('the key');
    const modes = ['made', 'made/keys', 'made/keys/ca.key'].map(
      (name) => statSync(inside(name)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o600]);
    using made = await openCaDirectory(inside('made'));
    expect(made.config).toEqual(CONFIG);
    expect(made.certificate.der).toEqual(source.certificate.der);
  });

  it('is removed when it is not committed, with the key in it', () => {
    const before = readdirSync(directory);
    {
      using staged = new StagedCaDirectory(inside('given-up'));
      staged.writeKey('ca.key', 'the key');
      expect(readdirSync(directory).length).toBe(before.length + 1);
    }
    expect(readdirSync(directory)).toEqual(before);
  });

  it('stays when it is disposed of after it was committed', () => {
    const staged = new StagedCaDirectory(inside('kept'));
    staged.commit();
    staged[Symbol.dispose]();
    expect(existsSync(inside('kept/ca.db'))).toBe(true);
  });

  it('does not take the place of what was made there in the meantime', () => {
    using staged = new StagedCaDirectory(inside('race'));
    mkdirSync(inside('race'));
    writeFileSync(inside('race/precious'), 'precious');
    expect(() => staged.commit()).toThrow(expect.objectContaining({ code: 'STORE' }) as Error);
    expect(staged.committed).toBe(false);
    expect(readdirSync(inside('race'))).toEqual(['precious']);
  });

  it('does not write a key twice', () => {
    using staged = new StagedCaDirectory(inside('twice'));
    staged.writeKey('ca.key', 'first');
    expect(() => staged.writeKey('ca.key', 'second')).toThrow(
      `cannot make the CA directory ${inside('twice')}: it exists already`,
    );
  });
});

describe('a CA directory', () => {
  it('tells what init-ca put there', async () => {
    using ca = await openCaDirectory(inside('ca'));
    expect(ca.config).toEqual(CONFIG);
    const [block] = pemBlocks(readFileSync(inside('ca/ca.crt'), 'utf8'));
    expect(ca.certificate.der).toEqual(block?.der);
    expect([ca.path, ca.certificatePath]).toEqual([inside('ca'), inside('ca/ca.crt')]);
  });

  it('may have text around its certificate, as other tools write it', async () => {
    cpSync(inside('ca'), inside('text'), { recursive: true });
    const text = readFileSync(inside('ca/ca.crt'), 'utf8');
    writeFileSync(
      inside('text/ca.crt'),
      `subject=CN = Root\r\n${text.replaceAll('\n', '\r\n')}\r\n`,
    );
    using ca = await openCaDirectory(inside('text'));
    using original = await openCaDirectory(inside('ca'));
    expect(ca.certificate.der).toEqual(original.certificate.der);
  });

  const NO_CERTIFICATE = 'holds no certificate in PEM';
  it.each<[string, string, (file: string) => void, string | RegExp]>([
    ['its certificate is missing', 'ca.crt', rmSync, 'cannot read FILE: no such file or directory'],
    [
      'its certificate is empty',
      'ca.crt',
      (file) => writeFileSync(file, ''),
      `FILE ${NO_CERTIFICATE}`,
    ],
    [
      'its certificate is a key',
      'ca.crt',
      (file) => cpSync(inside('ca/keys/ca.key'), file),
      `FILE ${NO_CERTIFICATE}`,
    ],
    [
      'its certificate is in DER',
      'ca.crt',
      (file) => writeFileSync(file, pemBlocks(readFileSync(file, 'utf8'))[0]?.der ?? ''),
      `FILE ${NO_CERTIFICATE}`,
    ],
    [
      'its certificate is damaged',
      'ca.crt',
      (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/^MII./m, 'AAAA')),
      /^FILE is damaged: ./,
    ],
    ['its store is missing', 'ca.db', rmSync, 'the store FILE is missing'],
    [
      'its store is damaged',
      'ca.db',
      (file) => writeFileSync(file, 'no database, but text that is long enough'),
      'the store FILE failed: it is not a database',
    ],
    [
      'its configuration is damaged',
      'ca.yaml',
      (file) => writeFileSync(file, 'version: 1\n'),
      'FILE is not the configuration of a CA: "name" is missing',
    ],
  ])('is not opened when %s', async (title, name, damage, message) => {
    const path = inside(title);
    cpSync(inside('ca'), path, { recursive: true });
    damage(join(path, name));
    const before = readdirSync(path);
    const opening = openCaDirectory(path).catch((error: unknown) => error);
    const { code, message: told } = (await opening) as { code: string; message: string };
    expect(code).toBe('STORE');
    expect(told.replace(join(path, name), 'FILE')).toMatch(message);
    expect(readdirSync(path)).toEqual(before);
  });

  it('is missed where there is none', async () => {
    await expect(openCaDirectory(inside('lost'))).rejects.toMatchObject({
      code: 'STORE',
      message: `there is no CA in ${inside('lost')}`,
      hints: ['make one with "pki init-ca", or name its directory with --ca-dir'],
    });
  });
});
