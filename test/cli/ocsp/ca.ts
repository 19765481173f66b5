import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { revoke } from '../../../src/ca/revoke.ts';
import { SqliteStore } from '../../../src/store/sqlite-store.ts';
import type { RevocationReason } from '../../../src/x509/crl-reason.ts';
import type { Pki } from '../refusal.ts';

/** Runs a command that has to succeed. */
export async function succeed(pki: Pki, ...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Serial number of a certificate file, as pki writes it. */
export const serialIn = (cwd: string, file: string): string =>
  new X509Certificate(readFileSync(join(cwd, file))).serialNumber.toLowerCase();

export async function revokeIn(cwd: string, ca: string, file: string, reason: RevocationReason) {
  using store = SqliteStore.open(join(cwd, ca, 'ca.db'));
  await revoke(store, serialIn(cwd, file), { reason }, new Date());
}

/**
 * A CA in `dir` with certificates beside it: `DIR-good.crt`, `DIR-bad.crt` (revoked) and
 * `DIR-ocsp.crt` of a delegated responder, whose key is in `DIR-ocsp.key`.
 */
export async function ocspCa(pki: Pki, cwd: string, dir: string, ...options: readonly string[]) {
  const root = ['--name', `Root ${dir}`, '--dir', dir, '--no-passphrase'];
  await succeed(pki, 'init-ca', ...root, ...options);
  const algorithm = options[0] === '--algorithm' ? ['--key-algorithm', `${options[1]}`] : [];
  const issued = [
    ['good', '--cn', 'good.example.com'],
    ['bad', '--cn', 'bad.example.com'],
    ['ocsp', '--cn', 'Responder', '--profile', 'ocsp-signing', ...algorithm],
  ];
  for (const [name, ...names] of issued) {
    const files = ['--out', `${dir}-${name}.crt`, '--key-out', `${dir}-${name}.key`];
    await succeed(pki, 'issue', '--ca-dir', dir, ...names, ...files);
  }
  await revokeIn(cwd, dir, `${dir}-bad.crt`, 'keyCompromise');
}

/** Options that have the delegated responder of {@link ocspCa} sign. */
export const delegated = (dir: string): readonly string[] => [
  ...['--responder-cert', `${dir}-ocsp.crt`],
  ...['--responder-key', `${dir}-ocsp.key`],
];
