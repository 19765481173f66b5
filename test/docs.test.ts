import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { certificateSizes } from '../scripts/certificate-sizes.ts';
import { GENERATED, withGenerated } from '../scripts/generated-docs.ts';
import { pemBlocks } from '../src/der/pem.ts';
import { describeConsoleSession } from './support/console-session.ts';
import { temporaryDirectory } from './support/temporary.ts';
import { world } from './support/world.ts';

const root = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describeConsoleSession('docs/hsm.md');
describeConsoleSession('docs/hybrid.md');
describeConsoleSession('docs/profiles.md');
describeConsoleSession('docs/revocation.md');
describeConsoleSession('docs/hierarchy.md');
describeConsoleSession('docs/ocsp.md');
describeConsoleSession('docs/rollover.md');
describeConsoleSession('docs/audit.md');
describeConsoleSession('docs/renewal.md');
describeConsoleSession('docs/finding.md');
describeConsoleSession('docs/store.md');
describeConsoleSession('docs/verify.md');

describe('what is generated in docs/', () => {
  it.each(GENERATED)('$name in $file is as the code has it', async ({ file, name, text }) => {
    const document = read(file);
    expect(withGenerated(document, name, await text())).toBe(document);
  });
});

describe('the sizes in docs/hybrid.md', () => {
  it('are those of certificates that are signed', async () => {
    const cwd = temporaryDirectory();
    const pki = world({ cwd });
    const keys = ['--hybrid', 'catalyst', '--algorithm', 'ed25519', '--ml-dsa', 'ml-dsa-44'];
    await pki('init-ca', '--name', 'Example Root CA', '--dir', 'ca', '--no-passphrase', ...keys);
    const files = ['--out', 'server.crt', '--key-out', 'server.key'];
    await pki('issue', '--ca-dir', 'ca', '--cn', 'server.example.com', ...files);
    const [ca, server] = ['ca/ca.crt', 'server.crt'].map(
      (file) => pemBlocks(readFileSync(join(cwd, file), 'latin1'))[0]?.der.length ?? 0,
    );
    const sizes = await certificateSizes({
      name: 'Catalyst',
      signing: 'ed25519',
      alternative: 'ml-dsa-44',
    });
    // serial numbers are random: one in 128 is an octet shorter
    expect(sizes.ca - (ca ?? 0)).toBeOneOf([0, 1]);
    expect(sizes.server - (server ?? 0)).toBeOneOf([0, 1]);
  });
});

describe('links between documents', () => {
  const documents = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path))
    .concat('README.md', 'CHANGELOG.md', 'SECURITY.md');

  it.each(documents)('of %s lead to something', (document) => {
    const targets = [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, target = '']) => target,
    );
    const broken = targets
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !leads(document, target));
    expect(broken).toEqual([]);
  });
});

/** Whether a relative link names a file that exists, and a heading in it where it names one. */
function leads(document: string, target: string): boolean {
  const [path = '', heading] = target.split('#');
  const file = path === '' ? join(root, document) : resolve(root, document, '..', path);
  try {
    const isFolder = !file.includes('.', file.lastIndexOf('/'));
    if (isFolder) return readdirSync(file).length > 0;
    const text = readFileSync(file, 'utf8');
    return heading === undefined || headings(text).includes(heading);
  } catch {
    return false;
  }
}

/** As GitHub makes anchors of headings. */
const headings = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
