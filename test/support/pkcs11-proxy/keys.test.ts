import type { Handle } from 'pkcs11js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Application, ID, refusedWith, type Templates } from './application.ts';
import { CKA, CKR } from './cryptoki.ts';
import { refuse, refuseValue } from './plan.ts';
import { describeBehindProxy } from './proxy.ts';

describeBehindProxy('keys behind the proxy', (hsm, proxy) => {
  let application: Application;

  beforeAll(() => {
    hsm.token('vendor');
    hsm.key('vendor', 'EC:prime256v1', 'ca', '01');
    hsm.key('vendor', 'EC:edwards25519', 'ed', '02');
  });
  beforeEach(async () => {
    application = await Application.load(proxy.module);
  });
  afterEach(() => {
    proxy.clear();
    application[Symbol.dispose]();
  });

  describe('templates', () => {
    let session: Handle;
    beforeEach(() => {
      session = application.login();
    });

    /** Makes a key pair, reads one attribute of its private half, and deletes it. */
    const generate = (id: Buffer, more?: Templates, type: number = CKA.SIGN) => {
      const { privateKey, publicKey } = application.generate(session, id, more);
      const value = application.attribute(session, privateKey, type);
      for (const key of [privateKey, publicKey]) application.library.C_DestroyObject(session, key);
      return value[0];
    };
    const attribute = (type: number, value = true) => [{ type, value }];

    it('are refused for an attribute', () => {
      const { TEMPLATE_INCONSISTENT, ATTRIBUTE_TYPE_INVALID } = CKR;
      proxy.personality({
        publicRefused: refuse(TEMPLATE_INCONSISTENT, CKA.VERIFY_RECOVER),
        privateRefused: refuseValue(ATTRIBUTE_TYPE_INVALID, false, CKA.DERIVE),
      });
      generate(Buffer.of(9), { private: attribute(CKA.DERIVE) });
      const derive = () => generate(Buffer.of(9), { private: attribute(CKA.DERIVE, false) });
      expect(derive).toThrow(refusedWith(ATTRIBUTE_TYPE_INVALID));
      const recover = () => generate(Buffer.of(9), { public: attribute(CKA.VERIFY_RECOVER) });
      expect(recover).toThrow(refusedWith(TEMPLATE_INCONSISTENT));
    });

    it('are refused for the lack of an attribute', () => {
      proxy.personality({
        publicRequired: [CKA.ID],
        privateRequired: [CKA.ID, CKA.SENSITIVE],
      });
      expect(() => generate(Buffer.of(9))).toThrow(refusedWith(CKR.TEMPLATE_INCOMPLETE));
      generate(Buffer.of(9), { private: attribute(CKA.SENSITIVE) });
    });

    it('get false for what they leave out', () => {
      expect(generate(Buffer.of(9), {}, CKA.DECRYPT)).toBe(1);
      proxy.personality('yubihsm-2');
      expect(generate(Buffer.of(9), {}, CKA.DECRYPT)).toBe(0);
      expect(generate(Buffer.of(9), { private: attribute(CKA.DECRYPT) }, CKA.DECRYPT)).toBe(1);
    });

    it('are refused for an ID that is too long', () => {
      proxy.personality({ maxIdBytes: 2 });
      expect(() => generate(Buffer.alloc(3))).toThrow(refusedWith(CKR.ATTRIBUTE_VALUE_INVALID));
      generate(Buffer.alloc(2));
    });

    it('are refused for an ID that exists', () => {
      proxy.personality({ uniqueId: true });
      expect(() => generate(ID)).toThrow(refusedWith(CKR.ATTRIBUTE_VALUE_INVALID));
      generate(Buffer.of(9));
    });
  });

  describe('objects', () => {
    it('are not searched by an attribute that is refused', () => {
      proxy.personality('utimaco');
      const session = application.open();
      const search = () => application.find(session, [{ type: CKA.COPYABLE, value: true }]);
      expect(search).toThrow(refusedWith(CKR.ATTRIBUTE_TYPE_INVALID));
      expect(application.find(session, [{ type: CKA.ID, value: ID }]).length).toBe(1);
    });

    it('do not tell an attribute that is refused', () => {
      proxy.personality('nshield-strict-fips');
      const session = application.login();
      const key = application.privateKey(session);
      const read = () => application.attribute(session, key, CKA.ALWAYS_AUTHENTICATE);
      expect(read).toThrow(refusedWith(CKR.ATTRIBUTE_TYPE_INVALID));
      expect(application.attribute(session, key, CKA.ID)).toEqual(ID);
    });

    it('are private ones alone, which tell their points', () => {
      const session = application.login();
      const point = application.attribute(session, application.publicKey(session), CKA.EC_POINT);
      proxy.personality('tass');
      expect(application.find(session, [{ type: CKA.ID, value: ID }]).length).toBe(1);
      expect(application.find(session, []).length).toBe(2);
      expect(application.attribute(session, application.privateKey(session), CKA.EC_POINT)).toEqual(
        point,
      );
    });

    it.each([
      ['raw-ec-point', (point: Buffer) => point],
      ['ec-point-without-04', (point: Buffer) => (point.length > 64 ? point.subarray(1) : point)],
      [
        'ec-point-in-bit-string',
        (point: Buffer) => Buffer.concat([Buffer.of(3, point.length + 1, 0), point]),
      ],
    ] as const)('tell points as %s says', (name, expected) => {
      const session = application.open();
      for (const [id, length] of [
        [1, 65],
        [2, 32],
      ] as const) {
        const key = application.publicKey(session, id);
        const der = application.attribute(session, key, CKA.EC_POINT);
        expect(der.subarray(0, 2)).toEqual(Buffer.of(4, length));
        proxy.personality(name);
        expect(application.attribute(session, key, CKA.EC_POINT)).toEqual(
          expected(der.subarray(2)),
        );
        proxy.clear();
      }
    });
  });
});
