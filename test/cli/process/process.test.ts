import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { temporaryDirectory } from '../../support/temporary.ts';
import { tryTool } from '../../support/tools.ts';
import { notBuilt, outcome, PKI, runBuilt, start, until } from '../built-program.ts';
import { noOpenssl, request } from '../openssl.ts';
import { pathsIn } from '../refusal.ts';

const missing = notBuilt() ?? noOpenssl();

describe.skipIf(missing)(`bin/pki.js${missing ? ` (${missing})` : ''}`, () => {
  const cwd = temporaryDirectory();
  const pki = (...argv: readonly string[]) => runBuilt({ cwd }, ...argv);
  let csr = '';

  beforeAll(async () => {
    csr = request(cwd, 'server', '-subj', '/CN=server.example.com');
    await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  });

  it('ends with the status of the command', async () => {
    const issue = ['issue', '--ca-dir', 'ca', '--csr'];
    const statuses = {
      '0': await pki('list', '--ca-dir', 'ca'),
      '2': await pki('isue'),
      '3': await pki(...issue, csr, '--days', '10000'),
      '5': await pki('init-ca', '--name', 'Root', '--dir', 'closed-ca'),
      '6': await pki('list', '--ca-dir', 'lost'),
    };
    for (const [status, ended] of Object.entries(statuses)) expect(`${ended.status}`).toBe(status);
  });

  it('keeps results and messages apart', async () => {
    expect(await pki('--version')).toEqual({
      status: 0,
      stdout: `${packageJson.version}\n`,
      stderr: '',
    });
    expect(await pki('isue')).toEqual({
      status: 2,
      stdout: '',
      stderr: "pki: error: unknown command 'isue'\npki: hint: did you mean issue?\n",
    });
  });

  it('reads a request from a pipe whose writer takes its time', async () => {
    const child = start({ cwd }, 'issue', '--ca-dir', 'ca', '--csr', '-', '--out', 'slow.crt');
    const ended = outcome(child);
    const octets = readFileSync(csr);
    await until(() => pathsIn(cwd).some((path) => path.startsWith('.slow.crt.'))); // it is reading
    child.stdin.write(octets.subarray(0, 100));
    setTimeout(() => child.stdin.end(octets.subarray(100)), 100);
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  });

  it('ends without a word when nobody reads what it prints', async () => {
    const child = start({ cwd }, 'issue', '--help');
    child.stdout.destroy();
    child.stdin.end();
    const ended = new Promise((done) => child.once('exit', done));
    expect(await ended).toBe(0);
    expect(child.stderr.read()).toBe(null);
  });

  describe.skipIf(!existsSync('/dev/full'))('with a full disk behind its output', () => {
    const toFull = (redirection: string, ...argv: readonly string[]) =>
      tryTool(
        'sh',
        '-c',
        `cd "$0" && exec "$@" ${redirection}`,
        cwd,
        process.execPath,
        PKI,
        ...argv,
      );

    it.each([['list', '--ca-dir', 'ca'], ['audit', 'export', '--ca-dir', 'ca'], ['--help']])(
      'says so: %s',
      (...argv) => {
        expect(toFull('> /dev/full', ...argv)).toEqual({
          status: 6,
          output:
            'pki: error: cannot write to standard output: no space left on the device\n' +
            'pki: hint: what was recorded or written to files before is not undone\n',
        });
      },
    );

    it('ends with the status that it would have, if it is that of the errors', () => {
      expect(toFull('2> /dev/full', 'list', '--ca-dir', 'lost')).toEqual({ status: 6, output: '' });
    });
  });

  it('says that the directory where it is started has gone', () => {
    const gone = 'mkdir -p "$0" && cd "$0" && rmdir "$0" && exec "$@"';
    const run = (...argv: readonly string[]) =>
      tryTool('sh', '-c', gone, join(cwd, 'gone'), process.execPath, PKI, ...argv);
    expect(run('list', '--ca-dir', 'ca')).toEqual({
      status: 6,
      output:
        'pki: error: the current directory is not there: no such file or directory\n' +
        'pki: hint: change to one that exists\n',
    });
    expect(run('--version')).toEqual({ status: 0, output: `${packageJson.version}\n` });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'leaves nothing behind after %s',
    async (signal) => {
      const before = pathsIn(cwd);
      const child = start({ cwd }, 'issue', '--ca-dir', 'ca', '--csr', '-', '--out', 'ended.crt');
      const ended = outcome(child);
      await until(() => pathsIn(cwd).some((path) => path.startsWith('.ended.crt.'))); // it is reading
      child.kill(signal);
      expect(await ended).toEqual({ status: 130, stdout: '', stderr: 'pki: error: interrupted\n' });
      expect(pathsIn(cwd)).toEqual(before);
    },
  );

  it('needs no terminal, no network and no home directory', async () => {
    const { status } = await runBuilt(
      { cwd, env: { HOME: '/nonexistent' } },
      ...['issue', '--ca-dir', 'ca', '--csr', csr],
    );
    expect(status).toBe(0);
  });

  describe.skipIf(!oldNode())(
    `started with an older Node${oldNode() ? '' : ' (there is none here)'}`,
    () => {
      const node = `${oldNode()}`;

      it('runs on the one that was installed beside it', async () => {
        expect(await runBuilt({ cwd, node }, '--version')).toEqual({
          status: 0,
          stdout: `${packageJson.version}\n`,
          stderr: '',
        });
        expect((await runBuilt({ cwd, node }, 'list', '--ca-dir', 'lost')).status).toBe(6);
      });

      it('hands standard input on', async () => {
        const child = start({ cwd, node }, 'issue', '--ca-dir', 'ca', '--csr', '-');
        child.stdin.end(readFileSync(csr));
        expect(await outcome(child)).toMatchObject({ status: 0, stderr: '' });
      });

      it('hands SIGTERM on, and its status', async () => {
        const before = pathsIn(cwd);
        const issue = ['issue', '--ca-dir', 'ca', '--csr', '-', '--out', 'handed.crt'];
        const child = start({ cwd, node }, ...issue);
        const ended = outcome(child);
        await until(() => pathsIn(cwd).some((path) => path.startsWith('.handed.crt.')));
        child.kill('SIGTERM');
        expect(await ended).toEqual({
          status: 130,
          stdout: '',
          stderr: 'pki: error: interrupted\n',
        });
        expect(pathsIn(cwd)).toEqual(before);
      });

      it('says what it needs where there is no other', () => {
        const alone = join(cwd, 'installed/bin/pki.js');
        mkdirSync(dirname(alone), { recursive: true });
        cpSync(PKI, alone);
        writeFileSync(join(cwd, 'installed/package.json'), '{ "type": "module" }');
        expect(tryTool(node, alone, '--version')).toEqual({
          status: 70,
          output: `pki: error: Node ${tryTool(node, '--version').output.trim().slice(1)} is too old, 24.15 or newer is needed\npki: hint: install a current Node from your package manager or https://nodejs.org\n`,
        });
      });
    },
  );
});

/** A Node of the system that is older than package.json asks for. */
function oldNode(): string | undefined {
  return ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
    const { status, output } = tryTool(path, '--version');
    const [major = 0, minor = 0] = output.replace(/^v/, '').split('.').map(Number);
    return status === 0 && (major < 24 || (major === 24 && minor < 15));
  });
}
