import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeyRef, keyPlace, parseKeyRef, printKeyRef } from '../../src/signers/key-ref.ts';

describe('a reference to a key', () => {
  it('names a file by its path, whatever is in it', () => {
    expect(parseKeyRef('file:keys/ca.key')).toEqual({ kind: 'file', path: 'keys/ca.key' });
    expect(parseKeyRef('file:/a b;c?d=e%20')).toEqual({ kind: 'file', path: '/a b;c?d=e%20' });
  });

  it('names a key in a token by an RFC 7512 URI', () => {
    const uri =
      'pkcs11:token=ca%20keys;serial=0a1b;object=root;id=%01%FF;type=private?module-path=/usr/lib/p11.so';
    const ref = {
      kind: 'pkcs11',
      modulePath: '/usr/lib/p11.so',
      token: 'ca keys',
      serial: '0a1b',
      object: 'root',
      id: Uint8Array.of(0x01, 0xff),
    };
    expect(parseKeyRef(uri)).toEqual(ref);
    expect(printKeyRef(parseKeyRef(uri))).toBe(uri);
  });

  it('needs no more than the module', () => {
    expect(parseKeyRef('pkcs11:?module-path=p11.so')).toEqual({
      kind: 'pkcs11',
      modulePath: './p11.so', // a path, and no name
    });
  });

  it('is for a module that is given besides, where the URI names none', () => {
    expect(parseKeyRef('pkcs11:token=x', '/usr/lib/p11.so')).toMatchObject({
      modulePath: '/usr/lib/p11.so',
    });
    expect(parseKeyRef('pkcs11:?module-name=p11', '/other.so')).toMatchObject({
      modulePath: 'p11',
    });
  });

  it.each(['/run/ca.pin', 'file:/run/ca.pin', 'file:///run/ca.pin', 'file://localhost/run/ca.pin'])(
    'may say that the PIN is in %s',
    (source) => {
      const ref = parseKeyRef(`pkcs11:?module-name=p11&pin-source=${source}`);
      expect(ref).toMatchObject({ pinSource: '/run/ca.pin' });
    },
  );

  it('may have an attribute without a value, which is an empty label', () => {
    expect(parseKeyRef('pkcs11:object=?module-path=p11.so')).toEqual({
      kind: 'pkcs11',
      modulePath: './p11.so',
      object: '',
    });
  });

  it('may have further question marks after the first one', () => {
    expect(parseKeyRef('pkcs11:?module-path=/why?/p11.so')).toEqual({
      kind: 'pkcs11',
      modulePath: '/why?/p11.so',
    });
  });

  it('may have characters beyond ASCII, bare or encoded', () => {
    const [bare, encoded] = ['pkcs11:token=Schlüssel?module-path=p', 'pkcs11:token=Schl%C3%BCssel'];
    expect(parseKeyRef(bare)).toMatchObject({ token: 'Schlüssel' });
    expect(parseKeyRef(`${encoded}?module-path=p`)).toMatchObject({ token: 'Schlüssel' });
  });

  it('prints what it parses to the same reference', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const pkcs11 = fc.record(
      {
        kind: fc.constant('pkcs11' as const),
        modulePath: text,
        token: text,
        serial: text,
        object: text,
        id: fc.uint8Array({ maxLength: 20 }),
        manufacturer: text,
        model: text,
        slotId: fc.nat(),
        slotDescription: text,
        slotManufacturer: text,
        libraryDescription: text,
        libraryManufacturer: text,
        libraryVersion: text,
        pinSource: text.map((path) => `/run/${path}`),
      },
      { requiredKeys: ['kind', 'modulePath'] },
    );
    const file = fc.record({
      kind: fc.constant('file' as const),
      path: fc.string({ minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.oneof(pkcs11, file), (ref) => {
        expect(parseKeyRef(printKeyRef(ref as KeyRef))).toEqual(ref);
      }),
    );
  });
});

describe('a reference that is not understood', () => {
  it.each(['', 'ca.key', 'file:', 'pkcs12:token=x', 'PKCS11:token=x'])(
    '"%s" is unknown',
    (text) => {
      expect(() => parseKeyRef(text)).toThrow(
        expect.objectContaining({
          code: 'USAGE',
          message: `unrecognised key "${text}"`,
          hints: ['write file:PATH, or pkcs11:token=LABEL;object=LABEL?module-path=PATH'],
        }),
      );
    },
  );

  it.each([
    ['pkcs11:token=x;object=y', 'module-path is missing'],
    ['pkcs11:tokne=x?module-path=p', 'unknown attribute "tokne"'],
    ['pkcs11:pin-value=1?module-path=p', 'unknown attribute "pin-value"'],
    [
      'pkcs11:token=x?module-path=p&pin-value=1',
      'pin-value shows the PIN to everybody who sees the URI; use pin-source',
    ],
    [
      'pkcs11:token=x?module-path=p&pin-source=pin.txt',
      'pin-source is not the absolute path of a file',
    ],
    [
      'pkcs11:token=x?module-path=p&pin-source=%7Ccat%20/pin',
      'pin-source is not the absolute path of a file',
    ],
    ['pkcs11:?module-path=p&module-name=p', 'module-path and module-name'],
    ['pkcs11:?module-name=lib/p', 'module-name is a path; use module-path'],
    ['pkcs11:slot-id=one?module-path=p', 'slot-id "one" is not a number'],
    ['pkcs11:token=x;;object=y?module-path=p', 'unknown attribute ""'],
    ['pkcs11:token?module-path=p', 'unknown attribute "token"'],
    ['pkcs11:=x?module-path=p', 'unknown attribute "=x"'],
    ['pkcs11:module-path=p', 'unknown attribute "module-path"'],
    ['pkcs11:token=x;token=x?module-path=p', 'attribute "token" twice'],
    ['pkcs11:token=x?module-path=p&module-path=q', 'attribute "module-path" twice'],
    ['pkcs11:token=50%?module-path=p', 'a "%" without two hexadecimal digits'],
    ['pkcs11:id=%0?module-path=p', 'a "%" without two hexadecimal digits'],
    ['pkcs11:id=%g0?module-path=p', 'a "%" without two hexadecimal digits'],
    ['pkcs11:type=public?module-path=p', 'type is not "private"'],
  ])('%s: %s', (text, why) => {
    expect(() => parseKeyRef(text)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: `not a PKCS#11 URI that names a key: ${why}`,
        hints: ['write pkcs11:token=LABEL;object=LABEL?module-path=PATH (RFC 7512)'],
      }),
    );
  });
});

describe('the place of a key, for the audit trail', () => {
  it.each([
    ['keys/ca.key', 'file:keys/ca.key'],
    ['/ca/keys/ca.key', 'file:keys/ca.key'],
    ['/usb/ca.key', 'file:/usb/ca.key'],
  ])('of a file is its path in the directory: %s', (path, place) => {
    expect(keyPlace({ kind: 'file', path }, '/ca')).toBe(place);
  });

  it('of a key in a token has nothing of what opens that', () => {
    const token = 'pkcs11:token=ca;serial=0a1b;object=root;type=private?module-path=/p11.so';
    const opened = `${token}&pin-source=file:/run/pin&x-init-reserved=secret&x-user-type=0x1`;
    expect(keyPlace(parseKeyRef(opened), '/ca')).toBe(token);
  });
});
