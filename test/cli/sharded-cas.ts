import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pemBlocks } from '../../src/der/pem.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { parseCrl } from '../../src/x509/crl.ts';
import { crlUrls, parseIssuingDistributionPoint } from '../../src/x509/pointers.ts';
import { succeed } from './ocsp/ca.ts';
import type { Pki } from './refusal.ts';

/** The distribution points of certificates by the profile `web`. */
export const URLS: readonly string[] = [0, 1].map((shard) => `http://pki.example.com/${shard}.crl`);

const PROFILE = `extends: tls-server
crl: ["http://pki.example.com/{crl-shard}.crl"]
freshest-crl: ["http://pki.example.com/{crl-shard}-delta.crl"]
crl-shards: 2
`;

/** CAs whose certificates name one of several distribution points. */
export function shardedCas(pki: Pki, cwd: string) {
  const path = (...parts: readonly string[]) => join(cwd, ...parts);
  const done = (...argv: readonly string[]): Promise<string> => succeed(pki, ...argv);

  async function issue(dir: string, file: string, profile = 'web'): Promise<string> {
    const files = ['--key-out', `${file}.key`, '--out', `${file}.crt`, '--force'];
    await done('issue', '--ca-dir', dir, '--profile', profile, '--cn', 'a.example', ...files);
    const [read] = pemBlocks(readFileSync(path(`${file}.crt`), 'latin1'));
    const { tbs } = parseCertificate(read?.der ?? new Uint8Array(0));
    return crlUrls(tbs.extensions)[0] ?? '';
  }

  /** Two certificates of each shard, `DIR-SHARD-good.crt` and `DIR-SHARD-bad.crt`. */
  async function issuePairs(dir: string): Promise<void> {
    for (const shard of [0, 1]) {
      for (const name of ['good', 'bad']) {
        // serial numbers are random, and with them the shards
        for (let tries = 0; tries < 60; tries++) {
          if ((await issue(dir, `${dir}-${shard}-${name}`)) === URLS[shard]) break;
        }
      }
    }
  }

  const sharded = (dir: string, ...options: readonly string[]) =>
    done('crl', '--ca-dir', dir, '--shard', ...options);

  /** A CA with CRLs of each point and of all certificates, and then a delta of each point. */
  async function make(dir: string, ...options: readonly string[]): Promise<void> {
    await done('init-ca', '--name', `Root ${dir}`, '--dir', dir, ...options);
    mkdirSync(path(dir, 'profiles'), { recursive: true });
    writeFileSync(path(dir, 'profiles/web.yaml'), PROFILE);
    await issuePairs(dir);
    await issue(dir, `${dir}-plain`, 'tls-server');
    for (const name of ['0-bad', 'plain']) {
      await done('revoke', '--ca-dir', dir, `${dir}-${name}.crt`, '--reason', 'superseded');
    }
    await sharded(dir, 'all');
    await done('crl', '--ca-dir', dir, '--out', `${dir}.crl`);
    await done('revoke', '--ca-dir', dir, `${dir}-1-bad.crt`, '--reason', 'keyCompromise');
    await sharded(dir, 'all', '--delta');
  }

  const current = (dir: string, name: string) => parseCrl(readFileSync(path(dir, 'crl', name)));
  const pointOf = (dir: string, name: string) => {
    const extension = current(dir, name).tbs.extensions.find(({ oid }) => oid === '2.5.29.28');
    return extension && parseIssuingDistributionPoint(extension.value);
  };
  /** The file of the CRL, or with `-delta` of the delta CRL, of a point. */
  const fileOf = (dir: string, url: string, kind = ''): string => {
    const names = readdirSync(path(dir, 'crl')).filter((name) =>
      new RegExp(`^shard-\\d+${kind}\\.crl$`).test(name),
    );
    const found = names.find((name) => pointOf(dir, name)?.includes(url));
    if (!found) throw new Error(`no CRL of ${url}`);
    return found;
  };

  return { path, done, issue, sharded, make, current, fileOf };
}
