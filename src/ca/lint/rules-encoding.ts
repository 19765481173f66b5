import type { EncodingFault } from '../../der/tolerant.ts';
import type { EncodedSubject, LintRule } from './rule.ts';

/** One row for each way in which octets can be BER and not DER. */
const row = (
  id: string,
  fault: EncodingFault,
  cites: string,
  problem: string,
): LintRule<EncodedSubject> => ({
  id,
  cites,
  requires: problem,
  check: ({ faults }) => {
    const at = faults.get(fault);
    return at === undefined ? undefined : `${problem}, first at octet ${at}`;
  },
});

/** How everything that is signed has to be encoded (RFC 5280 §4.1, X.690). */
// biome-ignore format: a table
export const ENCODING_RULES: readonly LintRule<EncodedSubject>[] = [
  row('der-length', 'length', 'X.690 §10.1', 'lengths must be definite and in their shortest form'),
  row('der-boolean', 'boolean', 'X.690 §11.1', 'a BOOLEAN must be 00 or FF'),
  row('der-integer', 'integer', 'X.690 §8.3.2', 'an INTEGER must be in its shortest form'),
  row('der-bit-string', 'bit-string', 'X.690 §11.2.1', 'the unused bits of a BIT STRING must be zero, and fewer than 8'),
  row('der-object-identifier', 'object-identifier', 'X.690 §8.19.2', 'an OBJECT IDENTIFIER must be complete, its arcs in their shortest form'),
  row('der-set-order', 'set-order', 'X.690 §11.6', 'the values of a SET OF must be in ascending order'),
  row('der-default', 'default', 'X.690 §11.5', 'critical must be left out where it is FALSE'),
  row('der-extension-value', 'extension-value', 'RFC 5280 §4.2', 'the value of an extension must be the encoding of one value'),
  row('der-trailing', 'trailing', 'X.690 §8.1', 'nothing must follow'),
];
