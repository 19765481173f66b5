import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';
import { interrupt } from '../store/interrupted.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const pki = world({ cwd, now });
const later = world({ cwd, now: new Date('2030-06-01T12:00:00Z') });
const refused = refusals(cwd, 'ca');

/** Profiles of the CA, one for each setting. */
const PROFILES = {
  unique: 'duplicate-key: refuse',
  quiet: 'duplicate-key: allow',
  'one-key': 'reused-name: refuse',
  'told-name': 'reused-name: note',
  nameless: 'subject: {take: []}\nduplicate-key: refuse',
};

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  mkdirSync(join(cwd, 'ca/profiles'), { recursive: true });
  for (const [name, setting] of Object.entries(PROFILES)) {
    writeFileSync(join(cwd, `ca/profiles/${name}.yaml`), `extends: tls-client\n${setting}\n`);
  }
});

let count = 0;

/** A request without names, for a new key. */
async function newRequest(): Promise<string> {
  const [key, csr] = [`${++count}.key`, `${count}.csr`];
  await pki('key', 'generate', '--algorithm', 'ecdsa-p256', '--out', key, '--no-passphrase');
  const made = await pki('csr', 'create', '--key', key, '--cn', 'asked', '--out', csr);
  expect(made).toMatchObject({ status: 0, stderr: '' });
  return csr;
}

const issue = (csr: string, profile: string, ...names: readonly string[]) =>
  ['issue', '--ca-dir', 'ca', '--csr', csr, '--profile', profile, ...names] as const;

/** Issues, and returns the serial number with what was noted. */
async function issued(run: typeof pki, ...argv: readonly string[]) {
  const { status, stdout, stderr } = await run(...argv, '--json');
  expect(status, stderr).toBe(0);
  const notes = stderr.split('\n').filter((line) => line && !line.includes('was replaced'));
  return { serial: JSON.parse(stdout).serial as string, notes };
}

const notSigning = (name: string, why: string) => ({
  status: 3,
  stderr: [`pki: error: not signing a certificate for ${name}`, `pki: hint: ${why}`],
});

