import type { OcspAnswer } from './ocsp.ts';

/** What an answer depends on. */
export interface AnswerKey {
  /** CertID, DER, as it was asked. */
  readonly certId: Uint8Array;
  /** What the store tells of the certificate and of the responder, as text to be compared. */
  readonly state: string;
}

/** All answers together. Octets; those of SLH-DSA have 100,000 each, of ECDSA about 1,000. */
const MAX_OCTETS = 32 * 1024 * 1024;

/** A new answer is signed after this part of the time that one holds, and after an hour. */
const SHARE = 4;
const LONGEST = 3_600_000; // milliseconds

/**
 * Answers that were signed a short while ago, for those who ask without a nonce, so that questions
 * cost no signature each. Whoever asks has looked into the store first: an answer is given again only
 * while that says the same. A certificate has a handful of CertIDs, so that strangers cannot have
 * more answers kept than there are certificates; the ones asked for last are kept.
 */
export class OcspCache {
  readonly #kept = new Map<string, { readonly state: string; readonly answer: OcspAnswer }>();
  readonly #coming = new Map<string, Promise<OcspAnswer>>();
  readonly #most: number;
  #octets = 0;

  constructor(most = MAX_OCTETS) {
    this.#most = most;
  }

  /** Octets of the answers that are kept. */
  get octets(): number {
    return this.#octets;
  }

  /** The answer that is kept, or is being signed already, for this key; else what `sign` makes. */
  async answer(
    { certId, state }: AnswerKey,
    now: Date,
    sign: () => Promise<OcspAnswer>,
  ): Promise<OcspAnswer> {
    const id = Buffer.from(certId).toString('hex');
    const kept = this.#take(id);
    if (kept?.state === state && isFresh(kept.answer, now)) {
      this.#keep(id, kept.state, kept.answer);
      return kept.answer;
    }
    const key = `${id} ${state}`;
    const coming = this.#coming.get(key) ?? sign();
    this.#coming.set(key, coming);
    try {
      const answer = await coming;
      this.#take(id);
      this.#keep(id, state, answer);
      return answer;
    } finally {
      this.#coming.delete(key);
    }
  }

  #take(id: string) {
    const found = this.#kept.get(id);
    if (found && this.#kept.delete(id)) this.#octets -= found.answer.der.length;
    return found;
  }

  /** At the end of the map, whose start goes when there is too much. */
  #keep(id: string, state: string, answer: OcspAnswer): void {
    this.#kept.set(id, { state, answer });
    this.#octets += answer.der.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#octets <= this.#most) return;
      this.#take(oldest);
    }
  }
}

/** A clock that was set back makes an answer one of the future, which clients refuse. */
function isFresh({ data }: OcspAnswer, now: Date): boolean {
  const [single] = data?.responses ?? [];
  if (!single?.nextUpdate) return false;
  const age = now.getTime() - single.thisUpdate.getTime();
  const holds = single.nextUpdate.getTime() - single.thisUpdate.getTime();
  return age >= 0 && age < Math.min(holds / SHARE, LONGEST);
}
