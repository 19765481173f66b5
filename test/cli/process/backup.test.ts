import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { notBuilt, runBuilt } from '../built-program.ts';

const ISSUERS = 3;
const BACKUPS = 3;
/** Each step is a process of its own. Milliseconds; generous for a busy machine. */
const LIMIT = 180_000;

const missing = notBuilt();

describe.skipIf(missing)(`backups while others issue${missing ? ` (${missing})` : ''}`, () => {
  const cwd = temporaryDirectory();
  const pki = (...argv: readonly string[]) => runBuilt({ cwd }, ...argv);
  /** The serial numbers that were handed out before each backup began. */
  const before: (readonly string[])[] = [];
  const issued: string[] = [];

  beforeAll(async () => {
    await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
    let done = false;
    const issuer = async (index: number) => {
      for (let count = 0; !done; count++) {
        const name = `host-${index}-${count}`;
        const files = ['--key-out', `${name}.key`, '--out', `${name}.crt`];
        const { stdout } = await pki('issue', '--ca-dir', 'ca', '--cn', name, ...files, '--json');
        issued.push(JSON.parse(stdout).serial);
      }
    };
    const issuers = Array.from({ length: ISSUERS }, (_, index) => issuer(index));
    for (let index = 0; index < BACKUPS; index++) {
      while (issued.length <= (before.at(-1)?.length ?? 0)) await pki('--version');
      before.push([...issued]);
      const { status, stderr } = await pki('store', 'backup', '--ca-dir', 'ca', `kept-${index}`);
      expect(status, stderr).toBe(0);
    }
    done = true;
    await Promise.all(issuers);
  }, LIMIT);

  it.each(Array.from({ length: BACKUPS }, (_, index) => index))(
    'backup %i is of one moment, with all that was issued before it',
    async (index) => {
      const again = `again-${index}`;
      const number = ['--crl-number-at-least', '0'];
      await pki('store', 'restore', `kept-${index}`, '--dir', again, ...number);
      const { status, stderr } = await pki('audit', 'verify', '--ca-dir', again);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const { stdout } = await pki('list', '--ca-dir', again, '--status', 'issued', '--json');
      const rows = JSON.parse(stdout) as readonly { readonly serial: string }[];
      const kept = rows.map(({ serial }) => serial);
      expect(kept).toEqual(expect.arrayContaining([...(before[index] ?? [])]));
    },
    LIMIT,
  );
});
