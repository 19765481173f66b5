import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Handle } from 'pkcs11js';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { PIN } from '../softhsm.ts';
import { temporaryDirectory } from '../temporary.ts';
import { tool } from '../tools.ts';
import { Application, DIGEST, publicKeyOf, verifies } from './application.ts';
import { CKR } from './cryptoki.ts';
import { describeBehindProxy } from './proxy.ts';

const directory = temporaryDirectory();

describeBehindProxy('faults of the proxy', (hsm, proxy) => {
  let application: Application;
  let session: Handle;
  let key: Handle;

  beforeAll(() => {
    hsm.token('faults');
    hsm.key('faults', 'EC:prime256v1', 'ca', '01');
    writeFileSync(join(directory, 'digest'), DIGEST);
  });
  beforeEach(async () => {
    application = await Application.load(proxy.module);
    session = application.login();
    key = application.privateKey(session);
    proxy.clear();
  });
  afterEach(() => {
    proxy.clear();
    application[Symbol.dispose]();
  });

  const sign = () => application.sign(session, key, DIGEST);
  /** The return code; 0 if it goes well. */
  const outcome = (action: () => unknown): number => {
    try {
      action();
      return CKR.OK;
    } catch (error) {
      return (error as { code: number }).code;
    }
  };
  const randomOutcome = () =>
    outcome(() => application.library.C_GenerateRandom(session, Buffer.alloc(1)));

  /** Another program that signs with the proxy. */
  const otherProcess = (timeout = 20_000) =>
    spawnSync(
      tool('pkcs11-tool') ?? '',
      [
        ...['--module', proxy.module, '--token-label', 'faults', '--login', '--pin', PIN],
        ...['--sign', '--mechanism', 'ECDSA', '--id', '01'],
        ...['--input-file', join(directory, 'digest'), '--output-file', join(directory, 'signed')],
      ],
      { timeout },
    );

  it('are none without a plan: calls are forwarded and logged', () => {
    expect(verifies(publicKeyOf(hsm, 'faults', '01', directory), sign())).toBe(true);
    expect(proxy.log()).toEqual(['C_SignInit 0x0', 'C_Sign 0x0']);
  });

  it('return a code instead of forwarding, for the calls that were said', () => {
    proxy.faults({ call: 'C_GenerateRandom', rv: CKR.DEVICE_ERROR, skip: 1, count: 2 });
    const outcomes = [1, 2, 3, 4].map(randomOutcome);
    expect(outcomes).toEqual([CKR.OK, CKR.DEVICE_ERROR, CKR.DEVICE_ERROR, CKR.OK]);
    expect(proxy.log()[1]).toBe('C_GenerateRandom 0x30 withheld');
    expect(proxy.calls()).toEqual(new Map([['C_GenerateRandom', 4]]));
  });

  it('are counted anew when they are set anew', () => {
    for (const rv of [CKR.DEVICE_REMOVED, 0x8000_0001]) {
      proxy.faults({ call: 'C_GenerateRandom', rv, count: 1 });
      expect([randomOutcome(), randomOutcome()]).toEqual([rv, CKR.OK]);
    }
  });

  it('go on being counted when the personality changes', () => {
    proxy.faults({ call: 'C_GenerateRandom', rv: CKR.DEVICE_ERROR, count: 1 });
    expect(randomOutcome()).toBe(CKR.DEVICE_ERROR);
    proxy.personality('pin-final-try');
    expect(randomOutcome()).toBe(CKR.OK);
  });

  it('give way to those before them, and count all calls', () => {
    proxy.faults(
      { call: 'C_GenerateRandom', rv: CKR.DEVICE_ERROR, count: 1 },
      { call: 'C_GenerateRandom', rv: CKR.SESSION_CLOSED, count: 2 },
    );
    const outcomes = [1, 2, 3].map(randomOutcome);
    expect(outcomes).toEqual([CKR.DEVICE_ERROR, CKR.SESSION_CLOSED, CKR.OK]);
  });

  it('hit any function with an asterisk', () => {
    proxy.faults({ call: '*', rv: CKR.DEVICE_REMOVED, skip: 1, count: 1 });
    expect(outcome(sign)).toBe(CKR.DEVICE_REMOVED);
    expect(proxy.log()).toEqual(['C_SignInit 0x0', 'C_Sign 0x32 withheld']);
  });

  it('leave the operation active if C_Sign does not reach the module', () => {
    proxy.faults({ call: 'C_Sign', rv: CKR.DEVICE_ERROR, count: 1 });
    expect([outcome(sign), outcome(sign)]).toEqual([CKR.DEVICE_ERROR, CKR.OPERATION_ACTIVE]);
  });

  it('lose the answer of a call that was carried out', () => {
    proxy.faults({ call: 'C_Sign', rv: CKR.DEVICE_ERROR, after: true, count: 1 });
    expect([outcome(sign), outcome(sign)]).toEqual([CKR.DEVICE_ERROR, CKR.OK]);
    expect(proxy.log()[1]).toBe('C_Sign 0x30 lost');
  });

  it('corrupt a signature', () => {
    const publicKey = publicKeyOf(hsm, 'faults', '01', directory);
    proxy.faults({ call: 'C_Sign', corrupt: true, count: 1 });
    expect([verifies(publicKey, sign()), verifies(publicKey, sign())]).toEqual([false, true]);
  });

  it('delay', () => {
    proxy.faults({ call: 'C_GenerateRandom', delay: 120 });
    const start = performance.now();
    expect(randomOutcome()).toBe(CKR.OK);
    expect(performance.now() - start).toBeGreaterThan(110);
  });

  it('hang, in another process', () => {
    proxy.faults({ call: 'C_Sign', hang: true });
    expect(otherProcess(700).error).toMatchObject({ code: 'ETIMEDOUT' });
    expect(proxy.log().at(-1)).toBe('C_Sign hangs');
  });

  it('kill another process', () => {
    proxy.faults({ call: 'C_Sign', abort: true });
    expect(otherProcess().signal).toBe('SIGKILL');
    expect(proxy.log().at(-1)).toBe('C_Sign aborts');
  });

  it('are counted across processes', () => {
    proxy.faults({ call: 'C_Login', rv: CKR.PIN_INCORRECT, skip: 1, count: 2 });
    const statuses = [1, 2].map(() => otherProcess().status);
    const inHere = [1, 2].map(() => outcome(() => application.library.C_Login(session, 1, PIN)));
    expect(statuses).toEqual([0, 1]);
    expect(inHere).toEqual([CKR.PIN_INCORRECT, CKR.USER_ALREADY_LOGGED_IN]);
    expect(proxy.calls().get('C_Login')).toBe(4);
  });

  it('take effect while the module is loaded, and end', () => {
    proxy.faults({ call: 'C_OpenSession', rv: CKR.SESSION_COUNT });
    expect(outcome(() => application.open())).toBe(CKR.SESSION_COUNT);
    proxy.clear();
    expect(outcome(() => application.open())).toBe(CKR.OK);
    proxy.personality('pin-final-try');
    expect(outcome(() => application.open())).toBe(CKR.OK);
  });

  it('end the program if they are misspelt', () => {
    const plan = join(directory, 'misspelt');
    const env = { ...process.env, PKI_PROXY_PLAN: plan };
    writeFileSync(plan, `counts=${directory}/counts\nC_Initialize rw=5\n`);
    const { signal, stderr } = spawnSync(
      tool('pkcs11-tool') ?? '',
      ['--module', proxy.module, '--list-slots'],
      { env, encoding: 'utf8' },
    );
    expect(signal).toBe('SIGABRT');
    expect(stderr).toContain('PKCS#11 proxy: unknown key: rw=5');
  });
});
