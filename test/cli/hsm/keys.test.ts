import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';

const TOKEN = 'CA Token';

describeOnSoftHsm('hsm keys', (hsm) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: PIN, PKI_PASSPHRASE: PASSPHRASE } });
  const inToken = ['--pkcs11-lib', hsm.module, '--pkcs11-token', TOKEN];
  const keys = (...options: readonly string[]) => pki('hsm', 'keys', ...inToken, ...options);

  beforeAll(async () => {
    hsm.token(TOKEN);
    hsm.token('Empty');
    const generate = ['hsm', 'generate', ...inToken, '--pkcs11-key-id'];
    await pki(...generate, '01', '--pkcs11-key-label', 'good');
    await pki(...generate, '02', '--pkcs11-key-label', 'mobile', '--exportable');
    hsm.key(TOKEN, 'EC:prime256v1', 'twin', '03');
    hsm.key(TOKEN, 'EC:prime256v1', 'twin', '04');
    hsm.key(TOKEN, 'EC:prime256v1', 'no public', '05');
    hsm.pkcs11Tool(TOKEN, '--delete-object', '--type', 'pubkey', '--id', '05');
    hsm.key(TOKEN, 'EC:prime256v1', 'no private', '06');
    hsm.pkcs11Tool(TOKEN, '--delete-object', '--type', 'privkey', '--id', '06');
    hsm.key(TOKEN, 'EC:secp256k1', 'koblitz\x1b[2J', '07');
    await pki('init-ca', '--name', 'Other', '--dir', 'other');
    hsm.pkcs11Tool(
      TOKEN,
      '--write-object',
      certificate(cwd),
      '--type',
      'cert',
      '--label',
      'strange',
      '--id',
      '08',
    );
    hsm.pkcs11Tool(
      TOKEN,
      '--write-object',
      certificate(cwd),
      '--type',
      'cert',
      '--label',
      'ours',
      '--id',
      '01',
    );
  });

  it('lists keys and certificates with what they may be used for', async () => {
    const { status, stdout, stderr } = await keys();
    const lines = stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  '));
    expect(lines.slice(0, 16)).toEqual([
      'CLASS  LABEL  ID  ALGORITHM  FLAGS',
      'private key  "good"  01  ecdsa-p384  sensitive, never extractable, local, sign',
      'private key  "koblitz\\x1b[2J"  07  -  sensitive, never extractable, local, sign, sign-recover, decrypt, unwrap, derive',
      'private key  "mobile"  02  ecdsa-p384  sensitive, extractable, local, sign',
      'private key  "no public"  05  -  sensitive, never extractable, local, sign, sign-recover, decrypt, unwrap, derive',
      'private key  "twin"  03  ecdsa-p256  sensitive, never extractable, local, sign, sign-recover, decrypt, unwrap, derive',
      'private key  "twin"  04  ecdsa-p256  sensitive, never extractable, local, sign, sign-recover, decrypt, unwrap, derive',
      'public key  "good"  01  ecdsa-p384  verify',
      'public key  "koblitz\\x1b[2J"  07  -  verify, verify-recover, encrypt, wrap',
      'public key  "mobile"  02  ecdsa-p384  verify',
      'public key  "no private"  06  ecdsa-p256  verify, verify-recover, encrypt, wrap',
      'public key  "twin"  03  ecdsa-p256  verify, verify-recover, encrypt, wrap',
      'public key  "twin"  04  ecdsa-p256  verify, verify-recover, encrypt, wrap',
      'certificate  "ours"  01  ecdsa-p384',
      'certificate  "strange"  08  ecdsa-p384',
      '',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('finds halves, doubles, certificates without keys, and keys that can do too much', async () => {
    const { stdout } = await keys();
    const findings = stdout.slice(stdout.indexOf('\n\n') + 2).split('\n');
    expect(findings).toEqual([
      'warning  private key "koblitz\\x1b[2J" (ID 07): pki cannot use it: the key "koblitz\\x1b[2J" is of an unsupported type',
      'warning  private key "koblitz\\x1b[2J" (ID 07): it can do more than sign: decrypt, unwrap, derive, signRecover',
      'warning  private key "mobile" (ID 02): it can leave the token (CKA_EXTRACTABLE)',
      'warning  private key "no public" (ID 05): pki cannot use it: the token "CA Token" does not tell the public key of "no public"',
      'warning  private key "no public" (ID 05): it has no public key object, and nothing else tells its public key',
      'warning  private key "no public" (ID 05): it can do more than sign: decrypt, unwrap, derive, signRecover',
      'warning  private key "twin" (ID 03): 2 objects of its class have this label',
      'warning  private key "twin" (ID 03): it can do more than sign: decrypt, unwrap, derive, signRecover',
      'warning  private key "twin" (ID 04): 2 objects of its class have this label',
      'warning  private key "twin" (ID 04): it can do more than sign: decrypt, unwrap, derive, signRecover',
      'warning  public key "koblitz\\x1b[2J" (ID 07): pki cannot use it: the key "koblitz\\x1b[2J" is of an unsupported type',
      'warning  public key "no private" (ID 06): it has no private key: half a pair, or an import',
      'warning  public key "twin" (ID 03): 2 objects of its class have this label',
      'warning  public key "twin" (ID 04): 2 objects of its class have this label',
      'note     certificate "strange" (ID 08): its private key is not in the token',
      '',
    ]);
  });

  it('as JSON', async () => {
    const { stdout } = await keys('--json');
    const { token, objects, findings } = JSON.parse(stdout);
    expect(token).toEqual({ label: TOKEN, serial: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(objects).toContainEqual({
      class: 'private key',
      label: 'good',
      id: '01',
      algorithm: 'ecdsa-p384',
      flags: {
        sensitive: true,
        alwaysSensitive: true,
        extractable: false,
        neverExtractable: true,
        local: true,
        alwaysAuthenticate: false,
        sign: true,
        signRecover: false,
        decrypt: false,
        unwrap: false,
        derive: false,
      },
    });
    expect(findings).toContainEqual({
      code: 'extractable',
      level: 'warning',
      class: 'private key',
      label: 'mobile',
      id: '02',
      text: 'it can leave the token (CKA_EXTRACTABLE)',
    });
  });

  it('of an empty token are none', async () => {
    const empty = ['hsm', 'keys', '--pkcs11-lib', hsm.module, '--pkcs11-token', 'Empty'];
    expect(await pki(...empty)).toEqual({
      status: 0,
      stdout: '',
      stderr: 'pki: note: the token "Empty" has no keys or certificates\n',
    });
    expect(JSON.parse((await pki(...empty, '--json')).stdout)).toMatchObject({
      objects: [],
      findings: [],
    });
  });

  it('wants a PIN, and the right one', async () => {
    expect(await world({ cwd })('hsm', 'keys', ...inToken)).toEqual({
      status: 5,
      stdout: '',
      stderr:
        'pki: error: the PIN of the token "CA Token" is needed, and there is no terminal to ask at\npki: hint: give it with --pkcs11-pin-file, or in the environment variable PKCS11_PIN\n',
    });
  });
});

/** The CA certificate in DER, which pkcs11-tool wants. */
function certificate(cwd: string): string {
  const path = join(cwd, 'other.der');
  const text = readFileSync(join(cwd, 'other/ca.crt'), 'latin1');
  writeFileSync(path, Buffer.from(text.replaceAll(/-----[^-]+-----/g, ''), 'base64'));
  return path;
}
