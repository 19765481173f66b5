import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { notBuilt, outcome, runBuilt, start, until } from '../built-program.ts';
import { accepts, freePort } from '../ocsp/server.ts';

const missing = notBuilt();

describe.skipIf(missing)(`bin/pki.js ocsp serve${missing ? ` (${missing})` : ''}`, () => {
  const cwd = temporaryDirectory();

  beforeAll(async () => {
    await runBuilt({ cwd }, 'init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends well after %s', async (signal) => {
    const port = await freePort();
    const child = start({ cwd }, 'ocsp', 'serve', '--ca-dir', 'ca', '--port', `${port}`);
    const ended = outcome(child);
    let there = false;
    const look = setInterval(() => {
      void accepts(port).then((found) => {
        there ||= found;
      });
    }, 50);
    await until(() => there);
    clearInterval(look);
    child.kill(signal);
    expect(await ended).toEqual({
      status: 0,
      stdout: `answering for CN=Root at http://127.0.0.1:${port}/\n`,
      stderr: '',
    });
    expect(await accepts(port)).toBe(false);
  });
});
