import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { temporaryDirectory } from '../temporary.ts';
import { Application, DIGEST, MESSAGE, publicKeyOf, refusedWith, verifies } from './application.ts';
import { CKM, CKR } from './cryptoki.ts';
import { refuse } from './plan.ts';
import { describeBehindProxy } from './proxy.ts';

const directory = temporaryDirectory();

describeBehindProxy('signatures behind the proxy', (hsm, proxy) => {
  let application: Application;

  beforeAll(() => {
    hsm.token('vendor');
    hsm.key('vendor', 'EC:prime256v1', 'ca', '01');
    hsm.key('vendor', 'rsa:2048', 'rsa', '03');
  });
  beforeEach(async () => {
    application = await Application.load(proxy.module);
  });
  afterEach(() => {
    proxy.clear();
    application[Symbol.dispose]();
  });

  it('are not made by a mechanism that is removed', () => {
    proxy.personality({ mechanismsRemoved: [CKM.ECDSA, CKM.RSA_PKCS] });
    expect(application.mechanisms()).toContain(CKM.SHA256_RSA_PKCS);
    expect(application.mechanisms()).not.toContain(CKM.ECDSA);
    const session = application.login();
    const sign = () => application.sign(session, application.privateKey(session), DIGEST);
    expect(sign).toThrow(refusedWith(CKR.MECHANISM_INVALID));
  });

  it.each([
    ['C_SignInit', { signInitRefused: refuse(CKR.FUNCTION_FAILED, CKM.RSA_PKCS) }],
    ['C_Sign', { signRefused: refuse(CKR.FUNCTION_FAILED, CKM.RSA_PKCS) }],
  ] as const)(
    'are refused by %s for a mechanism that is listed, and made by another',
    (name, settings) => {
      proxy.personality(settings);
      expect(application.mechanisms()).toContain(CKM.RSA_PKCS);
      const session = application.login();
      const key = application.privateKey(session, 3);
      const sign = (mechanism: number) => application.sign(session, key, MESSAGE, mechanism);
      expect(() => sign(CKM.RSA_PKCS)).toThrow(refusedWith(CKR.FUNCTION_FAILED));
      expect(proxy.log().at(-1)).toBe(`${name} 0x6`);
      expect(sign(CKM.SHA256_RSA_PKCS).length).toBe(256);
    },
  );

  it('are made by ECDSA with a hash', () => {
    proxy.personality('hashed-ecdsa-only');
    const session = application.login();
    const key = application.privateKey(session);
    expect(application.mechanisms()).toContain(CKM.ECDSA_SHA256);
    const plain = () => application.sign(session, key, DIGEST);
    expect(plain).toThrow(refusedWith(CKR.MECHANISM_INVALID));
    const signature = application.sign(session, key, MESSAGE, CKM.ECDSA_SHA256);
    expect(verifies(publicKeyOf(hsm, 'vendor', '01', directory), signature)).toBe(true);
  });

  it('are in DER where the vendor gives them so', () => {
    proxy.personality('tass');
    const publicKey = publicKeyOf(hsm, 'vendor', '01', directory);
    const session = application.login();
    const key = application.privateKey(session);
    // an r or s in 256 begins with a zero octet, which DER does not keep
    for (let round = 0; round < 600; round += 1) {
      expect(verifies(publicKey, application.sign(session, key, DIGEST), 'der')).toBe(true);
    }
  });
});
