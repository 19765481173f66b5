import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeName } from '../../../src/x509/names.ts';
import { CA, make, party } from '../../path/made-certificates.ts';
import { critical, good, respond, saying } from '../../path/made-responses.ts';
import { newSigner } from '../../support/authority.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';
import { delegated, ocspCa, serialIn, succeed } from './ca.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const path = (name: string) => join(cwd, name);
const show = (...argv: readonly string[]) => succeed(pki, 'ocsp', 'show', ...argv);
const shown = async (file: string) => JSON.parse(await show(file, '--json'));

beforeAll(async () => {
  await ocspCa(pki, cwd, 'ca', '--algorithm', 'ecdsa-p256');
  const about = ['--cert', 'ca-bad.crt', '--issuer', 'ca/ca.crt', '--hash', 'sha256', '--nonce'];
  await succeed(pki, 'ocsp', 'request', ...about, '--out', 'request.der');
  const files = ['--request', 'request.der', '--out', 'response.der'];
  await succeed(pki, 'ocsp', 'respond', '--ca-dir', 'ca', ...files, ...delegated('ca'));
  writeFileSync(path('error.der'), Buffer.from('30030a0106', 'hex'));
});

describe('pki ocsp show', () => {
  it('shows a request', async () => {
    const { nonce, certificates } = await shown('request.der');
    const [{ issuerNameHash, issuerKeyHash }] = certificates;
    expect(await show('request.der')).toBe(
      [
        'OCSP request',
        `  serial           ${serialIn(cwd, 'ca-bad.crt')}`,
        '  issuer named by  sha256',
        `                   name ${issuerNameHash}`,
        `                   key  ${issuerKeyHash}`,
        `  nonce            ${nonce}`,
        '',
      ].join('\n'),
    );
    expect(readFileSync(path('request.der'), 'hex')).toContain(nonce);
    expect(issuerKeyHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('shows a response', async () => {
    const text = (await show('response.der')).replaceAll(/\d{4}-\S+Z/g, 'TIME');
    const lines = text.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' '));
    const { signed } = await shown('response.der');
    const [single] = signed.certificates;
    expect(lines).toEqual([
      'OCSP response: successful',
      `responder (key) ${signed.responder.key}`,
      'produced at TIME',
      `serial ${serialIn(cwd, 'ca-bad.crt')}`,
      'status revoked TIME, keyCompromise',
      'this update TIME',
      'next update TIME',
      'issuer named by sha256',
      `name ${single.issuerNameHash}`,
      `key ${single.issuerKeyHash}`,
      `nonce ${signed.nonce}`,
      'signature ecdsa-with-SHA256',
      expect.stringMatching(/^\d\d octets; standard: RFC 5758 §3.2$/),
      'certificate sent CN=Responder',
      `serial ${serialIn(cwd, 'ca-ocsp.crt')}, until TIME`,
      '',
    ]);
    expect(signed.sent).toMatchObject([{ serial: serialIn(cwd, 'ca-ocsp.crt') }]);
  });

  it('shows an error', async () => {
    expect(await show('error.der')).toBe('OCSP response: unauthorized\n');
    expect(await shown('error.der')).toEqual({ type: 'response', status: 'unauthorized' });
  });

  it('reads standard input', async () => {
    const piped = world({ cwd, stdin: readFileSync(path('response.der')) });
    expect(await succeed(piped, 'ocsp', 'show', '-')).toBe(await show('response.der'));
  });

  it('escapes what others wrote, and shows what nobody knows', async () => {
    const signer = await newSigner('ecdsa-p256');
    const name = encodeName([{ type: 'CN', value: 'a\u001b[2J\nOK' }]);
    const evil = { ...party('x', signer), name };
    const issuer = await make({ subject: evil, issuer: evil, extensions: CA });
    const single = {
      ...good(issuer, 7n),
      status: { kind: 'revoked', at: new Date('2026-01-01T00:00:00Z'), reason: 10 } as const,
      nextUpdate: undefined,
      extensions: [critical],
    };
    const data = { ...saying(evil, single), responder: { kind: 'name', name } as const };
    writeFileSync(path('evil.der'), await respond(data, evil, issuer));
    const text = await show('evil.der');
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(/\n {2}responder +CN=a\S*\[2J\S*OK\n/);
    expect(text).toContain('revoked 2026-01-01T00:00:00Z, 10\n');
    expect(text).toMatch(/\n {2}next update +\(not said\)\n/);
    expect(text).toContain('1.3.6.1.4.1.99999.2 (critical): 040101\n');
    const { stdout } = await pki('ocsp', 'verify', 'evil.der', '--issuer', 'ca/ca.crt');
    expect(stdout).toMatch(/^evil.der: refused\n/);
  });

  it.each([
    ['ca/ca.crt', 'ca/ca.crt cannot be read as a request or a response of OCSP: '],
    ['cut.der', 'cut.der cannot be read as a request or a response of OCSP: '],
    ['empty.der', 'empty.der cannot be read as a request or a response of OCSP: '],
  ])('cannot read %s', async (file, message) => {
    writeFileSync(path('cut.der'), readFileSync(path('response.der')).subarray(0, 100));
    writeFileSync(path('empty.der'), '');
    expect(await refusals(cwd)(pki, 'ocsp', 'show', file)).toEqual({
      status: 2,
      stderr: [
        expect.stringContaining(`pki: error: ${message}`),
        'pki: hint: it has to be in DER, as it goes over the network',
      ],
    });
  });
});
