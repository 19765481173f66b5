import type { Judge } from './judges.ts';
import { BOTAN, BOUNCY_CASTLE, NODE, NSS, OPENSSL_3_0, OPENSSL_3_5 } from './judges.ts';
import type { Verdict } from './matrix.ts';
import type { Row } from './rows.ts';

const COLUMNS = [OPENSSL_3_0, OPENSSL_3_5, BOTAN, BOUNCY_CASTLE, NODE, NSS] as const;

type Verdicts = readonly [Verdict, Verdict, Verdict, Verdict, Verdict, Verdict];

/**
 * What each judge makes of each kind of signature; the first row that fits counts. A judge that
 * learns an algorithm changes a cell, and this table has to follow.
 */
// biome-ignore format: a table
const EXPECTED: readonly (readonly [kind: RegExp, ...verdicts: Verdicts])[] = [
  //                    OpenSSL 3.0  ≥ 3.5        Botan        Bouncy C.   Node         NSS
  [/^rsa-/,             'verifies',  'verifies',  'verifies',  'verifies', 'verifies',  'verifies'],
  [/^ecdsa-p/,          'verifies',  'verifies',  'verifies',  'verifies', 'verifies',  'verifies'],
  [/^ecdsa-brainpool/,  'verifies',  'verifies',  'verifies',  'verifies', 'verifies',  'no'],
  [/^ed25519$/,         'verifies',  'verifies',  'verifies',  'verifies', 'verifies',  'CA only'],
  [/^ed448$/,           'verifies',  'verifies',  'verifies',  'verifies', 'verifies',  'no'],
  [/^ml-dsa-/,          'no',        'verifies',  'verifies',  'verifies', 'verifies',  'verifies'],
  [/^slh-dsa-/,         'no',        'verifies',  'verifies',  'verifies', 'verifies',  'no'],
  [/^MLDSA/,            'no',        'no',        'no',        'verifies', 'no',        'no'],
  [/^catalyst /,        'classical', 'classical', 'classical', 'verifies', 'classical', 'classical'],
];

/** What the cell should say; in the token group nobody is given end-entity keys of the CA's kind. */
export function expectedVerdict({ kind, keyAlgorithm }: Row, judge: Judge): Verdict {
  const found = EXPECTED.find(([pattern]) => pattern.test(kind));
  if (!found)
    throw new Error(`nobody said who verifies ${kind}: add it to test/interop/expected.ts`);
  const [, ...verdicts] = found;
  const expected = verdicts[COLUMNS.indexOf(judge as (typeof COLUMNS)[number])];
  if (!expected) throw new Error(`the table has no column for ${judge.name}`);
  return expected === 'CA only' && keyAlgorithm === undefined ? 'verifies' : expected;
}
