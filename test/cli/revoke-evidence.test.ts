import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { keyFile } from './key/files.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, now: new Date('2030-01-01T12:00:00Z') });
const issue = ['issue', '--ca-dir', 'ca', '--csr', 'kem.csr', '--profile', 'email'];
const revoke = ['revoke', '--ca-dir', 'ca', 'alice.crt'];

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  await keyFile(cwd, 'alice', 'ecdsa-p256');
  await keyFile(cwd, 'kem', 'ml-kem-768');
  const alice = ['--cn', 'Alice', '--email', 'alice@example.com'];
  await pki('csr', 'create', '--key', 'alice.key', ...alice, '--out', 'alice.csr');
  await pki(...issue.with(4, 'alice.csr'), '--out', 'alice.crt');
  const signer = ['--signer-cert', 'alice.crt', '--signer-key', 'alice.key'];
  await pki('csr', 'create', '--key', 'kem.key', ...signer, ...alice, '--out', 'kem.csr');
});

describe('a certificate that speaks for a request', () => {
  it('does not while it is on hold', async () => {
    await pki(...revoke, '--reason', 'certificateHold');
    expect(await refusals(cwd, 'ca')(pki, ...issue, '--out', 'kem.crt')).toMatchObject({
      status: 3,
      stderr: [
        expect.stringContaining('is not a certificate that this CA has issued'),
        expect.anything(),
      ],
    });
    await pki(...revoke, '--release');
    expect(await pki(...issue, '--out', 'kem.crt')).toMatchObject({ status: 0 });
  });
});
