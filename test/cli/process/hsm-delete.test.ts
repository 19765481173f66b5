import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { noTerminal, notBuilt, PKI } from '../built-program.ts';

const missing = notBuilt() ?? noTerminal();
const QUESTION = 'type its label to delete this key from the token "CA Token": ';

describeOnSoftHsm('hsm delete at a terminal', (hsm) => {
  const cwd = temporaryDirectory();

  beforeAll(() => {
    hsm.token('CA Token');
    hsm.key('CA Token', 'EC:prime256v1', 'doomed', '01');
  });

  it.skipIf(missing)(
    `shows the label as it is typed${missing ? ` (${missing})` : ''}`,
    async () => {
      const token = ['--pkcs11-lib', hsm.module, '--pkcs11-token', 'CA Token'];
      const command = [PKI, 'hsm', 'delete', ...token, '--pkcs11-key-label', 'doomed'];
      const words = [process.execPath, ...command].map((word) => `'${word}'`).join(' ');
      const session = join(cwd, 'session.sh');
      writeFileSync(session, `${words}\necho "status $?"\n`);
      const { PATH, SOFTHSM2_CONF } = process.env;
      const child = spawn('script', ['-qec', `sh '${session}'`, '/dev/null'], {
        cwd,
        env: { PATH, SOFTHSM2_CONF, PKCS11_PIN: PIN },
      });
      let shown = '';
      let answered = false;
      child.stdout.on('data', (data: Buffer) => {
        shown += data.toString();
        if (answered || !shown.includes(QUESTION)) return;
        answered = true;
        child.stdin.write('dome\x7f\x7fomed\r');
      });
      await new Promise((done) => child.once('close', done));
      expect(shown).toContain(`${QUESTION}dome\b \b\b \bomed\r\n`);
      expect(shown).toContain(
        'deleted the private key "doomed" (ID 01) from the token "CA Token"\r\n',
      );
      expect(shown).toContain('status 0');
    },
  );
});
