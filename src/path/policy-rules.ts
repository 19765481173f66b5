import { ANY_POLICY } from '../x509/policy-extensions.ts';
import type { PathCertificate } from './path-certificate.ts';
import type { PathRule } from './path-rules.ts';
import { PolicyGraph } from './policy-graph.ts';

/** What certificates say about policies has to agree with each other, and with what is asked. */
export const POLICY_RULES: readonly PathRule[] = [
  {
    id: 'policy-mappings',
    cites: 'RFC 5280 §6.1.4 (a)',
    check: ({ subject, index }) => {
      const { mappings } = subject.policies;
      const any = mappings.some(
        ({ issuerDomain, subjectDomain }) =>
          issuerDomain === ANY_POLICY || subjectDomain === ANY_POLICY,
      );
      return any && index > 0 ? 'it maps anyPolicy, which stands for itself only' : undefined;
    },
  },
  {
    id: 'unique-policies',
    cites: 'RFC 5280 §4.2.1.4',
    check: ({ subject: { policies } }) => {
      const seen = new Set<string>();
      const repeated = policies.policies?.find((policy) => seen.size === seen.add(policy).size);
      return repeated && `it names the policy ${repeated} twice`;
    },
  },
  {
    id: 'policies',
    cites: 'RFC 9618 §5, RFC 5280 §6.1.5 (g)',
    check: ({ path, index, wanted: { policies } }) =>
      index === 0 ? policyProblem(path, policies ?? []) : undefined,
  },
];

/** The state variables of RFC 5280 §6.1.2 (d) to (f): certificates until something is so. */
interface PolicyState {
  explicit: number;
  inhibitAny: number;
  inhibitMapping: number;
}

/**
 * RFC 5280 §6.1 with the changes of RFC 9618, for what it says about policies. To ask for some is
 * to ask for an explicit one; the trust anchor's own say nothing (§6.1.1 (d)).
 */
function policyProblem(
  path: readonly PathCertificate[],
  asked: readonly string[],
): string | undefined {
  const below = path.slice(0, -1).toReversed(); // the one that the anchor issued first
  const never = below.length + 1;
  const explicit = asked.length > 0 ? 0 : never;
  const state: PolicyState = { explicit, inhibitAny: never, inhibitMapping: never };
  const graph = new PolicyGraph();
  for (const [index, certificate] of below.entries()) {
    const last = index === below.length - 1;
    const anyCounts = state.inhibitAny > 0 || (!last && certificate.selfIssued);
    graph.descend(certificate.policies.policies, anyCounts);
    if (state.explicit === 0 && graph.isEmpty) return noPolicy(asked);
    if (last) break;
    graph.map(certificate.policies.mappings, state.inhibitMapping > 0);
    prepareNext(state, certificate);
  }
  const leaf = below.at(-1);
  if (!leaf) return undefined;
  const required = state.explicit <= 1 || leaf.policies.requireExplicitPolicy === 0;
  const found = graph.policies();
  return required && !serves(found, asked) ? noPolicy(asked, found) : undefined;
}

/** Steps (h) to (j) of §6.1.4. */
function prepareNext(state: PolicyState, { policies, selfIssued }: PathCertificate): void {
  const next = (current: number, limit: number | undefined) =>
    Math.min(selfIssued ? current : Math.max(current - 1, 0), limit ?? Number.POSITIVE_INFINITY);
  state.explicit = next(state.explicit, policies.requireExplicitPolicy);
  state.inhibitMapping = next(state.inhibitMapping, policies.inhibitPolicyMapping);
  state.inhibitAny = next(state.inhibitAny, policies.inhibitAnyPolicy);
}

const serves = (found: ReadonlySet<string>, asked: readonly string[]): boolean =>
  asked.length === 0 || asked.includes(ANY_POLICY) || found.has(ANY_POLICY)
    ? found.size > 0
    : asked.some((policy) => found.has(policy));

function noPolicy(asked: readonly string[], found: ReadonlySet<string> = new Set()): string {
  if (asked.length === 0)
    return 'a CA of its path requires a policy, and there is none that all have';
  const others = found.size === 0 ? 'for no other either' : `but for ${[...found].join(', ')}`;
  return `its path does not hold for the policy ${asked.join(' or ')}, ${others}`;
}
