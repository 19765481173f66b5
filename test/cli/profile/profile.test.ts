import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BUILT_IN_PROFILES } from '../../../src/profiles/built-in.ts';
import { compileProfile } from '../../../src/profiles/compile.ts';
import { configOf } from '../../../src/profiles/profile-document.ts';
import { parseProfile } from '../../../src/profiles/yaml-source.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd);
const inCwd = (path: string) => join(cwd, path);

const write = (name: string, ...lines: readonly string[]): string => {
  const path = `ca/profiles/${name}.yaml`;
  mkdirSync(inCwd('ca/profiles'), { recursive: true });
  writeFileSync(inCwd(path), `${lines.join('\n')}\n`);
  return path;
};

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
});

describe('profile list', () => {
  it('has the built-in profiles, and each with its summary', async () => {
    const { stdout, status } = await pki('profile', 'list');
    expect(status).toBe(0);
    expect(stdout.split('\n').slice(0, -1)).toHaveLength(BUILT_IN_PROFILES.length);
    expect(stdout).toContain('tls-server    built-in  TLS server, by DNS names and IP addresses\n');
  });

  it("has the CA's own in their places, and tells which have mistakes", async () => {
    write('tls-client', 'extends: tls-client', 'summary: "ours\\e[31m"');
    write('broken', 'extends: nothing');
    write('Not_a_profile', 'extends: tls-server');
    const { stdout } = await pki('profile', 'list', '--ca-dir', 'ca', '--json');
    const rows: readonly { name: string }[] = JSON.parse(stdout);
    expect(rows.filter(({ name }) => name === 'tls-client')).toEqual([
      {
        name: 'tls-client',
        source: 'ca/profiles/tls-client.yaml',
        summary: 'ours\u001b[31m',
        valid: true,
      },
    ]);
    expect(rows.at(-1)).toEqual({
      name: 'broken',
      source: 'ca/profiles/broken.yaml',
      summary: 'has mistakes, see "pki profile check ca/profiles/broken.yaml"',
      valid: false,
    });
    expect((await pki('profile', 'list', '--ca-dir', 'ca')).stdout).not.toContain('\u001b');
  });

  it('wants a CA where one is named', async () => {
    expect(await refused(pki, 'profile', 'list', '--ca-dir', 'lost')).toEqual({
      status: 6,
      stderr: [
        `pki: error: there is no CA in ${inCwd('lost')}`,
        'pki: hint: make one with "pki init-ca", or name its directory with --ca-dir',
      ],
    });
  });
});

