/** True for the same octets. Not for secrets: it takes longer the later they differ. */
export const sameOctets = (one: Uint8Array, other: Uint8Array): boolean =>
  Buffer.compare(one, other) === 0;
