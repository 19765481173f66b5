import type { KeyAlgorithm } from '../../algorithms/algorithm.ts';

/** What an authority asks of algorithms; which certificates follow it is a matter of its rows. */
export interface Policy {
  readonly name: PolicyName;
  readonly title: string;
  /** The documents that the rows are taken from, with their editions. */
  readonly cites: string;
  /** Names of algorithms, for where nobody names one. */
  readonly chooses: { readonly caKey: string; readonly subjectKey: string };
  /** What to tell those who make a hybrid of a key that was there before, if anything. */
  readonly reusedKeyNote?: string;
  readonly rules: readonly PolicyRule[];
}

export type PolicyName = 'bsi' | 'anssi' | 'cnsa2';

/** One row, one requirement of one document. */
export interface PolicyRule {
  readonly id: string;
  /** Document and section, or page where the document has no finer ones. */
  readonly cites: string;
  /** The requirement in one line, for the documentation. */
  readonly requires: string;
  /** What is wrong, without saying where, or undefined. */
  readonly check: (use: PolicyUse) => string | undefined;
}

/** One of the two places where a certificate relies on algorithms. */
export interface PolicyUse {
  /** The issuer's signature, or the subject's key. */
  readonly role: 'signature' | 'key';
  /** One, or two that act together (X.509 clause 9.8). */
  readonly algorithms: readonly PolicyAlgorithm[];
  /** notAfter of the certificate: the last time when somebody relies on them. */
  readonly until: Date;
}

export interface PolicyAlgorithm {
  /** Undefined where a token has yet to tell, or for a kind that no row of the registry has. */
  readonly algorithm: KeyAlgorithm | undefined;
  /** The size of an RSA key at hand, which the row of a subject's key does not tell. */
  readonly rsaBits?: number | undefined;
}

/** One algorithm of a use, with composites taken apart. */
export interface PolicyHalf {
  readonly algorithm: KeyAlgorithm | undefined;
  /** As people call it: of an RSA key with the size that it has. */
  readonly name: string;
  readonly rsaBits: number | undefined;
  /** Whether the padding of RSA is decided: an RSA key of a subject can sign with either. */
  readonly signs: boolean;
}

export const halvesOf = ({ role, algorithms }: PolicyUse): readonly PolicyHalf[] =>
  algorithms.flatMap(({ algorithm, rsaBits }) =>
    algorithm?.family === 'composite'
      ? [half(algorithm.mlDsa, true), half(algorithm.classical, true)]
      : [half(algorithm, role === 'signature', rsaBits)],
  );

function half(
  algorithm: KeyAlgorithm | undefined,
  signs: boolean,
  size?: number | undefined,
): PolicyHalf {
  const isRsa = algorithm?.family === 'classical' && algorithm.key.kind === 'rsa';
  const rsaBits = isRsa ? (size ?? algorithm.key.bits) : undefined;
  const name = isRsa && !signs ? `rsa-${rsaBits}` : (algorithm?.name ?? 'an unknown algorithm');
  return { algorithm, name, rsaBits, signs };
}

/** A row about each half by itself: `wrong` says what is wrong with one. */
export const eachHalf =
  (wrong: (half: PolicyHalf, use: PolicyUse) => string | undefined): PolicyRule['check'] =>
  (use) =>
    halvesOf(use)
      .map((one) => wrong(one, use))
      .find((problem) => problem !== undefined);

/** A row that wants a classical half beside ML-DSA. */
export const mlDsaInHybrids: PolicyRule['check'] = (use) => {
  const halves = halvesOf(use);
  const mlDsa = halves.find(({ algorithm }) => algorithm?.family === 'ml-dsa');
  // what is not known yet may be classical; a certificate is looked at again when it is known
  const other = halves.some(({ algorithm }) => !algorithm || algorithm.family === 'classical');
  return mlDsa && !other
    ? `${mlDsa.name} alone, and not in a hybrid with a classical algorithm`
    : undefined;
};

/** A row that wants something better than classical algorithms where they are relied on later. */
export const classicalAloneUntil =
  (lastMoment: Date, words: string): PolicyRule['check'] =>
  (use) => {
    const halves = halvesOf(use);
    const classical = halves.every(({ algorithm }) => algorithm?.family === 'classical');
    return classical && use.until > lastMoment
      ? `${halves.map(({ name }) => name).join(' and ')} alone, and relied on beyond ${words}`
      : undefined;
  };