describe('profile show', () => {
  it('merges a file with what it is built on, and that with what that is built on', async () => {
    write('base', 'extends: tls-server', 'subject:', '  set: {O: Example}', 'validity: {days: 30}');
    write(
      'top',
      'extends: base',
      'subject: {take: []}',
      'validity: {days: 7}',
      'short-lived: true',
    );
    const { stdout } = await pki('profile', 'show', 'top', '--ca-dir', 'ca', '--json');
    expect(JSON.parse(stdout)).toEqual({
      name: 'top',
      source: 'ca/profiles/top.yaml',
      summary: 'TLS server, by DNS names and IP addresses',
      validity: { days: 7 },
      'key-usage': ['digitalSignature', 'keyEncipherment'],
      'extended-key-usage': ['serverAuth'],
      subject: { take: [], set: { O: 'Example' } },
      'subject-alt-name': { take: ['dns', 'ip'], required: true, 'common-name': ['dns', 'ip'] },
      'short-lived': true,
    });
  });

  it('prints YAML that is a profile itself', async () => {
    const { stdout } = await pki('profile', 'show', 'top', '--ca-dir', 'ca');
    expect(stdout).toMatch(/^# top: ca\/profiles\/top.yaml\nsummary: TLS server/);
    writeFileSync(inCwd('shown.yaml'), stdout);
    expect(await pki('profile', 'check', 'shown.yaml')).toMatchObject({ status: 0 });
  });

  it('knows no profile by that name', async () => {
    expect(await refused(pki, 'profile', 'show', '../top', '--ca-dir', 'ca')).toEqual({
      status: 2,
      stderr: [
        'pki: error: unknown profile "../top"',
        'pki: hint: use one of: root-ca, issuing-ca, cross-ca, tls-server, tls-client, code-signing, email, ocsp-signing, timestamping, base, broken, top',
      ],
    });
  });
});

describe('profile export', () => {
  it.each(BUILT_IN_PROFILES)('prints $name as the file that would be it', async (config) => {
    const { stdout, status } = await pki('profile', 'export', config.name);
    expect(status).toBe(0);
    const { document } = parseProfile(stdout, 'exported');
    const read = configOf(config.name, document);
    expect(compileProfile(read).extensions).toEqual(compileProfile(config).extensions);
    expect({
      ...read,
      subjectAltName: { ...config.subjectAltName, ...read.subjectAltName },
    }).toMatchObject(config);
    const json = await pki('profile', 'export', config.name, '--json');
    expect(JSON.parse(json.stdout)).toEqual(document);
  });

  it('is for built-in profiles', async () => {
    const { status, stderr } = await refused(pki, 'profile', 'export', 'top');
    expect({ status, first: stderr[0] }).toEqual({
      status: 2,
      first: 'pki: error: unknown profile "top"',
    });
  });
});

describe('profile new', () => {
  it('makes a file that is a profile, as it is and with all its examples', async () => {
    const made = await pki('profile', 'new', 'web', '--ca-dir', 'ca');
    expect(made).toEqual({ status: 0, stdout: 'ca/profiles/web.yaml\n', stderr: '' });
    const text = readFileSync(inCwd('ca/profiles/web.yaml'), 'utf8');
    write('examples', text.replaceAll(/^#(?! \S|$)/gm, ''));
    for (const name of ['web', 'examples']) {
      const path = `ca/profiles/${name}.yaml`;
      const checked = { status: 0, stdout: `${path}: OK\n`, stderr: '' };
      expect(await pki('profile', 'check', path)).toEqual(checked);
    }
    const { stdout } = await pki('profile', 'show', 'examples', '--ca-dir', 'ca', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ 'must-staple': true, validity: { days: 30 } });
  });

  it('replaces nothing unless it is told to', async () => {
    expect(await refused(pki, 'profile', 'new', 'web', '--ca-dir', 'ca')).toEqual({
      status: 6,
      stderr: [
        `pki: error: ${inCwd('ca/profiles/web.yaml')} exists already`,
        'pki: hint: --force replaces it',
      ],
    });
    const { stdout } = await pki(
      ...['profile', 'new', 'web', '--ca-dir', 'ca', '--extends', 'email', '--force', '--json'],
    );
    expect(JSON.parse(stdout)).toEqual({ name: 'web', file: 'ca/profiles/web.yaml' });
    expect(readFileSync(inCwd('ca/profiles/web.yaml'), 'utf8')).toContain('\nextends: email\n');
  });

  it.each([
    ['Web', '"Web" cannot be the name of a profile', 'use small letters, digits and hyphens'],
    ['../web', '"../web" cannot be the name of a profile', 'use small letters, digits and hyphens'],
    [
      'root-ca',
      'profile "root-ca" is for self-signed certificates',
      '"pki init-ca" alone uses it, before there is a CA directory',
    ],
  ])('refuses the name %s', async (name, message, hint) => {
    expect(await refused(pki, 'profile', 'new', name, '--ca-dir', 'ca')).toEqual({
      status: 2,
      stderr: [`pki: error: ${message}`, `pki: hint: ${hint}`],
    });
  });

  it('refuses what it cannot be built on', async () => {
    const { status, stderr } = await refused(
      ...([pki, 'profile', 'new', 'other', '--ca-dir', 'ca', '--extends', 'x'] as const),
    );
    expect({ status, first: stderr[0] }).toEqual({
      status: 2,
      first: 'pki: error: unknown profile "x"',
    });
    expect(existsSync(inCwd('ca/profiles/other.yaml'))).toBe(false);
  });
});
