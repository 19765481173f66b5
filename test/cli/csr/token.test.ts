import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { noSoftHsm, PIN, type SoftHsm, softHsm } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tool, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { keyFile } from '../key/files.ts';
import { refusals } from '../refusal.ts';

const missing = noSoftHsm();
const FRESH =
  'pki: note: the halves of a composite must not be used for anything else (draft-ietf-lamps-pq-composite-sigs-19 §10.3)\n';

describe.skipIf(missing)(`a request for a key in a token${missing ? ` (${missing})` : ''}`, () => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
  const path = (name: string) => join(cwd, name);
  let hsm: SoftHsm;
  let module: readonly string[];
  if (!missing) hsm = softHsm();

  beforeAll(async () => {
    hsm.token('Token');
    hsm.key('Token', 'EC:prime256v1', 'server', '01');
    hsm.key('Token', 'rsa:2048', 'rsa', '02');
    module = ['--pkcs11-lib', hsm.module];
    await keyFile(cwd, 'ml-dsa', 'ml-dsa-65');
    await keyFile(cwd, 'ml-dsa-44', 'ml-dsa-44');
  });

  const uri = (object: string) => `pkcs11:token=Token;object=${object}`;
  const create = (...options: readonly string[]) =>
    pki('csr', 'create', ...module, '--cn', 'a.example', ...options);

  it('by its URI, and by labels', async () => {
    for (const named of [
      ['--key', uri('server')],
      ['--pkcs11-token', 'Token', '--pkcs11-key-label', 'server'],
    ]) {
      const made = await create(...named, '--out', 'server.csr', '--force');
      expect(made).toMatchObject({ status: 0, stderr: '' });
      expect((await pki('csr', 'verify', 'server.csr')).status).toBe(0);
    }
  });

  it('by a file for --hsm-config', async () => {
    writeFileSync(path('hsm.yaml'), `module: ${hsm.module}\ntoken: Token\n`);
    const { status, stderr } = await pki(
      ...['csr', 'create', '--hsm-config', 'hsm.yaml', '--pkcs11-key-label', 'server'],
      ...['--cn', 'a.example', '--out', 'configured.csr'],
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('by PKCS #1 or PSS, as it is told', async () => {
    const pss = ['--key', uri('rsa'), '--algorithm', 'rsa-2048-pss', '--json'];
    expect(JSON.parse((await create(...pss)).stdout)).toMatchObject({
      signature: 'RSASSA-PSS-SHA256',
    });
    expect(JSON.parse((await create('--key', uri('rsa'), '--json')).stdout)).toMatchObject({
      signature: 'sha256WithRSAEncryption',
    });
  });

  it.each([
    ['composite', 'server', 'ml-dsa.key', 'MLDSA65-ECDSA-P256-SHA512'],
    ['composite', 'rsa', 'ml-dsa-44.key', 'MLDSA44-RSA2048-PKCS15-SHA256'],
    ['catalyst', 'server', 'ml-dsa.key', 'ecdsa-p256'],
  ])('as half of a %s: %s with %s', async (hybrid, object, mlDsa, key) => {
    const keys = ['--key', uri(object), '--hybrid', hybrid, '--ml-dsa-key', mlDsa];
    const { status, stdout, stderr } = await create(
      ...keys,
      '--out',
      'half.csr',
      '--force',
      '--json',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: hybrid === 'composite' ? FRESH : '' });
    expect(JSON.parse(stdout)).toMatchObject({ key });
    const judge = tool('bc-judge');
    if (!judge) return;
    const { output } = tryTool(judge, 'csr', path('half.csr'));
    expect(JSON.parse(output.trim().split('\n').at(-1) ?? '')).toMatchObject({
      signature: true,
      alternative: hybrid === 'catalyst' ? 'true' : 'absent',
    });
  });

  it('whose name decides on the scheme of its half of a composite', async () => {
    const keys = ['--key', uri('rsa'), '--hybrid', 'composite', '--ml-dsa-key', 'ml-dsa-44.key'];
    const { stdout } = await create(...keys, '--algorithm', 'rsa-2048-pss', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ key: 'MLDSA44-RSA2048-PSS-SHA256' });
    const named = await create(...keys, '--algorithm', 'MLDSA44-RSA2048-PSS-SHA256', '--json');
    expect(JSON.parse(named.stdout)).toMatchObject({ key: 'MLDSA44-RSA2048-PSS-SHA256' });
  });

  it('with a related certificate whose key is in the token', async () => {
    await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
    await create('--key', uri('server'), '--out', 'first.csr');
    await pki('issue', '--ca-dir', 'ca', '--csr', 'first.csr', '--out', 'first.crt');
    const related = ['--related-cert', 'first.crt', '--related-key', uri('server')];
    const second = await create('--key', 'ml-dsa.key', ...related, '--out', 'second.csr');
    expect(second).toMatchObject({ status: 0, stderr: '' });
    const files = ['--csr', 'second.csr', '--related', 'first.crt', '--out', 'second.crt'];
    expect((await pki('issue', '--ca-dir', 'ca', ...files)).status).toBe(0);
    expect((await pki('show', 'second.crt')).stdout).toContain('Related Certificate');
  });

  it('is not made for a key that is not there, and tells no PIN', async () => {
    const refused = refusals(cwd);
    const command = [
      'csr',
      'create',
      ...module,
      '--key',
      uri('lost'),
      '--cn',
      'a',
      '--out',
      'no.csr',
    ];
    const { status, stderr } = await refused(pki, ...command);
    expect(stderr[0]).toMatch(/^pki: error: /);
    expect(stderr.join('\n')).not.toContain(PIN);
    expect(status).toBe(4);
  });
});
