import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem } from '../../../src/der/pem.ts';
import { encodeName } from '../../../src/x509/names.ts';
import { chain, KeyRing, withFlippedBit } from '../../path/chain.ts';
import { dns, pemOf, san } from '../../path/made-certificates.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, now: new Date('2026-06-01T00:00:00Z') });
const refused = refusals(cwd);
const write = (name: string, contents: string | Uint8Array) =>
  writeFileSync(join(cwd, name), contents);

const made = await chain(new KeyRing('ed25519'), {}, {});

beforeAll(() => {
  const { root, leaf } = made;
  write('root.pem', pemOf(root));
  write('leaf.pem', pemOf(leaf));
  write('tampered.pem', pem('CERTIFICATE', withFlippedBit(leaf.der, leaf.der.length * 8 - 20)));
  write('text.pem', 'no certificate\n');
  write('key.pem', pem('PRIVATE KEY', Uint8Array.of(0x30, 0)));
  write('cut.der', leaf.der.subarray(0, 100));
  write('second.pem', pemOf(leaf) + pem('CERTIFICATE', Uint8Array.of(0x31, 0)));
});

describe('a chain that does not hold', () => {
  it('is printed with what was checked, and the problems are hints', async () => {
    expect(await pki('verify', 'tampered.pem', '--trust', 'root.pem')).toEqual({
      status: 3,
      stdout: [
        'tampered.pem: refused',
        '  CN=leaf',
        '    id-Ed25519 by CN=Root  does not hold (node:crypto)',
        '  CN=Root (trusted)',
        '    id-Ed25519 by itself   verified (node:crypto)',
        '',
      ].join('\n'),
      stderr: [
        'pki: error: tampered.pem does not verify',
        'pki: hint: CN=leaf: its id-Ed25519 signature does not verify (signature, RFC 5280 §6.1.3 (a))',
        '',
      ].join('\n'),
    });
  });

  it('is JSON twice: the result, and the error', async () => {
    const { status, stdout, stderr } = await pki(
      ...['verify', 'leaf.pem', '--trust', 'root.pem', '--at', '2030-01-01', '--json'],
    );
    const problem = (certificate: string) => ({
      certificate,
      id: 'validity',
      cites: 'RFC 5280 §4.1.2.5, §6.1.3 (a)',
      problem: 'it expired at 2027-12-31T23:59:59Z',
    });
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      problems: [problem('CN=leaf'), problem('CN=Root')],
    });
    expect(JSON.parse(stderr).error).toEqual({
      code: 'POLICY',
      message: 'leaf.pem does not verify',
      hints: ['CN=leaf', 'CN=Root'].map(
        (name) =>
          `${name}: it expired at 2027-12-31T23:59:59Z (validity, RFC 5280 §4.1.2.5, §6.1.3 (a))`,
      ),
    });
    expect(status).toBe(3);
  });

  it('prints names of others only escaped', async () => {
    const keys = new KeyRing('ed25519');
    const hostile = await chain(
      keys,
      {},
      {
        name: encodeName([{ type: 'CN', value: 'a\u001b[31m\nleaf.pem: OK' }]),
        extensions: [san(dns('b\u001b[0m'))],
        tbs: { notAfter: new Date('2026-02-01T00:00:00Z') },
      },
    );
    write('hostile.pem', pemOf(hostile.leaf));
    write('hostile-root.pem', pemOf(hostile.root));
    for (const json of [[], ['--json']]) {
      const { stdout, stderr } = await pki(
        ...['verify', 'hostile.pem', '--trust', 'hostile-root.pem', ...json],
      );
      expect(stdout + stderr).not.toContain('\u001b');
      expect(`\n${stdout}`).not.toContain('\nleaf.pem: OK');
      expect(stdout).toContain('CN=a');
    }
  });
});

describe('a file', () => {
  const trust = ['--trust', 'root.pem'];

  it.each([
    [['missing.pem', ...trust], ['cannot read missing.pem: no such file or directory']],
    [['leaf.pem', 'missing.pem', ...trust], ['cannot read missing.pem: no such file or directory']],
    [['leaf.pem', '--trust', '.'], ['cannot read .: it is a directory']],
    [
      ['text.pem', ...trust],
      ['text.pem holds no certificate', 'it has to be in PEM or DER'],
    ],
    [
      ['leaf.pem', '--trust', 'key.pem'],
      [
        'key.pem holds no certificate',
        'it has to be in PEM or DER; what is there is called "PRIVATE KEY"',
      ],
    ],
    [
      ['-', ...trust],
      ['standard input holds no certificate', 'it has to be in PEM or DER'],
    ],
    [
      ['cut.der', ...trust],
      [
        'cut.der cannot be read: a length exceeds what is there',
        'it has to be X.509, version 3, in PEM or DER',
      ],
    ],
    [
      ['leaf.pem', 'second.pem', ...trust],
      [
        'certificate 2 in second.pem cannot be read: tag 30 expected, 31 found',
        'it has to be X.509, version 3, in PEM or DER',
      ],
    ],
  ])('is refused: %j', async (argv, [message, ...hints]) => {
    expect(await refused(pki, 'verify', ...argv)).toEqual({
      status: 2,
      stderr: [`pki: error: ${message}`, ...hints.map((hint) => `pki: hint: ${hint}`)],
    });
  });
});

describe('the command line', () => {
  it('needs a trusted certificate', async () => {
    expect(await refused(pki, 'verify', 'leaf.pem')).toEqual({
      status: 2,
      stderr: [
        "pki: error: required option '--trust <file>' not specified",
        'pki: hint: "pki verify --help" tells what it takes',
      ],
    });
  });

  it.each([
    'tomorrow',
    '2026-02-30',
    '2026-13-01',
    '2026-06-01T00:00:00',
    '2026-06-01T25:00:00Z',
    '01.06.2026',
    '1780272000',
    '',
  ])('takes "%s" for no time', async (time) => {
    const argv = ['verify', 'leaf.pem', '--trust', 'root.pem', '--at', time];
    expect(await refused(pki, ...argv)).toEqual({
      status: 2,
      stderr: [
        `pki: error: option '--at <time>' argument '${time}' is invalid. it has to be as 2027-01-01T00:00:00Z, or 2027-01-01`,
      ],
    });
  });
});
