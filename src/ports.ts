/** The current time. Passed in, so that a test or a ceremony can say what time it is. */
export type Clock = () => Date;

/** Returns `length` octets of a cryptographically strong random source. */
export type Entropy = (length: number) => Uint8Array;

/** What the clocks of machines may differ by that issue for one CA in turn. Milliseconds. */
export const CLOCK_TOLERANCE = 300_000;
