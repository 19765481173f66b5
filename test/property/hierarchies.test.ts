import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boolean, integer, objectIdentifier, sequence } from '../../src/der/writer.ts';
import { validatePath } from '../../src/path/validate-path.ts';
import { EXTENSION_OID, type Extension } from '../../src/x509/extensions.ts';
import type { GeneralName } from '../../src/x509/general-names.ts';
import { encodeNameConstraints, type NameSubtrees } from '../../src/x509/name-subtrees.ts';
import { encodeName } from '../../src/x509/names.ts';
import { AT, type Chain, chain, inputOf, KeyRing, type Level } from '../path/chain.ts';
import { pemOf, san, unknown, usage } from '../path/made-certificates.ts';
import { purpose } from '../path/made-responses.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { tool, tryTool } from '../support/tools.ts';

const cwd = temporaryDirectory();
const keys = new KeyRing('ed25519');
const openssl = tool('openssl-3.5');
const RUNS = 150;

/** Mostly the first one, so that hierarchies hold often enough. */
const mostly = <Value>(usual: Value, ...others: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof(
    { arbitrary: fc.constant(usual), weight: 8 * others.length },
    ...others.map((other) => ({ arbitrary: fc.constant(other), weight: 1 })),
  );

const extension = (oid: string, critical: boolean, value: Uint8Array): Extension => ({
  oid,
  critical,
  value,
});

interface Basic {
  readonly ca: boolean;
  readonly critical: boolean;
}

const basicConstraints = ({ ca, critical }: Basic, pathLength: number | undefined): Extension =>
  extension(
    EXTENSION_OID.basicConstraints,
    critical,
    sequence(
      ...(ca ? [boolean(true)] : []),
      ...(ca && pathLength !== undefined ? [integer(pathLength)] : []),
    ),
  );

const policies = (...oids: readonly string[]): Extension =>
  extension('2.5.29.32', false, sequence(...oids.map((oid) => sequence(objectIdentifier(oid)))));

/** Few, so that names and constraints meet. */
const HOSTS = ['a.example', 'b.a.example', 'b.example'];
const subtrees: fc.Arbitrary<NameSubtrees> = fc.oneof(
  fc.constantFrom('a.example', 'b.example', 'example').map((name) => ({ dns: [name] })),
  fc.constantFrom('x@a.example', 'a.example', '.example').map((name) => ({ email: [name] })),
  fc.constantFrom('192.0.2.0/24', '0.0.0.0/0', '10.0.0.0/8').map((net) => ({ ip: [net] })),
  fc.constantFrom('a.example', '.a.example').map((name) => ({ uri: [name] })),
  fc.constantFrom('A', 'B').map((value) => ({ directory: [[{ type: 'O', value }]] })),
);
const constraints = fc
  .record({ permitted: subtrees, excluded: subtrees }, { requiredKeys: [] })
  .map((input) => {
    const value = encodeNameConstraints(input);
    return value ? [extension(EXTENSION_OID.nameConstraints, true, value)] : [];
  });

const names: fc.Arbitrary<GeneralName> = fc.oneof(
  fc.constantFrom(...HOSTS).map((value) => ({ type: 'dns', value }) as const),
  fc.constantFrom('x@a.example', 'y@b.example').map((value) => ({ type: 'email', value }) as const),
  fc.constantFrom('192.0.2.1', '10.1.1.1').map((value) => ({ type: 'ip', value }) as const),
  fc.constantFrom(...HOSTS).map((host) => ({ type: 'uri', value: `https://${host}/` }) as const),
);

const DAY = 86_400_000;
const at = (days: number): Date => new Date(AT.getTime() + days * DAY);

/** What every certificate may have. */
const common = {
  organization: fc.constantFrom('A', 'B'),
  validity: mostly<readonly [number, number]>([-100, 100], [-1, 1], [-9, -1], [1, 9]),
  more: mostly<readonly Extension[]>(
    [],
    [unknown(false)],
    [unknown(true)],
    [policies('1.2.3')],
    [purpose('serverAuth')],
    [purpose('clientAuth')],
  ),
};

const authority = fc.record({
  ...common,
  basic: mostly<Basic | undefined>(
    { ca: true, critical: true },
    { ca: true, critical: false },
    { ca: false, critical: true },
    undefined,
  ),
  pathLength: mostly<number | undefined>(undefined, 0, 1, 2),
  usage: mostly<readonly number[] | undefined>([5, 6], [5], [0, 6], undefined),
  constraints: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: constraints },
  ),
  selfIssued: mostly(false, true),
});

