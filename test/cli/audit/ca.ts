import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { temporaryDirectory } from '../../support/temporary.ts';
import { type Outcome, world } from '../../support/world.ts';

/** A CA with something of everything that its audit trail tells of, to be tampered with. */
export function auditedCa(env: Readonly<Record<string, string>> = {}) {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env });
  const done = async (line: string, ...more: readonly string[]): Promise<Outcome> => {
    const outcome = await pki(...line.split(' '), ...more);
    if (outcome.status !== 0) throw new Error(`${line}: ${outcome.stderr}`);
    return outcome;
  };
  let copies = 0;
  return {
    cwd,
    pki,
    done,
    path: (...parts: readonly string[]) => join(cwd, ...parts),

    /** Three certificates besides that of the CA: good, revoked, and once on hold; and four CRLs. */
    async make(): Promise<void> {
      await done('init-ca --name Root --dir ca --no-passphrase --algorithm ed25519');
      mkdirSync(join(cwd, 'ca/profiles'));
      const crl = 'crl: [http://pki.example.com/0.crl]';
      writeFileSync(join(cwd, 'ca/profiles/web.yaml'), `extends: tls-server\n${crl}\n`);
      for (const name of ['good', 'bad', 'held']) {
        const files = `--key-out ${name}.key --out ${name}.crt`;
        await done(`issue --ca-dir ca --profile web --cn ${name}.example ${files}`);
      }
      await done(
        'revoke --ca-dir ca bad.crt --reason keyCompromise --invalidity-date 2026-01-01',
        ...['--comment', 'disk stolen'],
      );
      await done('revoke --ca-dir ca held.crt --reason certificateHold');
      await done('crl --ca-dir ca --out first.crl');
      await done('revoke --ca-dir ca held.crt --release');
      await done('crl --ca-dir ca --delta --out delta.crl');
      await done('crl --ca-dir ca --shard http://pki.example.com/0.crl --out shard.crl');
      await done('crl --ca-dir ca --out second.crl');
    },

    /** A copy of the CA whose store somebody has changed; its name. */
    tampered(change: string | ((database: DatabaseSync) => void), from = 'ca'): string {
      const name = `tampered-${++copies}`;
      cpSync(join(cwd, from), join(cwd, name), { recursive: true });
      using database = new DatabaseSync(join(cwd, name, 'ca.db'), {
        enableForeignKeyConstraints: false,
      });
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      if (typeof change === 'string') database.exec(change);
      else change(database);
      return name;
    },
  };
}

/** Computes all hashes of the trail anew, as the documentation tells, and not as the program does. */
export function recompute(database: DatabaseSync): void {
  const rows = database
    .prepare('SELECT id, at, event, serial, detail FROM audit ORDER BY id')
    .all();
  let previous = Buffer.alloc(32);
  const update = database.prepare('UPDATE audit SET hash = ? WHERE id = ?');
  for (const { id, at, event, serial, detail } of rows) {
    const fields = JSON.stringify([at, event, serial, detail]);
    previous = createHash('sha256').update(previous).update(fields).digest();
    update.run(previous, Number(id));
  }
}

/** What is said, with what differs from run to run by its form. */
export const lines = ({ stderr }: Outcome): readonly string[] =>
  stderr
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<hash>')
    .replaceAll(/\b[0-9a-f]{36,40}\b/g, '<serial>')
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/\b\d{10}\b/g, '<seconds>')
    .split('\n')
    .slice(0, -1);
