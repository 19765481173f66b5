/** The schemes that docs/hybrid.md compares, and `npm run bench` measures: the keys of a CA. */
export interface Scheme {
  /** As the document calls it. */
  readonly name: string;
  readonly signing: string;
  /** The other key of Catalyst. */
  readonly alternative?: string;
}

const alone = (signing: string): Scheme => ({ name: signing, signing });

const catalyst = (signing: string, alternative: string): Scheme => ({
  name: `Catalyst: ${signing}, ${alternative}`,
  signing,
  alternative,
});

/** What the times of the others are told as multiples of. */
export const REFERENCE = alone('ecdsa-p384');

export const SCHEMES: readonly Scheme[] = [
  alone('ecdsa-p256'),
  REFERENCE,
  alone('rsa-3072'),
  alone('ml-dsa-44'),
  alone('ml-dsa-65'),
  alone('ml-dsa-87'),
  catalyst('ecdsa-p384', 'ml-dsa-65'),
  alone('MLDSA65-ECDSA-P256-SHA512'),
  alone('MLDSA65-ECDSA-P384-SHA512'),
  alone('MLDSA87-ECDSA-P384-SHA512'),
  alone('slh-dsa-sha2-128s'),
  alone('slh-dsa-sha2-128f'),
  alone('slh-dsa-sha2-192s'),
];
