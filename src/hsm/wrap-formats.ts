import { CKM, mechanismName } from '../signers/pkcs11/constants.ts';
import type { Quirks } from '../signers/pkcs11/quirks.ts';

/**
 * What a wrapped key is. A PrivateKeyInfo (PKCS #8) is encrypted, whose length is seldom a
 * multiple of 8 octets; the formats differ in how it is padded to one.
 */
export const WRAP_FORMATS = {
  kwp: 'AES key wrap with padding (RFC 5649)',
  'kw-pkcs7': 'AES key wrap (RFC 3394) over PKCS #7 padding',
  kw: 'AES key wrap (RFC 3394), filled up with zeros where needed',
  unknown: 'AES key wrap, padded as the token likes',
} as const;

export type WrapFormat = keyof typeof WRAP_FORMATS;

/** One mechanism of C_WrapKey, by which AES keys encrypt private keys. */
export interface WrapMechanism {
  readonly number: number;
  readonly name: string;
  /** `measured`: modules disagree about it, see measure-format.ts. */
  readonly format: Exclude<WrapFormat, 'unknown'> | 'measured';
  /** Whose number it is; absent: that of PKCS #11. */
  readonly vendor?: string;
  readonly source: string;
}

/** The preferred one first. CKM_RSA_AES_KEY_WRAP is not among them, see decision 9. */
export const WRAP_MECHANISMS: readonly WrapMechanism[] = [
  {
    ...standard(CKM.aesKeyWrapKwp),
    format: 'kwp',
    source: 'PKCS #11 3.2, AES key wrap; so does NSS 3.131',
  },
  {
    ...vendors('luna', 0x8000_0171, 'CKM_AES_KWP'),
    format: 'kwp',
    source: 'Luna cryptoki_v2.h; "identical to CKM_AES_KEY_WRAP_KWP"',
  },
  {
    ...standard(CKM.aesKeyWrapPad),
    format: 'measured',
    source: 'SoftHSM 2.6.1: RFC 5649; NSS 3.131: PKCS #7; CloudHSM client 3: zeros',
  },
  {
    ...standard(CKM.aesKeyWrapPkcs7),
    format: 'kw-pkcs7',
    source: 'PKCS #11 3.2, AES key wrap',
  },
  {
    ...vendors('cloudhsm', 0x8000_210a, 'CKM_CLOUDHSM_AES_KEY_WRAP_PKCS5_PAD'),
    format: 'kw-pkcs7',
    source: 'AWS CloudHSM user guide, manage-aes-key-wrapping',
  },
  {
    ...vendors('cloudhsm', 0x8000_216f, 'CKM_CLOUDHSM_AES_KEY_WRAP_ZERO_PAD'),
    format: 'kw',
    source: 'AWS CloudHSM user guide, manage-aes-key-wrapping',
  },
  {
    ...standard(CKM.aesKeyWrap),
    format: 'kw',
    source: 'RFC 3394; SoftHSM 2.6.1 adds zeros, NSS refuses what does not fit',
  },
  {
    ...vendors('luna', 0x8000_0170, 'CKM_AES_KW'),
    format: 'kw',
    source: 'Luna cryptoki_v2.h',
  },
];

function standard(number: number) {
  return { number, name: mechanismName(number) };
}

function vendors(vendor: string, number: number, name: string) {
  return { number, name, vendor };
}

/** Those that the token offers. A vendor's number says nothing about another vendor's tokens. */
export const offeredWraps = (
  offered: ReadonlySet<number>,
  { vendor }: Quirks,
): readonly WrapMechanism[] =>
  WRAP_MECHANISMS.filter(
    (row) => offered.has(row.number) && (row.vendor === undefined || row.vendor === vendor),
  );

/**
 * Those that may unwrap `format`, the surest first. To try the wrong one is safe: the integrity
 * check of RFC 3394 or RFC 5649 refuses, and the key that comes out has to sign.
 */
export function unwrapsOf(
  format: WrapFormat,
  ways: readonly WrapMechanism[],
): readonly WrapMechanism[] {
  if (format === 'unknown') return ways;
  const measured = ways.filter((way) => way.format === 'measured');
  return [...ways.filter((way) => way.format === format), ...measured];
}
