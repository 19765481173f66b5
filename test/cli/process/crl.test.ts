import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../../src/der/pem.ts';
import { serialText } from '../../../src/x509/certificate.ts';
import { parseCrl, parseCrlNumber } from '../../../src/x509/crl.ts';
import { revokedCertificates } from '../../../src/x509/revoked-list.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { type Outcome, world } from '../../support/world.ts';
import { notBuilt, runBuilt } from '../built-program.ts';

const CERTIFICATES = 4;
const CRLS = 5;
/** Each is a process of its own. Milliseconds; generous for a busy machine. */
const LIMIT = 120_000;

const missing = notBuilt();

describe.skipIf(missing)(
  `processes that revoke and make CRLs${missing ? ` (${missing})` : ''}`,
  () => {
    const cwd = temporaryDirectory();
    const pki = world({ cwd });
    const start = (...argv: readonly string[]) => runBuilt({ cwd }, ...argv);
    const names = Array.from({ length: CERTIFICATES }, (_, index) => `server-${index}`);
    const files = Array.from({ length: CRLS }, (_, index) => `${index}.crl`);
    let made: readonly Outcome[] = [];
    let revoked: readonly Outcome[] = [];

    const read = (file: string) =>
      parseCrl(pemBlocks(readFileSync(join(cwd, file), 'latin1'))[0]?.der ?? new Uint8Array(0)).tbs;
    const serialsIn = (file: string) =>
      [...revokedCertificates(read(file).revoked)].map(({ serialNumber }) =>
        serialText(serialNumber),
      );

    beforeAll(async () => {
      await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
      for (const name of names) {
        const out = ['--out', `${name}.crt`, '--key-out', `${name}.key`];
        await pki('issue', '--ca-dir', 'ca', '--cn', `${name}.example`, ...out);
      }
      const crls = files.map((file) => start('crl', '--ca-dir', 'ca', '--out', file));
      const revocations = names.map((name) =>
        start('revoke', '--ca-dir', 'ca', `${name}.crt`, '--reason', 'superseded'),
      );
      [made, revoked] = await Promise.all([Promise.all(crls), Promise.all(revocations)]);
    }, LIMIT);

    it('all succeed, but for a CRL whose number was taken, which is told', () => {
      expect(revoked.map(({ status }) => status)).toEqual(names.map(() => 0));
      for (const { status, stderr } of made.filter(({ status }) => status !== 0)) {
        expect(status).toBe(6);
        expect(stderr).toMatch(/^pki: error: the CRL number \d+ was used before in .*ca\.db$/m);
      }
      expect(made.some(({ status }) => status === 0)).toBe(true);
    });

    it('make no number twice, and record each CRL that there is', () => {
      const released = files.filter((_, index) => made[index]?.status === 0);
      const numbers = released.map((file) => String(parseCrlNumber(read(file).extensions)));
      using database = new DatabaseSync(join(cwd, 'ca/ca.db'), { readOnly: true });
      const rows = database.prepare("SELECT number FROM crl WHERE status = 'issued'").all();
      expect(numbers.toSorted()).toEqual(rows.map(({ number }) => number).toSorted());
      expect(new Set(numbers).size).toBe(released.length);
    });

    it('lose no revocation: the next CRL has all of them', async () => {
      expect((await pki('crl', '--ca-dir', 'ca', '--out', 'last.crl')).status).toBe(0);
      const { stdout } = await pki('list', '--ca-dir', 'ca', '--json');
      const rows = JSON.parse(stdout) as readonly { serial: string; status: string }[];
      const wanted = rows.filter(({ status }) => status === 'revoked').map(({ serial }) => serial);
      expect(wanted).toHaveLength(CERTIFICATES);
      expect(serialsIn('last.crl').toSorted()).toEqual(wanted.toSorted());
    });
  },
);
