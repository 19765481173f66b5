import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../../src/hsm/measure-format.ts';
import { vendorBackup } from '../../../src/hsm/vendor-backup.ts';
import { offeredWraps, unwrapsOf, WRAP_MECHANISMS } from '../../../src/hsm/wrap-formats.ts';
import { QUIRKS, quirksOf, STANDARD } from '../../../src/signers/pkcs11/quirks.ts';
import type { Token } from '../../../src/signers/pkcs11/slots.ts';

const key = randomBytes(32);
const secret = randomBytes(20);
const encrypted = (cipher: string, icv: string, data: Buffer) => {
  const it = createCipheriv(cipher, key, Buffer.from(icv, 'hex'));
  return Buffer.concat([it.update(data), it.final()]);
};
const kw = (data: Buffer) => encrypted('id-aes256-wrap', 'a6a6a6a6a6a6a6a6', data);
const kwp = (data: Buffer) => encrypted('id-aes256-wrap-pad', 'a65959a6', data);

describe('the format of a wrapped key', () => {
  it.each([
    ['kwp', kwp(secret)],
    ['kwp', kwp(Buffer.concat([secret, Buffer.alloc(4)]))], // as SoftHSM 2.6.1 does it
    ['kw-pkcs7', kw(Buffer.concat([secret, Buffer.alloc(4, 4)]))],
    ['kw', kw(Buffer.concat([secret, Buffer.alloc(4)]))],
    ['unknown', kw(Buffer.concat([secret, Buffer.from([1, 2, 3, 4])]))],
    ['unknown', kw(randomBytes(24))],
    ['unknown', randomBytes(32)],
  ])('is seen to be %s', (format, wrapped) => {
    expect(formatOf(wrapped, key, secret)).toBe(format);
  });
});

describe('the mechanisms that wrap', () => {
  const all = new Set(WRAP_MECHANISMS.map(({ number }) => number));
  const names = (rows: typeof WRAP_MECHANISMS) => rows.map(({ name }) => name);
  const of = (vendor: string) =>
    names(offeredWraps(all, quirksOf({ manufacturer: '', model: '' } as Token, vendor)));

  it('count a number of a vendor with that vendor only', () => {
    expect(of('luna')).toContain('CKM_AES_KWP');
    expect(of('luna').join()).not.toContain('CLOUDHSM');
    expect(of('cloudhsm')).toContain('CKM_CLOUDHSM_AES_KEY_WRAP_ZERO_PAD');
    expect(of('softhsm').filter((name) => !name.startsWith('CKM_AES_KEY_WRAP'))).toEqual([]);
  });

  it('unwrap their own format first, and what may be it next', () => {
    const ways = offeredWraps(all, STANDARD);
    expect(names(unwrapsOf('kw', ways))).toEqual(['CKM_AES_KEY_WRAP', 'CKM_AES_KEY_WRAP_PAD']);
    expect(names(unwrapsOf('kwp', ways))).toEqual(['CKM_AES_KEY_WRAP_KWP', 'CKM_AES_KEY_WRAP_PAD']);
    expect(unwrapsOf('unknown', ways)).toEqual(ways);
  });
});

it('every vendor has a word about its own backups', () => {
  for (const { vendor } of QUIRKS) expect(vendorBackup(vendor)).not.toContain('means');
  expect(vendorBackup('standard')).toBe("back the token up with its vendor's means");
});