const leaf = fc.record({
  ...common,
  basic: mostly<Basic | undefined>(undefined, { ca: false, critical: true }),
  usage: mostly<readonly number[] | undefined>([0], undefined, [0, 2]),
  names: fc.array(names, { maxLength: 2 }),
});

type Authority = typeof authority extends fc.Arbitrary<infer Value> ? Value : never;
type Leaf = typeof leaf extends fc.Arbitrary<infer Value> ? Value : never;

const named = (organization: string, commonName: string): Uint8Array =>
  encodeName([
    { type: 'O', value: organization },
    { type: 'CN', value: commonName },
  ]);

const levelOf = (
  one: Authority | Leaf,
  name: Uint8Array,
  extensions: readonly Extension[],
): Level => ({
  name,
  tbs: { notBefore: at(one.validity[0]), notAfter: at(one.validity[1]) },
  extensions: [
    ...(one.basic
      ? [basicConstraints(one.basic, 'pathLength' in one ? one.pathLength : undefined)]
      : []),
    ...(one.usage ? [usage(...one.usage)] : []),
    ...extensions,
    ...one.more,
  ],
});

function hierarchy(authorities: readonly Authority[], end: Leaf): Promise<Chain> {
  const levels: Level[] = [];
  for (const [index, one] of authorities.entries()) {
    const above = one.selfIssued ? levels.at(-1)?.name : undefined;
    levels.push(levelOf(one, above ?? named(one.organization, `CA ${index}`), one.constraints));
  }
  const alternative = end.names.length === 0 ? [] : [san(...end.names)];
  return chain(keys, ...levels, levelOf(end, named(end.organization, 'leaf'), alternative));
}

function opensslVerdict({ root, intermediates, leaf: end }: Chain): string {
  const file = (title: string, text: string) => {
    const path = join(cwd, title);
    writeFileSync(path, text);
    return path;
  };
  const untrusted =
    intermediates.length > 0 ? ['-untrusted', file('cas', pemOf(...intermediates))] : [];
  const { status, output } = tryTool(
    openssl ?? '',
    ...['verify', '-x509_strict', '-check_ss_sig', '-attime', String(AT.getTime() / 1000)],
    ...['-CAfile', file('root', pemOf(root)), ...untrusted, file('leaf', pemOf(end))],
  );
  return status === 0 ? 'OK' : output;
}

/** OpenSSL, when strict, wants a key usage in each CA; RFC 5280 §6.1.4 (n) looks at one that is there. */
const isLessStrict = (authorities: readonly Authority[]): boolean =>
  authorities.some(({ usage: given }) => given === undefined);

const REACHED = [
  ...['ca-basic-constraints-critical', 'critical-extensions', 'issuer-is-ca', 'validity'],
  ...['issuer-may-sign-certificates', 'name-constraints', 'path-length'],
];

describe.skipIf(!openssl)('random hierarchies under random constraints', () => {
  it('are what OpenSSL makes of them', async () => {
    const verdicts = { accepted: 0, refused: 0 };
    const reached = new Set<string>();
    const cas = fc.array(authority, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cas, leaf, async (authorities, end) => {
        const made = await hierarchy(authorities, end);
        const { problems, findings } = await validatePath(inputOf(made));
        const theirs = opensslVerdict(made);
        const about = JSON.stringify({ authorities, end, problems, theirs });
        const accepted = problems.length === 0 && !isLessStrict(authorities);
        expect(accepted, about).toBe(theirs === 'OK');
        verdicts[accepted ? 'accepted' : 'refused']++;
        for (const { id } of findings) reached.add(id);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    // the generators make enough of either, and of every kind
    expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(RUNS / 5);
    expect([...reached].toSorted()).toEqual(expect.arrayContaining(REACHED));
  }, 120_000);
});
