/** Numbers that look random and are the same for the same seed: xorshift, 32 bits. */
export class Random {
  #state: number;

  constructor(seed: string) {
    let hash = 0x811c9dc5; // FNV-1a
    for (const octet of Buffer.from(seed)) hash = Math.imul(hash ^ octet, 0x01000193);
    this.#state = hash >>> 0 || 1;
    for (let warm = 0; warm < 8; warm++) this.#next();
  }

  #next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state;
  }

  /** From 0 to below `limit`, which is above 0. */
  below(limit: number): number {
    return this.#next() % limit;
  }

  /** One of them; of nothing, an error. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(Math.max(items.length, 1))];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  octets(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
