import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import type { Outcome } from '../../support/world.ts';
import { notBuilt, runBuilt } from '../built-program.ts';
import { noOpenssl, request } from '../openssl.ts';

const CERTIFICATES = 200;
const AT_A_TIME = 8;
/** Each is a process of its own. Milliseconds; generous for a busy machine. */
const LIMIT = 300_000;

interface Row {
  readonly serial: string;
  readonly status: string;
  readonly subject: string;
}

const missing = notBuilt() ?? noOpenssl();

describe.skipIf(missing)(`many processes and one CA${missing ? ` (${missing})` : ''}`, () => {
  const cwd = temporaryDirectory();
  const pki = (...argv: readonly string[]) => runBuilt({ cwd }, ...argv);
  const names = Array.from({ length: CERTIFICATES }, (_, index) => `server-${index}`);
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    const csr = request(cwd, 'server', '-subj', '/CN=server.example.com');
    await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
    const waiting = [...names];
    const worker = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const options = ['--cn', `${name}.example`, '--out', `${name}.crt`];
        outcomes.push(await pki('issue', '--ca-dir', 'ca', '--csr', csr, ...options));
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  }, LIMIT);

  it('all succeed', () => {
    expect(outcomes.filter(({ status }) => status !== 0)).toEqual([]);
    expect(outcomes).toHaveLength(CERTIFICATES);
  });

  it('record every certificate once, as it is on the disk', async () => {
    const { stdout } = await pki('list', '--ca-dir', 'ca', '--json');
    const rows = (JSON.parse(stdout) as readonly Row[]).slice(1); // behind the certificate of the CA
    const onDisk = names.map((name) => {
      const { serialNumber } = new X509Certificate(readFileSync(join(cwd, `${name}.crt`)));
      return {
        serial: serialNumber.toLowerCase(),
        status: 'issued',
        subject: `CN=${name}.example`,
      };
    });
    const bySerial = (one: Row, other: Row) => (one.serial < other.serial ? -1 : 1);
    const recorded = rows.map(({ serial, status, subject }) => ({ serial, status, subject }));
    expect(recorded.toSorted(bySerial)).toEqual(onDisk.toSorted(bySerial));
  });

  it('keep one audit trail, with two entries of each', async () => {
    const { stdout, stderr } = await pki('audit', 'verify', '--ca-dir', 'ca', '--json');
    expect(stderr).toBe('');
    const both = CERTIFICATES + 1; // with that of the CA
    expect(JSON.parse(stdout)).toMatchObject({ entries: 2 * both, certificates: both });
  });
});
