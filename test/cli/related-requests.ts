import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pemBlocks } from '../../src/der/pem.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { world } from '../support/world.ts';
import { keyFile } from './key/files.ts';

const START = Date.UTC(2030, 0, 1, 12);

/** Requests for ML-DSA keys that refer to certificates for an EC key (RFC 9763). */
export function relatedRequests(cwd: string) {
  /** So many hours after the beginning. */
  const later = (hours: number) => world({ cwd, now: new Date(START + hours * 3_600_000) });
  const pki = later(0);
  const path = (name: string) => join(cwd, name);
  const derOf = (name: string) =>
    pemBlocks(readFileSync(path(name), 'utf8'))[0]?.der ?? Buffer.of();
  const certificate = (name: string) => parseCertificate(derOf(name));
  const issue = (csr: string, ...options: readonly string[]) => [
    ...['issue', '--ca-dir', 'pq-ca', '--csr', csr, '--profile', 'tls-client', ...options],
  ];
  const create = (key: string, out: string, ...options: readonly string[]) =>
    pki('csr', 'create', '--key', key, '--cn', 'client', '--out', out, ...options);

  /** Two CAs, certificates `ec.crt`, `own.crt` and `code.crt`, and a request for each. */
  async function prepare(): Promise<void> {
    await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
    const mlDsa = ['--algorithm', 'ml-dsa-65', '--no-passphrase'];
    await pki('init-ca', '--name', 'PQ Root', '--dir', 'pq-ca', ...mlDsa);
    await keyFile(cwd, 'ec', 'ecdsa-p256');
    await keyFile(cwd, 'ml-dsa', 'ml-dsa-65');
    await create('ec.key', 'ec.csr');
    await create('ml-dsa.key', 'plain.csr');
    const client = ['--csr', 'ec.csr', '--profile', 'tls-client'];
    await pki('issue', '--ca-dir', 'ca', ...client, '--out', 'ec.crt');
    await pki('issue', '--ca-dir', 'pq-ca', ...client, '--out', 'own.crt');
    await pki(
      'issue',
      '--ca-dir',
      'ca',
      '--csr',
      'ec.csr',
      '--profile',
      'code-signing',
      '--out',
      'code.crt',
    );
    for (const name of ['ec', 'own', 'code']) {
      const related = ['--related-cert', `${name}.crt`, '--related-key', 'ec.key'];
      await create('ml-dsa.key', `${name}-related.csr`, ...related);
    }
  }

  return { later, pki, path, derOf, certificate, issue, create, prepare };
}
