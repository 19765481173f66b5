import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { notBuilt, runBuilt } from '../built-program.ts';

const AT_ONCE = 8;
/** Each is a process of its own. Milliseconds; generous for a busy machine. */
const LIMIT = 120_000;

const missing = notBuilt();

describe.skipIf(missing)(
  `processes that issue at one moment${missing ? ` (${missing})` : ''}`,
  () => {
    const cwd = temporaryDirectory();
    const pki = (...argv: readonly string[]) => runBuilt({ cwd }, ...argv);
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => index);

    beforeAll(async () => {
      await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
      mkdirSync(join(cwd, 'ca/profiles'));
      for (const setting of ['duplicate-key', 'reused-name']) {
        const text = `extends: tls-client\n${setting}: refuse\n`;
        writeFileSync(join(cwd, `ca/profiles/${setting}.yaml`), text);
      }
      for (const name of numbers) {
        await pki(
          'key',
          'generate',
          '--algorithm',
          'ed25519',
          '--out',
          `${name}.key`,
          '--no-passphrase',
        );
        await pki('csr', 'create', '--key', `${name}.key`, '--cn', 'asked', '--out', `${name}.csr`);
      }
    }, LIMIT);

    /** How many certificates a profile let through, and what each of the others was told. */
    async function atOnce(profile: string, request: (index: number) => readonly string[]) {
      const outcomes = await Promise.all(
        numbers.map((index) =>
          pki('issue', '--ca-dir', 'ca', '--profile', profile, ...request(index), '--out', '-'),
        ),
      );
      const refused = outcomes.filter(({ status }) => status !== 0);
      expect(refused.every(({ status }) => status === 3)).toBe(true);
      const { stdout } = await pki('list', '--ca-dir', 'ca', '--profile', profile, '--json');
      const rows = JSON.parse(stdout) as readonly { readonly status: string }[];
      return {
        released: outcomes.length - refused.length,
        recorded: rows.map(({ status }) => status),
        hints: refused.map(({ stderr }) => stderr.split('\n')[1] ?? ''),
      };
    }

    it(
      'get one certificate for a key, where the profile refuses it another name',
      async () => {
        const { released, recorded, hints } = await atOnce('duplicate-key', (index) => [
          ...['--csr', '0.csr', '--cn', `host-${index}`],
        ]);
        expect({ released, recorded }).toEqual({ released: 1, recorded: ['issued'] });
        for (const hint of hints)
          expect(hint).toMatch(/\(profile-duplicate-key, RFC 3647 §4.6.1\)$/);
      },
      LIMIT,
    );

    it(
      'get one certificate for a name, where the profile refuses it another key',
      async () => {
        const { released, recorded, hints } = await atOnce('reused-name', (index) => [
          ...['--csr', `${index}.csr`, '--cn', 'One'],
        ]);
        expect({ released, recorded }).toEqual({ released: 1, recorded: ['issued'] });
        for (const hint of hints)
          expect(hint).toMatch(/\(profile-reused-name, RFC 5280 §4.1.2.6\)$/);
      },
      LIMIT,
    );
  },
);
