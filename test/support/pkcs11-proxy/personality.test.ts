import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Application, refusedWith } from './application.ts';
import { CKF, CKR, CKU } from './cryptoki.ts';
import { PERSONALITIES, type PersonalityName } from './personalities.ts';
import { describeBehindProxy } from './proxy.ts';

describeBehindProxy('tokens behind the proxy', (hsm, proxy) => {
  let application: Application;

  beforeAll(() => {
    hsm.token('vendor');
    hsm.key('vendor', 'EC:prime256v1', 'ca', '01');
  });
  beforeEach(async () => {
    application = await Application.load(proxy.module);
  });
  afterEach(() => {
    proxy.clear();
    application[Symbol.dispose]();
  });

  const info = () => application.library.C_GetTokenInfo(application.slot());

  it.each(Object.keys(PERSONALITIES) as PersonalityName[])('are there as %s', (name) => {
    proxy.personality(name);
    expect(info().label).toBe('vendor'.padEnd(32));
  });

  it('tell what is set', () => {
    const { flags } = info();
    proxy.personality({
      ...{ label: 'hsm', manufacturer: 'ACME', model: 'M', maxRwSessions: 7 },
      ...{ tokenFlagsSet: CKF.USER_PIN_LOCKED, tokenFlagsClear: CKF.LOGIN_REQUIRED },
    });
    expect(info()).toMatchObject({
      label: 'hsm'.padEnd(32),
      manufacturerID: 'ACME'.padEnd(32),
      model: 'M'.padEnd(16),
      flags: (flags | CKF.USER_PIN_LOCKED) & ~CKF.LOGIN_REQUIRED,
      maxRwSessionCount: 7,
    });
  });

  it('tell that the number of sessions is unknown, and limit none then', () => {
    proxy.personality('sessions-unknown');
    expect(info().maxRwSessionCount).toBe(0xffff_ffff); // pkcs11js cuts it to 32 bits
    application.open();
    application.open();
  });

  it('limit their read/write sessions', () => {
    proxy.personality({ maxRwSessions: 2 });
    const [first] = [application.open(), application.open(), application.open(CKF.SERIAL_SESSION)];
    expect(() => application.open()).toThrow(refusedWith(CKR.SESSION_COUNT));
    application.library.C_CloseSession(first);
    application.open();
  });

  it('refuse read-only sessions', () => {
    proxy.personality('aws-cloudhsm');
    const readOnly = () => application.open(CKF.SERIAL_SESSION);
    expect(readOnly).toThrow(refusedWith(CKR.FUNCTION_FAILED));
    application.open();
  });

  it('want another type of user', () => {
    proxy.personality('thales-luna');
    expect(() => application.login()).toThrow(refusedWith(CKR.USER_TYPE_INVALID));
    application.privateKey(application.login('1234', CKU.LUNA_CRYPTO_USER));
  });

  it.each([
    ['aws-cloudhsm', 'crypto_user:1234', CKR.PIN_INCORRECT],
    ['yubihsm-2', '00011234', CKR.ARGUMENTS_BAD],
  ] as const)('want the PIN of %s in its form', (name, pin, rv) => {
    proxy.personality(name);
    expect(() => application.login('1234')).toThrow(refusedWith(rv));
    expect(() => application.login(`${pin}5`)).toThrow(refusedWith(CKR.PIN_INCORRECT));
    application.privateKey(application.login(pin));
  });

  it('take an empty PIN where there is a PIN pad', () => {
    expect(() => application.login('')).toThrow();
    proxy.personality('pin-pad');
    expect(info().flags & CKF.PROTECTED_AUTHENTICATION_PATH).not.toBe(0);
    application.privateKey(application.login(''));
  });

  it('need no PIN where the module logs in for itself', () => {
    proxy.personality('nshield-accelerator');
    expect(info().flags & CKF.LOGIN_REQUIRED).toBe(0);
    application.privateKey(application.open());
    expect(() => application.login()).toThrow(refusedWith(CKR.USER_ALREADY_LOGGED_IN));
  });
});
