import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMPOSITE_ROWS } from '../../../src/algorithms/composite-rows.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { keyFile } from '../key/files.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd);
const create = (...options: readonly string[]) => ['csr', 'create', ...options];
const path = (name: string) => join(cwd, name);

beforeAll(async () => {
  for (const [name, algorithm] of [
    ['ec', 'ecdsa-p256'],
    ['rsa', 'rsa-2048'],
    ['ml-dsa', 'ml-dsa-65'],
    ['kem', 'ml-kem-768'],
  ] as const) {
    await keyFile(cwd, name, algorithm);
  }
});

describe('csr create refuses', () => {
  const composites = COMPOSITE_ROWS.map(
    ({ classical, mlDsa }) => `${classical.name} with ${mlDsa.name}`,
  ).join(', ');

  it.each([
    [['--cn', 'a'], 2, ['name the key with --key, or its token with --pkcs11-lib']],
    [
      ['--key', 'ec.key'],
      2,
      ['a request has to name somebody', 'give --cn, --dns or another name'],
    ],
    [
      [
        '--key',
        'ec.key',
        '--country',
        'de',
        '--cn',
        ' a',
        '--dns',
        'a b',
        '--organization',
        'x'.repeat(65),
      ],
      2,
      [
        'not all of these names can be in a certificate',
        'C=de must be two upper-case letters',
        `O=${'x'.repeat(65)} must have at most 64 characters`,
        'CN= a must not be empty, begin or end with a blank, or hold control characters',
        'malformed: dns:a b',
      ],
    ],
    [
      ['--key', 'lost.key', '--cn', 'a'],
      4,
      [`cannot read the key file ${path('lost.key')}: no such file or directory`],
    ],
    [
      ['--key', 'ec.key', '--pkcs11-token', 'CA', '--cn', 'a'],
      2,
      ['give either --key or --pkcs11-token'],
    ],
    [['--key', 'ec.key', '--cn', 'a', '--hybrid', 'catalyst'], 2, ['--hybrid needs --ml-dsa-key']],
    [['--key', 'ec.key', '--cn', 'a', '--ml-dsa-key', 'x'], 2, ['--ml-dsa-key needs --hybrid']],
    [
      ['--key', 'ec.key', '--cn', 'a', '--related-cert', 'x'],
      2,
      ['--related-cert needs --related-key'],
    ],
    [
      ['--key', 'ec.key', '--cn', 'a', '--related-key', 'x'],
      2,
      ['--related-key needs --related-cert'],
    ],
    [
      ['--key', 'ec.key', '--cn', 'a', '--related-uri', 'x'],
      2,
      ['--related-uri needs --related-cert'],
    ],
    [
      ['--key', 'ec.key', '--cn', 'a', '--signer-cert', 'x'],
      2,
      ['--signer-cert needs --signer-key'],
    ],
    [
      ['--key', 'ec.key', '--cn', 'a', '--signer-key', 'x'],
      2,
      ['--signer-key needs --signer-cert'],
    ],
    [
      [
        ...['--key', 'ec.key', '--cn', 'a', '--hybrid', 'catalyst', '--ml-dsa-key', 'ml-dsa.key'],
        ...['--signer-cert', 'x', '--signer-key', 'x'],
      ],
      2,
      ['give either --hybrid or --signer-cert'],
    ],
    [
      ['--key', 'ml-dsa.key', '--cn', 'a', '--hybrid', 'catalyst', '--ml-dsa-key', 'ml-dsa.key'],
      2,
      [
        '--hybrid pairs a classical key with an ML-DSA key',
        '--key is for ml-dsa-65, --ml-dsa-key for ml-dsa-65',
      ],
    ],
    [
      ['--key', 'rsa.key', '--cn', 'a', '--hybrid', 'composite', '--ml-dsa-key', 'ml-dsa.key'],
      2,
      ['there is no composite of rsa-2048 with ml-dsa-65', `the composites are: ${composites}`],
    ],
    [
      ['--key', 'ec.key', '--cn', 'a', '--algorithm', 'rsa-2048-pss'],
      4,
      [`${path('ec.key')} holds a key for ecdsa-p256, not for rsa-2048-pss`],
    ],
    [
      ['--key', 'kem.key', '--cn', 'a'],
      4,
      [
        `${path('kem.key')} holds a key for ml-kem-768, which cannot sign`,
        'a request for it is signed by another key: "pki csr create --signer-cert CERT --signer-key KEY" (RFC 9883)',
      ],
    ],
    [
      ['--key', 'ec.key', '--cn', 'a', '--signer-cert', 'x.crt', '--signer-key', 'ec.key'],
      2,
      [
        'a key for ecdsa-p256 signs its own request',
        'leave --signer-cert and --signer-key out: they are for keys that cannot (RFC 9883)',
      ],
    ],
    [
      [
        '--key',
        'pkcs11:object=x',
        '--pkcs11-lib',
        '/x.so',
        '--cn',
        'a',
        '--signer-cert',
        'x',
        '--signer-key',
        'y',
      ],
      2,
      [
        'keys that cannot sign are used in files only',
        'a key in a token signs its own request: leave --signer-cert out',
      ],
    ],
    [
      ['--pkcs11-lib', '/x.so', '--pkcs11-token', 'A', '--pkcs11-token', 'B', '--cn', 'a'],
      2,
      ['a request has one key, and 2 tokens are named'],
    ],
    [
      ['--key', 'ec.key', '--cn', 'a', '--related-cert', 'lost.crt', '--related-key', 'ec.key'],
      2,
      ['cannot read lost.crt: no such file or directory'],
    ],
  ])('%j', async (options, wanted, [message, ...hints]) => {
    const { status, stderr } = await refused(pki, ...create(...options, '--out', 'no.csr'));
    expect(stderr).toEqual([
      `pki: error: ${message}`,
      ...hints.map((hint) => `pki: hint: ${hint}`),
    ]);
    expect(status).toBe(wanted);
  });

  it('to replace a file, unless it is told to', async () => {
    const made = create('--key', 'ec.key', '--cn', 'a', '--out', 'there.csr');
    expect((await pki(...made)).status).toBe(0);
    expect(await refused(pki, ...made)).toEqual({
      status: 6,
      stderr: [`pki: error: ${path('there.csr')} exists already`, 'pki: hint: --force replaces it'],
    });
    expect((await pki(...made, '--force')).status).toBe(0);
  });
});
