import { createPrivateKey } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../signers/on-softhsm.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { runTool, tool } from '../support/tools.ts';
import { type WorldOptions, world } from '../support/world.ts';

/** Strings that occur nowhere by chance. */
const SECRETS = {
  pin: 'pin-Qz7vJ4',
  wrongPin: 'pin-Wr8nG2',
  passphrase: 'passphrase-Xk3mT9',
  wrongPassphrase: 'passphrase-Wr5nG1',
  keyPassphrase: 'passphrase-Ee6yB0',
};

/** The ways in which octets could be written down. */
const spellings = (octets: Uint8Array): readonly Buffer[] => [
  Buffer.from(octets),
  ...(['hex', 'base64', 'base64url'] as const).map((encoding) =>
    Buffer.from(Buffer.from(octets).toString(encoding).replace(/=+$/, '')),
  ),
];

describeOnSoftHsm('over a session of commands, some of which fail,', (hsm) => {
  const cwd = temporaryDirectory();
  const own = temporaryDirectory(); // the files in which the operator keeps secrets
  const outputs: string[] = [];
  const statuses = new Set<number>();
  const token = ['--pkcs11-lib', hsm.module, '--pkcs11-token', 'Secret Token'];

  /** Runs a command line in a world of its own, as people and as JSON, and keeps what it printed. */
  async function session(options: Omit<WorldOptions, 'cwd'>, ...argv: readonly string[]) {
    for (const json of [[], ['--json', '--force']]) {
      const extra = argv[0] === 'issue' ? json : json.slice(0, 1);
      const { status, stdout, stderr } = await world({ cwd, ...options })(...argv, ...extra);
      statuses.add(status);
      outputs.push(stdout, stderr);
    }
  }

  beforeAll(async () => {
    runTool(
      `${tool('softhsm2-util')}`,
      ...['--init-token', '--free', '--label', 'Secret Token', '--so-pin', 'security officer'],
      ...['--pin', SECRETS.pin],
    );
    for (const [name, secret] of Object.entries(SECRETS)) writeFileSync(join(own, name), secret);
    const file = (name: keyof typeof SECRETS) => join(own, name);
    const env = { PKCS11_PIN: SECRETS.pin, PKI_PASSPHRASE: SECRETS.passphrase };
    const wrongEnv = { PKCS11_PIN: SECRETS.wrongPin, PKI_PASSPHRASE: SECRETS.wrongPassphrase };
    const make = (dir: string) => ['init-ca', '--name', 'Secret', '--dir', dir];
    const generate = (label: string) => [
      ...token,
      ...['--pkcs11-generate-key', '--pkcs11-key-label', label],
    ];
    const issue = (dir: string, key: string) => [
      ...['issue', '--ca-dir', dir, '--cn', 'a.example', '--out', `${key}.crt`, '--key-out', key],
    ];

    await session({ env }, ...make('file-ca'));
    const reader = new DatabaseSync(join(cwd, 'file-ca/ca.db'), { readOnly: true });
    reader.prepare('SELECT count(*) FROM audit').get(); // while it reads, the -wal file stays
    await session({ env }, ...make('token-ca'), ...generate('one'));
    await session({ env }, ...make('hybrid-ca'), '--hybrid', 'composite', ...generate('two'));
    await session({}, ...make('open-ca'), '--no-passphrase', '--algorithm', 'ecdsa-p256');
    await session({ env: wrongEnv }, ...make('refused-ca'), ...generate('three'));
    await session({ env }, ...make('refused-ca'), ...generate('four'), '--country', 'xx');
    const { passphrase, wrongPassphrase } = SECRETS;
    await session({ answers: [passphrase, wrongPassphrase] }, ...make('refused-ca'));

    for (const dir of ['file-ca', 'token-ca', 'hybrid-ca', 'open-ca']) {
      await session({ env }, ...issue(dir, `${dir}.key`));
      await session({ env: wrongEnv }, ...issue(dir, 'wrong.key'));
      await session({ answers: Object.values(SECRETS) }, ...issue(dir, 'prompt.key'));
      await session({}, ...issue(dir, 'none.key'));
      await session({}, 'list', '--ca-dir', dir);
    }
    const keyPassphrase = ['--key-passphrase-file', file('keyPassphrase')];
    await session({ env }, ...issue('file-ca', 'encrypted.key'), ...keyPassphrase);
    const options = (pin: string) => ['--pkcs11-pin', pin, '--passphrase-file', file('passphrase')];
    await session({}, ...issue('hybrid-ca', 'options.key'), ...options(SECRETS.pin));
    await session({}, ...issue('hybrid-ca', 'options2.key'), ...options(SECRETS.wrongPin));
    await session(
      { stdin: `${passphrase}\n` },
      ...issue('file-ca', 'stdin.key'),
      '--passphrase-file',
      '-',
    );
    await session({}, 'show', 'file-ca.key.crt');
    await session({}, 'show', 'file-ca.key');
    copyFileSync(join(cwd, 'file-ca/ca.db-wal'), join(cwd, 'copy-of-wal'));
    reader.close();
  });

  const contents = () =>
    readdirSync(cwd, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => ({ path: relative(cwd, path), octets: readFileSync(path) }));
  const printed = () => outputs.map((text) => ({ path: 'output', octets: Buffer.from(text) }));
  const holders = (octets: Uint8Array) =>
    [...contents(), ...printed()]
      .filter((item) => spellings(octets).some((spelling) => item.octets.includes(spelling)))
      .map(({ path }) => path);

  it('commands succeed and fail, for every kind of CA', () => {
    expect(statuses).toEqual(new Set([0, 2, 3, 5, 6]));
    expect(readFileSync(join(cwd, 'copy-of-wal')).length).toBeGreaterThan(0);
  });

  it.each(Object.entries(SECRETS))('the %s is neither printed nor kept', (_, secret) => {
    expect(holders(Buffer.from(secret))).toEqual([]);
  });

  describe('a private key', () => {
    /** What makes a key: the scalar, the seed, or the whole of it. */
    const secretParts = (path: string, passphrase?: string) => {
      const key = createPrivateKey({
        key: readFileSync(join(cwd, path)),
        ...(passphrase !== undefined && { passphrase }),
      });
      const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
      if (key.asymmetricKeyType !== 'ec') return [pkcs8.subarray(-32)];
      const { d = '' } = key.export({ format: 'jwk' });
      return [Buffer.from(d, 'base64url'), pkcs8];
    };

    it.each([
      ['file-ca/keys/ca.key', SECRETS.passphrase],
      ['hybrid-ca/keys/ml-dsa.key', SECRETS.passphrase],
      ['encrypted.key', SECRETS.keyPassphrase],
    ])('is nowhere to be read: %s', (path, passphrase) => {
      for (const part of secretParts(path, passphrase)) expect(holders(part)).toEqual([]);
    });

    it.each(['open-ca/keys/ca.key', 'file-ca.key', 'token-ca.key'])(
      'is in its own file alone when that is not encrypted: %s',
      (path) => {
        const [, base64 = ''] = /-\n(.*)\n-/s.exec(readFileSync(join(cwd, path), 'utf8')) ?? [];
        const found = contents().filter(({ octets }) => octets.includes(base64));
        expect(found.map((item) => item.path)).toEqual([path]);
        expect(outputs.filter((text) => text.includes(base64.slice(64, 128)))).toEqual([]);
        const [scalar = new Uint8Array(0)] = secretParts(path);
        expect(holders(scalar)).toEqual([]);
      },
    );
  });
});