describe('a key that has a certificate', () => {
  it('gets others under the same name without a word', async () => {
    const csr = await newRequest();
    for (const profile of ['unique', 'one-key', 'told-name', 'tls-client']) {
      expect(await issued(pki, ...issue(csr, profile, '--cn', 'Same'))).toMatchObject({
        notes: [],
      });
    }
    const { notes } = await issued(pki, ...issue(csr, 'unique', '--cn', 'SAME', '--dns', 'a.test'));
    expect(notes).toEqual([]);
  });

  it('is noted under another name, or refused, or allowed, as the profile says', async () => {
    const csr = await newRequest();
    const { serial } = await issued(pki, ...issue(csr, 'tls-client', '--cn', 'First'));
    const why = `the certificate ${serial} is for the same key under another name: CN=First`;
    expect(await refused(later, ...issue(csr, 'unique', '--cn', 'Second'))).toEqual(
      notSigning('CN=Second', `${why} (profile-duplicate-key, RFC 3647 §4.6.1)`),
    );
    const second = await issued(later, ...issue(csr, 'tls-client', '--cn', 'Second'));
    expect(second.notes).toEqual([`pki: note: ${why}`]);
    expect((await issued(pki, ...issue(csr, 'quiet', '--cn', 'Third'))).notes).toEqual([]);
  });

  it('is looked up for a dry run too', async () => {
    const csr = await newRequest();
    const { serial } = await issued(pki, ...issue(csr, 'tls-client', '--cn', 'First'));
    const why = `the certificate ${serial} is for the same key under another name: CN=First`;
    const noted = await pki(...issue(csr, 'tls-client', '--cn', 'Second', '--dry-run'));
    expect(noted.stderr.split('\n')).toContain(`pki: note: ${why}`);
    const { status } = await pki(...issue(csr, 'unique', '--cn', 'Second', '--dry-run'));
    expect(status).toBe(3);
  });

  it('is compared by the alternative names where there is no subject', async () => {
    const csr = await newRequest();
    const { serial } = await issued(
      pki,
      ...issue(csr, 'nameless', '--dns', 'a.test', '--dns', 'b.test'),
    );
    await issued(pki, ...issue(csr, 'nameless', '--dns', 'B.test'));
    const argv = issue(csr, 'nameless', '--dns', 'c.test');
    const { stderr } = await refused(pki, ...argv);
    expect(stderr.at(-1)).toMatch(
      /^pki: hint: the certificate [0-9a-f]+ is for the same key under another name: dns:B.test \(/,
    );
    expect(stderr.at(-1)).not.toContain(serial);
  });

  it('gets none after it was compromised, even under its own name', async () => {
    const csr = await newRequest();
    const { serial } = await issued(pki, ...issue(csr, 'tls-client', '--cn', 'Stolen'));
    await pki('revoke', serial, '--ca-dir', 'ca', '--reason', 'superseded');
    await issued(pki, ...issue(csr, 'quiet', '--cn', 'Stolen'));
    const again = await issued(pki, ...issue(csr, 'quiet', '--cn', 'Stolen'));
    const revoked = await pki(
      'revoke',
      again.serial,
      '--ca-dir',
      'ca',
      '--reason',
      'keyCompromise',
    );
    expect(revoked.status).toBe(0);
    expect(await refused(pki, ...issue(csr, 'quiet', '--cn', 'Stolen'))).toEqual(
      notSigning(
        'CN=Stolen',
        `the key is that of the certificate ${again.serial}, which was revoked: keyCompromise (key-not-compromised, TLS BR §6.1.1.3, RFC 5280 §5.3.1)`,
      ),
    );
  });
});

describe('an issuance without a result', () => {
  it('counts like a certificate, where the profile refuses a second one', async () => {
    const dir = 'interrupted';
    cpSync(join(cwd, 'ca'), join(cwd, dir), { recursive: true });
    const [csr, other] = [await newRequest(), await newRequest()];
    const into = (...argv: readonly string[]) => argv.map((one) => (one === 'ca' ? dir : one));
    await issued(pki, ...into(...issue(csr, 'tls-client', '--cn', 'Halfway')));
    const serial = interrupt(join(cwd, dir, 'ca.db'));
    const refusedThere = refusals(cwd, dir);
    const of = `the issuance of ${serial} is for the same`;
    expect(await refusedThere(pki, ...into(...issue(csr, 'unique', '--cn', 'Second')))).toEqual(
      notSigning(
        'CN=Second',
        `${of} key, and has no result yet: CN=Halfway (profile-duplicate-key, RFC 3647 §4.6.1)`,
      ),
    );
    const { stderr } = await refusedThere(
      pki,
      ...into(...issue(other, 'one-key', '--cn', 'HALFWAY')),
    );
    expect(stderr.at(-1)).toMatch(
      new RegExp(`^pki: hint: ${of} subject with another key, until .*Z \\(profile-reused-name, `),
    );
    await issued(pki, ...into(...issue(csr, 'unique', '--cn', 'halfway'))); // the same name again
  });
});

describe('a subject that has a certificate for another key', () => {
  it('is nothing to speak of unless the profile says so', async () => {
    const { serial } = await issued(pki, ...issue(await newRequest(), 'tls-client', '--cn', 'Zoë'));
    const why = `the certificate ${serial} is for the same subject with another key, until 2030-04-01T11:54:59Z`;
    const [other, third] = [await newRequest(), await newRequest()];
    expect(await refused(pki, ...issue(other, 'one-key', '--cn', 'zoë'))).toEqual(
      notSigning('CN=zoë', `${why} (profile-reused-name, RFC 5280 §4.1.2.6)`),
    );
    const told = await issued(pki, ...issue(other, 'told-name', '--cn', 'zoë'));
    expect(told.notes).toEqual([`pki: note: ${why}`]);
    expect((await issued(pki, ...issue(third, 'tls-client', '--cn', 'Zoë'))).notes).toEqual([]);
  });

  it('is free again when that has ended or was revoked, not while it is on hold', async () => {
    const { serial } = await issued(pki, ...issue(await newRequest(), 'one-key', '--cn', 'Free'));
    const [other, third] = [await newRequest(), await newRequest()];
    await pki('revoke', serial, '--ca-dir', 'ca', '--reason', 'certificateHold');
    expect((await refused(pki, ...issue(other, 'one-key', '--cn', 'Free'))).status).toBe(3);
    await pki('revoke', serial, '--ca-dir', 'ca', '--reason', 'superseded');
    await issued(pki, ...issue(other, 'one-key', '--cn', 'Free'));
    expect((await refused(pki, ...issue(third, 'one-key', '--cn', 'Free'))).status).toBe(3);
    await issued(later, ...issue(third, 'one-key', '--cn', 'Free'));
  });
});
