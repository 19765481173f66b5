import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ISSUER_RULES } from '../../src/ca/lint/rules-issuer.ts';
import { approve } from '../../src/ca/lint.ts';
import { PkiError } from '../../src/errors.ts';
import { validatePath } from '../../src/path/validate-path.ts';
import { profileNamed } from '../../src/profiles/built-in.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { EXTENSION_OID } from '../../src/x509/extensions.ts';
import type { GeneralName } from '../../src/x509/general-names.ts';
import { encodeNameConstraints, type NameConstraintsInput } from '../../src/x509/name-subtrees.ts';
import { encodeName, type NameAttribute } from '../../src/x509/names.ts';
import { AT, chain, inputOf, KeyRing } from '../path/chain.ts';
import { CA, cn, make, pemOf, san } from '../path/made-certificates.ts';
import { issuerWith } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { tool, tryTool } from '../support/tools.ts';

const cwd = temporaryDirectory();
const keys = new KeyRing('ed25519');

/** Few labels, so that names and subtrees meet often. */
const host = fc
  .array(fc.constantFrom('a', 'b', 'A', 'ab'), { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join('.'));
const local = fc.constantFrom('x', 'X', 'y');
const mailbox = fc.tuple(local, host).map(([name, domain]) => `${name}@${domain}`);
const hosts = fc.oneof(
  host,
  host.map((name) => `.${name}`),
);
const octet = fc.constantFrom(0, 1, 127, 128, 255);
const attribute: fc.Arbitrary<NameAttribute> = fc.record({
  type: fc.constantFrom('O', 'OU'),
  value: fc.constantFrom('a', 'b', 'A', 'a  b', 'ü'),
});
const directory = fc.array(attribute, { minLength: 1, maxLength: 3 });

/** A network with no bit set after its prefix. */
const network = fc
  .tuple(fc.array(octet, { minLength: 4, maxLength: 4 }), fc.constantFrom(0, 1, 8, 9, 25, 32))
  .map(([octets, prefix]) => {
    const masked = octets.map((value, index) => {
      const bits = Math.min(8, Math.max(0, prefix - 8 * index));
      return value & (0xff << (8 - bits));
    });
    return `${masked.join('.')}/${prefix}`;
  });

const list = <Item>(item: fc.Arbitrary<Item>) => fc.array(item, { maxLength: 2 });
const subtrees = fc.record(
  {
    dns: list(host),
    email: list(fc.oneof(mailbox, hosts)),
    ip: list(network),
    uri: list(hosts),
    directory: list(directory),
  },
  { requiredKeys: [] },
);
const tree = fc.record({ permitted: subtrees, excluded: subtrees }, { requiredKeys: [] });

const generalName: fc.Arbitrary<GeneralName> = fc.oneof(
  host.map((value) => ({ type: 'dns', value }) as const),
  mailbox.map((value) => ({ type: 'email', value }) as const),
  host.map((value) => ({ type: 'uri', value: `http://${value}/a` }) as const),
  fc
    .array(octet, { minLength: 4, maxLength: 4 })
    .map((octets) => ({ type: 'ip', value: octets.join('.') }) as const),
);
const named = fc.record({
  subject: directory,
  names: fc.array(generalName, { minLength: 1, maxLength: 2 }),
});

/** An extension, if there is anything in it. */
const constraintsOf = (input: NameConstraintsInput) => {
  const value = encodeNameConstraints(input);
  return value ? [{ oid: EXTENSION_OID.nameConstraints, critical: true, value }] : [];
};

const RULE = ISSUER_RULES.filter(({ id }) => id === 'issuer-name-constraints');

/** Whether the CA would have issued the certificate, as far as names go. */
async function issued(ca: Certificate, { tbs }: Certificate): Promise<boolean> {
  const { signer } = await keys.party('CA', cn('CA'));
  const own = { signer, alternative: undefined, async [Symbol.asyncDispose]() {} };
  const profile = profileNamed('tls-client');
  const none = {
    at: tbs.notBefore,
    related: undefined,
    existing: undefined,
    keepsName: false,
    background: {},
    requestHash: undefined,
  };
  const drafted = { tbs, profile, subject: [], notes: [], ...none };
  try {
    return approve(drafted, issuerWith(ca, own), RULE).tbs !== undefined;
  } catch (error) {
    if (error instanceof PkiError && error.code === 'POLICY') return false;
    throw error;
  }
}

const openssl = tool('openssl-3.5');

describe.skipIf(!openssl)('random names under random name constraints', () => {
  it('are what OpenSSL makes of them, when issued and when verified', async () => {
    const { root } = await chain(keys, {});
    const [anchor, ca, leaf] = await Promise.all(
      ['Root', 'CA', 'leaf'].map((role) => keys.party(role, cn(role))),
    );
    if (!anchor || !ca || !leaf) throw new Error('no keys');
    const path = (name: string) => join(cwd, name);
    writeFileSync(path('root.pem'), pemOf(root));
    const verdicts = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        tree,
        fc.array(named, { minLength: 8, maxLength: 8 }),
        async (input, all) => {
          const extensions = [...CA, ...constraintsOf(input)];
          const constrained = await make({ subject: ca, issuer: anchor, extensions });
          writeFileSync(path('ca.pem'), pemOf(constrained));
          const leaves: Certificate[] = [];
          for (const [index, { subject, names }] of all.entries()) {
            const party = { ...leaf, name: encodeName(subject) };
            const made = await make({ subject: party, issuer: ca, extensions: [san(...names)] });
            writeFileSync(path(`${index}.pem`), pemOf(made));
            leaves.push(made);
          }
          const files = leaves.map((_, index) => path(`${index}.pem`));
          const { output } = tryTool(
            ...[openssl ?? '', 'verify', '-attime', String(AT.getTime() / 1000)],
            ...['-CAfile', path('root.pem'), '-untrusted', path('ca.pem'), ...files],
          );
          for (const [index, made] of leaves.entries()) {
            const whole = { certificates: [], root, intermediates: [constrained], leaf: made };
            const { problems } = await validatePath(inputOf(whole));
            const accepted = output.split('\n').includes(`${path(`${index}.pem`)}: OK`);
            const about = JSON.stringify({ input, named: all[index], problems, output });
            expect(problems.length === 0, about).toBe(accepted);
            expect(await issued(constrained, made), about).toBe(accepted);
            verdicts[accepted ? 'accepted' : 'refused']++;
          }
        },
      ),
      { numRuns: 25, endOnFailure: true },
    );
    // the generators make enough of either
    expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(10);
  }, 60_000);
});
