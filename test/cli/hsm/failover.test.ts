import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { CKR } from '../../support/pkcs11-proxy/cryptoki.ts';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { runTool, tool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const GOING_ON = 'pki: warning: going on with the next token: PKCS#11 error:';

const missing = noOpenssl();

describeBehindProxy('a key in two tokens', (hsm, proxy) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
  const tokens = join(dirname(process.env['SOFTHSM2_CONF'] ?? ''), 'tokens');
  const key = (...labels: readonly string[]) => [
    ...['--pkcs11-lib', proxy.module, '--pkcs11-key-label', 'key'],
    ...labels.flatMap((label) => ['--pkcs11-token', label]),
  ];
  const initCa = (dir: string, ...labels: readonly string[]) => [
    ...['init-ca', '--name', 'Root', '--dir', dir, ...key(...labels)],
  ];
  const issue = [
    ...['issue', '--ca-dir', 'ca', '--cn', 'a.example'],
    ...['--out', 'a.crt', '--key-out', 'a.key'],
  ];
  /** Directories in which SoftHSM has its tokens. */
  const places = new Map<string, string>();

  function token(label: string, keyFile: string): void {
    const before = new Set(readdirSync(tokens));
    hsm.token(label);
    places.set(label, readdirSync(tokens).find((name) => !before.has(name)) ?? '');
    const named = ['--label', 'key', '--id', '01', '--token', label, '--pin', PIN];
    runTool(tool('softhsm2-util') ?? '', '--import', keyFile, ...named);
  }

  function newKeyFile(name: string): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const path = join(cwd, name);
    writeFileSync(path, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    return path;
  }

  /** Takes a token away while `work` runs. */
  async function without<Result>(label: string, work: () => Promise<Result>): Promise<Result> {
    const place = join(tokens, places.get(label) ?? 'none');
    const aside = join(cwd, `.away-${label}`);
    renameSync(place, aside);
    try {
      return await work();
    } finally {
      renameSync(aside, place);
    }
  }

  /** Issues a certificate, which has to verify, and returns what is said meanwhile. */
  async function issues(): Promise<string> {
    const { status, stderr } = await pki(...issue);
    expect(status, stderr).toBe(0);
    const verified = openssl('verify', '-CAfile', join(cwd, 'ca/ca.crt'), join(cwd, 'a.crt'));
    expect(verified).toBe(`${join(cwd, 'a.crt')}: OK\n`);
    return stderr;
  }

  beforeAll(async () => {
    const same = newKeyFile('same.pem');
    token('a', same);
    token('b', same);
    token('other', newKeyFile('other.pem'));
    const { status, stderr } = await pki(...initCa('ca', 'a', 'b'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
  afterEach(() => {
    proxy.clear();
    for (const name of ['a.crt', 'a.key']) rmSync(join(cwd, name), { force: true });
  });

  it('is written down with both of them', () => {
    const uri = (label: string) =>
      `pkcs11:token=${label};serial=[0-9a-f]{16};object=key;id=%01;type=private\\?module-path=${proxy.module}`;
    expect(readFileSync(join(cwd, 'ca/ca.yaml'), 'utf8')).toMatch(
      new RegExp(`\nkey:\n  - ${uri('a')}\n  - ${uri('b')}\n$`),
    );
  });

  it.skipIf(missing)('is used in the first one, and the other one is left alone', async () => {
    expect(await issues()).toBe('');
    expect(proxy.calls().get('C_Login')).toBe(1);
  });

  it.skipIf(missing)('is used in the other one while the first is away', async () => {
    const stderr = await without('a', issues);
    expect(stderr).toMatch(
      /^pki: warning: going on with the next token: PKCS#11 error: CKR_TOKEN_NOT_PRESENT: no token with the label "a" and the serial number "[0-9a-f]{16}"\n$/,
    );
  });

  it.skipIf(missing).each(['C_SignInit', 'C_Sign'] as const)(
    'is used in the other one when %s fails, and fails again',
    async (call) => {
      proxy.faults({ call, rv: CKR.DEVICE_REMOVED, count: 2 });
      expect(await issues()).toBe(`${GOING_ON} CKR_DEVICE_REMOVED while signing in the token\n`);
      const given = proxy.log().filter((line) => line === 'C_Sign 0x0');
      expect(given).toHaveLength(1);
    },
  );

  it.skipIf(missing)('is used in the other one when the module hangs', async () => {
    proxy.faults({ call: 'C_Sign', hang: true, count: 1 });
    const { status, stderr } = await pki(...issue, '--pkcs11-timeout', '1');
    expect(stderr).toBe(
      'pki: warning: going on with the next token: the PKCS#11 module did not answer C_Sign within 1 seconds\n',
    );
    expect(status).toBe(0);
  });

  it('is not to be had when both are away', async () => {
    const { status, stderr } = await without('a', () =>
      without('b', () => refusals(cwd, 'ca')(pki, ...issue)),
    );
    expect(status).toBe(4);
    expect(stderr).toEqual([
      expect.stringMatching(
        /^pki: warning: going on .* no token with the label "a" and the serial/,
      ),
      expect.stringMatching(
        /^pki: error: PKCS#11 error: CKR_TOKEN_NOT_PRESENT: no token with the label "b"/,
      ),
      expect.stringMatching(/^pki: hint: tokens present: "other" /),
    ]);
  });

  it('is not looked for in the other one when a PIN is wrong', async () => {
    const wrong = world({ cwd, env: { PKCS11_PIN: 'wrong' } });
    expect(await refusals(cwd, 'ca')(wrong, ...issue)).toMatchObject({
      status: 5,
      stderr: [
        'pki: error: PKCS#11 error: CKR_PIN_INCORRECT while logging in to the token "a"',
        ...[expect.any(String), expect.any(String)],
      ],
    });
    expect(proxy.calls().get('C_Login')).toBe(1);
  });

  it.each([
    ['a', 'other'],
    ['other', 'a'],
  ])('is refused by init-ca if they hold different ones: %s, %s', async (...labels) => {
    expect(await refusals(cwd)(pki, ...initCa('new', ...labels))).toEqual({
      status: 7,
      stderr: [
        'pki: error: the tokens do not hold the same key',
        'pki: hint: nothing was signed with the other one; name only tokens with copies of one key',
      ],
    });
    expect(proxy.calls().has('C_Sign')).toBe(false);
  });

  it('is refused by init-ca if one of them is away', async () => {
    const { status } = await without('b', () => refusals(cwd)(pki, ...initCa('new', 'a', 'b')));
    expect(status).toBe(4);
  });

  // last, since it puts another key into b
  it('is not taken from a token that holds another one by now', async () => {
    for (const type of ['privkey', 'pubkey']) {
      hsm.pkcs11Tool('b', '--delete-object', '--type', type, '--id', '01');
    }
    hsm.key('b', 'EC:prime256v1', 'key', '01');
    proxy.faults({ call: 'C_Sign', rv: CKR.DEVICE_REMOVED, count: 2 });
    expect(await refusals(cwd)(pki, ...issue)).toEqual({
      status: 7,
      stderr: [
        `${GOING_ON} CKR_DEVICE_REMOVED while signing in the token`,
        'pki: error: the tokens do not hold the same key',
        'pki: hint: nothing was signed with the other one; name only tokens with copies of one key',
      ],
    });
    expect(proxy.log()).not.toContain('C_Sign 0x0');
    const { stderr, status } = await without('a', () => refusals(cwd)(pki, ...issue));
    expect(status).toBe(4);
    expect(stderr.slice(1)).toEqual([
      `pki: error: the ecdsa-p256 key is not the public key in ${join(cwd, 'ca/ca.crt')}`,
      'pki: hint: nothing was signed; open the key that the CA certificate was made for',
    ]);
  });
});
