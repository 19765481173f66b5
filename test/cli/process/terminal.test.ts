import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE } from '../../support/world.ts';
import { noTerminal, notBuilt, PKI, runBuilt } from '../built-program.ts';
import { pathsIn } from '../refusal.ts';

const missing = notBuilt() ?? noTerminal();
const QUESTION = 'passphrase of the CA key: ';

describe.skipIf(missing)(`at a terminal${missing ? ` (${missing})` : ''}`, () => {
  const cwd = temporaryDirectory();
  const issue = [
    'issue',
    '--ca-dir',
    'ca',
    '--cn',
    'a.example',
    '--key-out',
    'a.key',
    '--out',
    'a.crt',
  ];

  /**
   * Runs pki at a terminal of its own and does something when the question is there; tells what
   * was shown, the exit status, and the state of the terminal afterwards.
   */
  async function atTerminal(answer: (type: (keys: string) => void, pid: number) => void) {
    const session = join(cwd, 'session.sh');
    const words = [process.execPath, PKI, ...issue].map((word) => `'${word}'`).join(' ');
    writeFileSync(
      session,
      `sh -c 'echo "pid $$"; exec "$@"' sh ${words}\necho "status $?"\nstty -a\n`,
    );
    const { PATH } = process.env;
    const child = spawn('script', ['-qec', `sh '${session}'`, '/dev/null'], { cwd, env: { PATH } });
    let shown = '';
    let answered = false;
    child.stdout.on('data', (data: Buffer) => {
      shown += data.toString();
      if (answered || !shown.includes(QUESTION)) return;
      answered = true;
      answer((keys) => child.stdin.write(keys), Number(/pid (\d+)/.exec(shown)?.[1]));
    });
    await new Promise((done) => child.once('close', done));
    const [, status, terminal = ''] = /status (\d+)\r\n(.*)$/s.exec(shown) ?? [];
    return { shown, status, settings: terminal.split(/[\s;]+/) };
  }

  beforeAll(async () => {
    const env = { PKI_PASSPHRASE: PASSPHRASE };
    await runBuilt({ cwd, env }, 'init-ca', '--name', 'Root', '--dir', 'ca');
  });

  it.each([
    ['Ctrl-C', (type: (keys: string) => void) => type('half of it\x03')],
    ['SIGINT', (_: unknown, pid: number) => process.kill(pid, 'SIGINT')],
    ['SIGTERM', (_: unknown, pid: number) => process.kill(pid, 'SIGTERM')],
  ])('%s ends the question, and the terminal echoes again', async (_, interrupt) => {
    const before = pathsIn(cwd).filter((path) => path !== 'session.sh');
    const { shown, status, settings } = await atTerminal(interrupt);
    expect(status).toBe('130');
    expect(shown).toContain(`${QUESTION}\r\npki: error: interrupted\r\n`);
    expect(settings).toEqual(expect.arrayContaining(['echo', 'icanon', 'isig']));
    expect(pathsIn(cwd).filter((path) => path !== 'session.sh')).toEqual(before);
  });

  it('an answer is not shown, can be corrected, and is used', async () => {
    const { shown, status, settings } = await atTerminal((type) => type(`${PASSPHRASE}xy\x7f\b\r`));
    expect(shown).not.toContain(PASSPHRASE);
    expect(shown).toContain(`${QUESTION}\r\nissued CN=a.example\r\n`);
    expect(status).toBe('0');
    expect(settings).toEqual(expect.arrayContaining(['echo', 'icanon']));
    expect(existsSync(join(cwd, 'a.crt'))).toBe(true);
  });
});
