import { ANY_POLICY, type PolicyMapping } from '../x509/policy-extensions.ts';

/** A policy that holds for a certificate, at its depth in the path (RFC 9618 §5.1). */
interface PolicyNode {
  readonly policy: string;
  /** Policies that count as this one in the next certificate. */
  expected: readonly string[];
  readonly parents: readonly PolicyNode[];
  children: number;
}

type Level = Map<string, PolicyNode>;

/**
 * The valid_policy_graph of RFC 9618: each policy at each depth is one node, whereas in the tree of
 * RFC 5280 there was one for each way to it, of which hostile mappings make exponentially many. Its
 * size is at most that of all policies and mappings in the path.
 */
export class PolicyGraph {
  readonly #levels: Level[] = [new Map([[ANY_POLICY, newNode(ANY_POLICY, [])]])];

  /** True once no policy is left; RFC 9618 calls the graph NULL then. */
  get isEmpty(): boolean {
    return this.#leaves.size === 0;
  }

  get #leaves(): Level {
    return this.#levels.at(-1) ?? new Map();
  }

  /** Steps (d) and (e) of §5.3: what the policies of the next certificate leave. */
  descend(policies: readonly string[] | undefined, anyPolicyCounts: boolean): void {
    const above = expectedBy(this.#leaves.values());
    const any = this.#leaves.get(ANY_POLICY);
    const level: Level = new Map();
    for (const policy of policies ?? []) {
      if (policy === ANY_POLICY || level.has(policy)) continue;
      const parents = above.get(policy) ?? (any ? [any] : []);
      if (parents.length > 0) level.set(policy, newNode(policy, parents));
    }
    if (anyPolicyCounts && policies?.includes(ANY_POLICY)) {
      for (const [policy, parents] of above) {
        if (!level.has(policy)) level.set(policy, newNode(policy, parents));
      }
    }
    this.#levels.push(level);
    this.#prune();
  }

  /** Step (b) of §5.4: what a CA holds to be equal in what it issues, where that is allowed. */
  map(mappings: readonly PolicyMapping[], allowed: boolean): void {
    const byIssuer = Map.groupBy(mappings, ({ issuerDomain }) => issuerDomain);
    for (const [policy, pairs] of byIssuer) {
      if (allowed) this.#expect(policy, new Set(pairs.map(({ subjectDomain }) => subjectDomain)));
      else this.#delete(this.#leaves, policy);
    }
    this.#prune();
  }

  /** The authority_constrained_policy_set (§5.5): what the path is valid for by its CAs. */
  policies(): ReadonlySet<string> {
    const found = new Set<string>();
    if (this.isEmpty) return found;
    for (const level of this.#levels.slice(1)) {
      for (const { policy, parents } of level.values()) {
        const ofAny = parents.every((parent) => parent.policy === ANY_POLICY);
        if (policy !== ANY_POLICY && ofAny) found.add(policy);
      }
    }
    if (this.#leaves.has(ANY_POLICY)) found.add(ANY_POLICY);
    return found;
  }

  #expect(policy: string, expected: ReadonlySet<string>): void {
    const leaves = this.#leaves;
    const known = leaves.get(policy);
    const any = leaves.get(ANY_POLICY);
    if (known) known.expected = [...expected];
    else if (any) leaves.set(policy, { ...newNode(policy, any.parents), expected: [...expected] });
  }

  /** Removes what leads to no leaf. */
  #prune(): void {
    for (const level of this.#levels.slice(0, -1).toReversed()) {
      for (const { policy, children } of level.values()) {
        if (children === 0) this.#delete(level, policy);
      }
    }
  }

  #delete(level: Level, policy: string): void {
    for (const parent of level.get(policy)?.parents ?? []) parent.children--;
    level.delete(policy);
  }
}

function newNode(policy: string, parents: readonly PolicyNode[]): PolicyNode {
  for (const parent of parents) parent.children++;
  return { policy, expected: [policy], parents, children: 0 };
}

/** The nodes that expect a policy, for each policy that is expected. */
function expectedBy(nodes: Iterable<PolicyNode>): ReadonlyMap<string, readonly PolicyNode[]> {
  const found = new Map<string, PolicyNode[]>();
  for (const node of nodes) {
    for (const policy of node.expected) {
      const expecting = found.get(policy);
      if (expecting) expecting.push(node);
      else found.set(policy, [node]);
    }
  }
  return found;
}
