import { contextPrimitive, integer, objectIdentifier, sequence } from '../../src/der/writer.ts';
import { encodeCertificatePolicies } from '../../src/x509/certificate-policies.ts';
import type { Extension } from '../../src/x509/extensions.ts';
import { chain, KeyRing, type Level } from './chain.ts';
import { caWith, cn } from './made-certificates.ts';
import type { WantedCase } from './wanted-cases.ts';

const keys = new KeyRing('ed25519');

export const [A, B, C, ANY] = [
  '1.3.6.1.4.1.99999.10',
  '1.3.6.1.4.1.99999.11',
  '1.3.6.1.4.1.99999.12',
  '2.5.29.32.0',
] as const;

export const policies = (...oids: readonly string[]): Extension => ({
  oid: '2.5.29.32',
  critical: true,
  value: encodeCertificatePolicies(oids.map((oid) => ({ oid }))),
});

export const mappings = (...pairs: readonly (readonly [string, string])[]): Extension => ({
  oid: '2.5.29.33',
  critical: true,
  value: sequence(
    ...pairs.map(([issuer, subject]) =>
      sequence(objectIdentifier(issuer), objectIdentifier(subject)),
    ),
  ),
});

const skip = (number: number, count: number) =>
  contextPrimitive(number, integer(count).subarray(2));

export const constrained = (explicit?: number, mapping?: number): Extension => ({
  oid: '2.5.29.36',
  critical: true,
  value: sequence(
    ...(explicit === undefined ? [] : [skip(0, explicit)]),
    ...(mapping === undefined ? [] : [skip(1, mapping)]),
  ),
});

export const inhibitAny = (count: number): Extension => ({
  oid: '2.5.29.54',
  critical: true,
  value: integer(count),
});

const ca = (...extensions: readonly Extension[]): Level => ({ extensions: caWith(...extensions) });
const leaf = (...extensions: readonly Extension[]): Level => ({ extensions });

const P = '(policies, RFC 9618 §5, RFC 5280 §6.1.5 (g))';
const NONE = [`CN=leaf: a CA of its path requires a policy, and there is none that all have ${P}`];
const not = (asked: string, others: string) => [
  `CN=leaf: its path does not hold for the policy ${asked}, ${others} ${P}`,
];
const NO_OTHER = 'for no other either';

function under(
  name: string,
  asked: readonly string[],
  levels: readonly Level[],
  problems: readonly string[] = [],
): WantedCase {
  // without any policy that is asked for, OpenSSL takes none for none, where RFC 5280 has any
  const options = asked.length === 0 ? ['-policy', ANY] : ['-explicit_policy'];
  return {
    name: `with policies: ${name}`,
    made: () => chain(keys, {}, ...levels),
    wanted: { policies: asked },
    openssl: [...options, ...asked.flatMap((oid) => ['-policy', oid])],
    problems,
  };
}

