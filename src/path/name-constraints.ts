import { DerError, enterDer } from '../der/reader.ts';
import { NAME_FORMS, type NameOfForm, nameOfForm, type Subtree } from './name-forms.ts';

/** NameConstraints (RFC 5280 §4.2.1.10): the bases of its subtrees. */
export interface NameConstraints {
  readonly permitted: readonly NameOfForm[];
  readonly excluded: readonly NameOfForm[];
}

export const NAME_CONSTRAINTS_OID = '2.5.29.30';

/** Takes the value of the extension apart; throws DerError. */
export function parseNameConstraints(value: Uint8Array): NameConstraints {
  const reader = enterDer(value);
  const permitted = reader.optional(0xa0);
  const excluded = reader.optional(0xa1);
  reader.end();
  return {
    permitted: permitted ? subtrees(permitted.octets, 0xa0) : [],
    excluded: excluded ? subtrees(excluded.octets, 0xa1) : [],
  };
}

/** GeneralSubtrees; its `minimum` and `maximum` are not used with any form of name. */
function subtrees(octets: Uint8Array, tag: number): readonly NameOfForm[] {
  const reader = enterDer(octets, tag);
  const bases: NameOfForm[] = [];
  while (!reader.done) {
    const subtree = reader.enter();
    const base = subtree.read();
    if (!subtree.done) throw new DerError('a name constraint has a minimum or a maximum');
    bases.push(nameOfForm(base.tag, base.contents));
  }
  return bases;
}

/** Pairs of a name and a subtree that are compared in one validation, over all of its paths. */
const MAX_COMPARISONS = 250_000;

/** Someone whose names constraints can be about. */
interface Named {
  readonly names: readonly NameOfForm[];
}

/** Compares the names of certificates with constraints, each pair of those once. */
export class ConstraintChecker {
  readonly #known = new Map<NameConstraints, Map<Named, string | undefined>>();
  #left = MAX_COMPARISONS;

  /** Why the constraints do not allow the names of the subject; undefined if they do. */
  problem(constraints: NameConstraints, subject: Named): string | undefined {
    const ofConstraints = this.#known.get(constraints) ?? new Map<Named, string | undefined>();
    this.#known.set(constraints, ofConstraints);
    if (ofConstraints.has(subject)) return ofConstraints.get(subject);
    const { permitted, excluded } = constraints;
    const comparisons = subject.names.length * (permitted.length + excluded.length);
    if (comparisons > this.#left) return 'there are too many names and name constraints to compare';
    this.#left -= comparisons;
    const problem = constraintProblem(constraints, subject.names);
    ofConstraints.set(subject, problem);
    return problem;
  }
}

function constraintProblem(
  { permitted, excluded }: NameConstraints,
  names: readonly NameOfForm[],
): string | undefined {
  for (const name of names) {
    const problem = nameProblem(name, permitted, excluded);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function nameProblem(
  name: NameOfForm,
  permitted: readonly NameOfForm[],
  excluded: readonly NameOfForm[],
): string | undefined {
  const ofForm = ({ tag }: NameOfForm) => tag === name.tag;
  const [allowed, forbidden] = [permitted.filter(ofForm), excluded.filter(ofForm)];
  if (allowed.length === 0 && forbidden.length === 0) return undefined;
  const form = NAME_FORMS.find(({ tag }) => tag === name.tag);
  if (!form) return 'its name constraints are of a form that is not supported';
  const within = (base: NameOfForm, subtree: Subtree) => form.within(name, base, subtree);
  const shown = form.name === 'directory name' || form.name === 'IP address' ? '' : ` ${name.text}`;
  const what = `the ${form.name}${shown}`;
  const outsides = allowed.map((base) => within(base, 'permitted'));
  const insides = forbidden.map((base) => within(base, 'excluded'));
  if ([...outsides, ...insides].includes(undefined)) {
    return `${what} cannot be compared with its name constraints`;
  }
  if (insides.includes(true)) return `${what} is excluded by its name constraints`;
  if (allowed.length > 0 && !outsides.includes(true)) {
    return `${what} is not permitted by its name constraints`;
  }
  return undefined;
}
