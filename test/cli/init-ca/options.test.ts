import { describe, expect, it } from 'vitest';
import { TOKEN_ALGORITHMS } from '../../../src/algorithms/registry.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
/** Has a terminal, and nobody there: a question would be among the lines of an error. */
const pki = world({ cwd, answers: [] });
const refused = refusals(cwd);
const init = (...options: readonly string[]) =>
  refused(pki, 'init-ca', '--name', 'Root', '--dir', 'ca', ...options);

const COMPOSITE = 'MLDSA65-ECDSA-P384-SHA512';
const LIB = ['--pkcs11-lib', '/nonexistent/module.so'];

interface Row {
  readonly options: readonly string[];
  readonly message: string;
  readonly hint?: string;
  readonly status?: number;
}

describe('init-ca refuses, before it touches anything,', () => {
  it.each<Row>([
    {
      options: ['--algorithm', 'rsa-1024'],
      message: 'unknown algorithm "rsa-1024"',
      hint: `use one of: ${TOKEN_ALGORITHMS.map(({ name }) => name).join(', ')}, or another one that "pki algorithms" lists`,
    },
    {
      options: ['--hybrid', 'catalyst', '--ml-dsa', 'ml-dsa-66'],
      message: 'unknown algorithm "ml-dsa-66"',
      hint: 'use one of: ml-dsa-44, ml-dsa-65, ml-dsa-87',
    },
    {
      options: ['--ml-dsa', 'ml-dsa-65'],
      message: '--ml-dsa needs --hybrid',
      hint: 'for a CA with an ML-DSA key alone: --algorithm ml-dsa-65',
    },
    {
      options: ['--hybrid', 'catalyst', '--algorithm', COMPOSITE],
      message: `${COMPOSITE} is a composite; leave --hybrid catalyst out`,
    },
    {
      options: ['--algorithm', COMPOSITE, '--ml-dsa', 'ml-dsa-87'],
      message: 'the composite has ml-dsa-65, not ml-dsa-87',
    },
    {
      options: ['--hybrid', 'catalyst', '--algorithm', 'ml-dsa-65'],
      message: '--hybrid pairs a classical key with an ML-DSA key',
      hint: 'name the classical algorithm with --algorithm, the other one with --ml-dsa',
    },
    {
      options: ['--ml-dsa-key', 'pkcs11:object=alt?module-name=softokn3'],
      message: '--ml-dsa-key needs --hybrid',
    },
    {
      options: ['--hybrid', 'catalyst', '--ml-dsa-generate-key'],
      message: '--ml-dsa-generate-key needs --ml-dsa-key',
    },
    {
      options: [
        ...['--hybrid', 'catalyst', '--ml-dsa-generate-key'],
        ...['--ml-dsa-key', 'pkcs11:token=PQ?module-name=softokn3'],
      ],
      message: '--ml-dsa-generate-key needs object=LABEL in --ml-dsa-key',
    },
    {
      options: ['--hybrid', 'catalyst', '--ml-dsa-key', 'file:ml-dsa.key'],
      message: 'the key file of a CA is made by "pki init-ca"',
      hint: 'leave the option out, or name a key in a token with it',
    },
    {
      options: ['--hybrid', 'composite', '--ml-dsa-key', 'pkcs11:object=a?module-name=softokn3'],
      message: 'a composite key must not reuse a key that exists',
      hint: 'add --ml-dsa-generate-key: both halves are made for the composite and used for nothing else (draft-ietf-lamps-pq-composite-sigs-19 §10.3)',
      status: 3,
    },
    {
      options: [...LIB, '--exportable', '--pkcs11-key-label', 'ca-key'],
      message: '--exportable needs --pkcs11-generate-key',
      hint: 'whether a key can leave its token is decided when it is made',
    },
    {
      options: [
        ...[...LIB, '--pkcs11-generate-key', '--pkcs11-key-label', 'ca-key'],
        ...['--pkcs11-token', 'A', '--pkcs11-token', 'B'],
      ],
      message: 'a key is made in one token',
      hint: 'make it there, bring it to the others, and then name them all',
    },
    {
      options: [
        ...[...LIB, '--pkcs11-token', 'A', '--pkcs11-token', 'B'],
        ...['--pkcs11-serial', '1', '--pkcs11-serial', '2'],
      ],
      message: 'name the tokens either by --pkcs11-token or by --pkcs11-serial',
    },
    {
      options: [...LIB, '--pkcs11-generate-key'],
      message: '--pkcs11-generate-key needs --pkcs11-key-label',
    },
    {
      options: [...LIB, '--pkcs11-generate-key', '--pkcs11-key-id', '01'],
      message: '--pkcs11-generate-key needs --pkcs11-key-label',
    },
    {
      options: [...LIB, '--hybrid', 'composite', '--pkcs11-key-label', 'ca-key'],
      message: 'a composite key must not reuse a key that exists',
      hint: 'add --pkcs11-generate-key: both halves are made for the composite and used for nothing else (draft-ietf-lamps-pq-composite-sigs-19 §10.3)',
      status: 3,
    },
    {
      options: [...LIB, '--algorithm', COMPOSITE, '--pkcs11-key-label', 'ca-key'],
      message: 'a composite key must not reuse a key that exists',
      hint: 'add --pkcs11-generate-key: both halves are made for the composite and used for nothing else (draft-ietf-lamps-pq-composite-sigs-19 §10.3)',
      status: 3,
    },
    ...['--pkcs11-key-id=zz', '--pkcs11-key-id=1', '--pkcs11-key-id='].map((option) => ({
      options: [...LIB, option],
      message: `"${option.split('=')[1]}" is not a key ID`,
      hint: 'write it as 01 or 01:ab',
    })),
    ...[
      ['--pkcs11-token', 'CA Token'],
      ['--pkcs11-serial', '0123'],
      ['--pkcs11-key-label', 'ca-key'],
      ['--pkcs11-key-id', '01'],
      ['--pkcs11-pin', '1234'],
      ['--pkcs11-pin-file', 'pin.txt'],
      ['--pkcs11-generate-key'],
    ].map((options) => ({
      options,
      message: `${options[0]} needs --pkcs11-lib`,
      hint: 'a CA that was meant for an HSM is not made with a key in a file',
    })),
    {
      options: ['--no-passphrase', '--passphrase-file', 'passphrase.txt'],
      message: 'give either --no-passphrase or --passphrase-file',
    },
    {
      options: ['--hybrid', 'chameleon'],
      message:
        "option '--hybrid <scheme>' argument 'chameleon' is invalid. Allowed choices are catalyst, composite.",
    },
    {
      options: ['--days', '0'],
      message:
        "option '--days <days>' argument '0' is invalid. it has to be a whole number of days, at least 1",
    },
  ])('$options', async ({ options, message, hint, status = 2 }) => {
    expect(await init(...options)).toEqual({
      status,
      stderr: [`pki: error: ${message}`, ...(hint === undefined ? [] : [`pki: hint: ${hint}`])],
    });
  });

  it('a pair of algorithms that there is no composite of, and lists those that there are', async () => {
    const { status, stderr } = await init(
      ...['--hybrid', 'composite', '--algorithm', 'ecdsa-p256', '--ml-dsa', 'ml-dsa-87'],
    );
    expect(status).toBe(2);
    expect(stderr).toEqual([
      'pki: error: there is no composite of ecdsa-p256 with ml-dsa-87',
      expect.stringMatching(
        /^pki: hint: the composites are: .*\becdsa-p384 with ml-dsa-65, .*\becdsa-p521 with ml-dsa-87$/,
      ),
    ]);
  });
});