export const POLICY_CASES: readonly WantedCase[] = [
  under('none, and none is asked for', [], [ca(), leaf()]),
  under('none, and one is asked for', [A], [ca(), leaf()], not(A, NO_OTHER)),
  under('the same in all', [A], [ca(policies(A)), leaf(policies(A))]),
  under('another one', [B], [ca(policies(A)), leaf(policies(A))], not(B, `but for ${A}`)),
  under('one of two', [C, B], [ca(policies(A, B)), leaf(policies(B))]),
  under(
    'one that only the CA has',
    [A],
    [ca(policies(A, B)), leaf(policies(B))],
    not(A, `but for ${B}`),
  ),
  under('none in the CA', [A], [ca(), leaf(policies(A))], not(A, NO_OTHER)),
  under('none in the leaf', [A], [ca(policies(A)), leaf()], not(A, NO_OTHER)),
  under('any in the CA', [A], [ca(policies(ANY)), leaf(policies(A))]),
  under('any in the leaf', [A], [ca(policies(A)), leaf(policies(ANY))]),
  {
    ...under(
      'any in CAs of which one inhibits that, and the next maps it',
      [A],
      [ca(policies(ANY), inhibitAny(0)), ca(policies(ANY), mappings([A, A])), leaf(policies(A))],
      not(A, NO_OTHER),
    ),
    opensslDiffers: 'it maps by an anyPolicy that does not count (RFC 5280 §6.1.4 (b) (1))',
  },
  under('any in all', [A], [ca(policies(ANY)), leaf(policies(ANY))]),
  under('different ones, which nobody minds', [], [ca(policies(A)), leaf(policies(B))]),
  under(
    'different ones, and the CA minds',
    [],
    [ca(policies(A), constrained(0)), leaf(policies(B))],
    NONE,
  ),
  under('the same, and the CA minds', [], [ca(policies(A), constrained(0)), leaf(policies(A))]),
  under('none, and the CA minds later', [], [ca(policies(A), constrained(2)), leaf()]),
  under(
    'none, and the CA minds too late for one, not for two',
    [],
    [ca(constrained(1)), ca(), leaf()],
    NONE,
  ),
  under('none, and the leaf minds', [], [ca(), leaf(constrained(0))], NONE),
  under(
    'none, self-issued ones do not count',
    [],
    [{ ...ca(constrained(1)), name: cn('X') }, { ...ca(), name: cn('X') }, leaf()],
    NONE,
  ),
  under(
    'any, which is inhibited',
    [A],
    [ca(policies(A), inhibitAny(0)), leaf(policies(ANY))],
    not(A, NO_OTHER),
  ),
  under(
    'any, which is inhibited later',
    [A],
    [ca(policies(A), inhibitAny(1)), leaf(policies(ANY))],
  ),
  under(
    'any in a self-issued CA, although it is inhibited',
    [A],
    [
      { ...ca(policies(A), inhibitAny(0)), name: cn('X') },
      { ...ca(policies(ANY)), name: cn('X') },
      leaf(policies(A)),
    ],
  ),
  under('one that is mapped', [A], [ca(policies(A), mappings([A, B])), leaf(policies(B))]),
  under(
    'one that is mapped, by its new name',
    [B],
    [ca(policies(A), mappings([A, B])), leaf(policies(B))],
    not(B, `but for ${A}`),
  ),
  under(
    'one that is mapped away',
    [A],
    [ca(policies(A), mappings([A, B])), leaf(policies(A))],
    not(A, NO_OTHER),
  ),
  under(
    'one that is mapped twice over',
    [A],
    [ca(policies(A), mappings([A, B])), ca(policies(B), mappings([B, C])), leaf(policies(C))],
  ),
  under(
    'one that is mapped to two',
    [A],
    [ca(policies(A), mappings([A, B], [A, C])), leaf(policies(C))],
  ),
  under(
    'two that are mapped to one',
    [B],
    [ca(policies(A, B), mappings([A, C], [B, C])), leaf(policies(C))],
  ),
  under('one of any that is mapped', [A], [ca(policies(ANY), mappings([A, B])), leaf(policies(B))]),
  under(
    'mapping that is inhibited',
    [A],
    [
      ca(policies(A), constrained(undefined, 0)),
      ca(policies(A), mappings([A, B])),
      leaf(policies(B)),
    ],
    not(A, NO_OTHER),
  ),
  under(
    'mapping that is inhibited, of another one',
    [B],
    [
      ca(policies(A, B), constrained(undefined, 0)),
      ca(policies(A, B), mappings([A, C])),
      leaf(policies(A, B)),
    ],
  ),
  under(
    'any that is mapped',
    [],
    [ca(policies(A), mappings([ANY, B])), leaf(policies(B))],
    [
      'CN=CA 1: it maps anyPolicy, which stands for itself only (policy-mappings, RFC 5280 §6.1.4 (a))',
    ],
  ),
  under(
    'one named twice',
    [A],
    [ca(policies(A)), leaf(policies(A, A))],
    [`CN=leaf: it names the policy ${A} twice (unique-policies, RFC 5280 §4.2.1.4)`],
  ),
  under('a trust anchor alone', [A], [], []),
];
