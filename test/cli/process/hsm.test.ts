import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { notBuilt, outcome, start, until } from '../built-program.ts';
import { pathsIn } from '../refusal.ts';

const missing = notBuilt();

describeOnSoftHsm('a token of which pki was making use', (hsm) => {
  const cwd = temporaryDirectory();

  beforeAll(() => hsm.token('CA Token'));

  // whenever the signal comes, the CA is there with its key, or neither of them is
  it.skipIf(missing).each([0, 50, 100, 200, 400])(
    `holds a key only if there is a CA for it, after SIGINT %d ms into key generation${missing ? ` (${missing})` : ''}`,
    async (delay) => {
      const name = `key-${delay}`;
      const before = pathsIn(cwd);
      const child = start(
        { cwd, env: { PKCS11_PIN: PIN } },
        ...['init-ca', '--name', 'Root', '--dir', name, '--algorithm', 'rsa-4096'],
        ...['--pkcs11-lib', hsm.module, '--pkcs11-token', 'CA Token'],
        ...['--pkcs11-generate-key', '--pkcs11-key-label', name],
      );
      const ended = outcome(child);
      await until(() => pathsIn(cwd).some((path) => path.startsWith(`.${name}.`)));
      await new Promise((resume) => setTimeout(resume, delay));
      child.kill('SIGINT');
      const { status } = await ended;
      const made = existsSync(join(cwd, name));
      expect(hsm.objects('CA Token').includes(name)).toBe(made);
      if (made) return;
      expect(status).toBe(130);
      expect(pathsIn(cwd)).toEqual(before);
    },
  );
});
