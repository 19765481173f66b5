import { describe, expect, it } from 'vitest';
import { MAX_SIGNED_PAIRS } from '../../src/path/path-signatures.ts';
import { validatePath } from '../../src/path/validate-path.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { encodeName } from '../../src/x509/names.ts';
import { chain, inputOf, KeyRing } from './chain.ts';
import { CA, caWith, cn, constraints, dns, dnsBase, make, san } from './made-certificates.ts';

const keys = new KeyRing('ed25519');

/** Certificates of CAs that all have one name and one key, so that each issued all the others. */
async function clique(count: number): Promise<readonly Certificate[]> {
  const party = await keys.party('CA 1', cn('CA 1'));
  const made = { subject: party, issuer: party, extensions: CA };
  return Promise.all(Array.from({ length: count }, () => make(made)));
}

const GIVEN_UP =
  'CN=leaf: there are too many possible paths and not all were tried, give fewer certificates (trust-anchor, RFC 5280 §6.1)';

describe('certificates that issued each other', () => {
  it('do not hide a path that is there', async () => {
    const made = await chain(keys, {}, {}, {});
    const intermediates = [...(await clique(60)), ...made.intermediates];
    const { problems, path } = await validatePath({ ...inputOf(made), intermediates });
    expect(problems).toEqual([]);
    expect(path.length).toBe(3);
  });

  it('without end, and without a trusted one, are given up soon', async () => {
    const made = await chain(keys, {}, {}, {});
    const started = performance.now();
    const result = await validatePath({ ...inputOf(made), intermediates: await clique(300) });
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(result.problems.at(-1)).toBe(GIVEN_UP);
    expect(result.path.length).toBeLessThanOrEqual(10);
  });

  it('are in no path twice', async () => {
    const made = await chain(keys, {}, {}, {});
    const { path } = await validatePath({ ...inputOf(made), intermediates: await clique(2) });
    expect(path.length).toBe(3);
    expect(new Set(path.map(({ certificate }) => certificate)).size).toBe(3);
  });

  it('have a bounded number of signatures checked', async () => {
    const name = (level: number, branch: number) => cn(level === 0 ? 'Root' : `${level} ${branch}`);
    const ca = async (level: number, branch: number) =>
      make({
        subject: await keys.party(`CA ${level}`, level === 3 ? cn('CA 3') : name(level, branch)),
        issuer: await keys.party(level === 1 ? 'Root' : `CA ${level - 1}`, name(level - 1, branch)),
        extensions: CA,
      });
    const branches = async (count: number) =>
      (
        await Promise.all(
          Array.from({ length: count }, (_, branch) =>
            Promise.all([1, 2, 3].map((level) => ca(level, branch))),
          ),
        )
      ).flat();
    const made = await chain(
      keys,
      {},
      {},
      {},
      {},
      {
        tbs: { notAfter: new Date('2026-02-01T00:00:00Z') },
      },
    );
    const few = { ...inputOf(made), intermediates: await branches(3) };
    expect((await validatePath(few)).problems.length).toBe(1);
    const many = { ...inputOf(made), intermediates: await branches(35) };
    expect(4 * 35).toBeGreaterThan(MAX_SIGNED_PAIRS);
    expect((await validatePath(many)).problems.at(-1)).toBe(GIVEN_UP);
  });
});

describe('a long chain', () => {
  const levels = (count: number) => new Array(count).fill({});

  it('of ten certificates is followed to its end', async () => {
    const { problems } = await validatePath(inputOf(await chain(keys, ...levels(10))));
    expect(problems).toEqual([]);
  });

  it('of eleven is not', async () => {
    const { problems } = await validatePath(inputOf(await chain(keys, ...levels(11))));
    expect(problems).toEqual([
      'CN=CA 1: there is no certificate of its issuer CN=Root that leads to a trusted one (trust-anchor, RFC 5280 §6.1)',
    ]);
  });
});

describe('name constraints', () => {
  const names = (count: number) => {
    const all = Array.from({ length: count }, (_, index) => `a${index}.example`);
    return { bases: constraints(all.map(dnsBase)), san: san(...all.map(dns)) };
  };

  it('are not compared without end in one certificate', async () => {
    const { bases, san: many } = names(600);
    const made = await chain(keys, { extensions: caWith(bases) }, { extensions: [many] });
    expect((await validatePath(inputOf(made))).problems).toEqual([
      'CN=leaf: there are too many names and name constraints to compare, those of CN=Root (name-constraints, RFC 5280 §4.2.1.10, §6.1.3 (b), (c))',
    ]);
  });

  it('are not compared without end in many paths', async () => {
    const { bases, san: many } = names(200);
    const extensions = caWith(bases, many);
    const levels = new Array(8).fill({ extensions });
    const expired = { tbs: { notAfter: new Date('2026-02-01T00:00:00Z') } };
    const made = await chain(keys, { extensions }, ...levels, expired);
    const [subject, issuer] = await Promise.all(
      ['CA 8', 'CA 7'].map((role) => keys.party(role, cn(role))),
    );
    if (!subject || !issuer) throw new Error('two parties');
    const variants = await Promise.all(
      Array.from({ length: 60 }, () => make({ subject, issuer, extensions })),
    );
    const started = performance.now();
    const input = { ...inputOf(made), intermediates: [...made.intermediates, ...variants] };
    const { problems } = await validatePath(input);
    expect(problems.join()).toContain('there are too many names and name constraints to compare');
    expect(performance.now() - started).toBeLessThan(10_000); // a minute without the bound
  });
});

describe('what cannot be read', () => {
  const leafWith = async (tbs: Parameters<typeof make>[0]['tbs']) => {
    const made = await chain(keys, {}, { ...(tbs && { tbs }) });
    return validatePath(inputOf(made));
  };

  it('in a name is told', async () => {
    const subject = Uint8Array.of(0x30, 3, 0x31, 1, 0x30);
    const { problems } = await leafWith({ subject });
    expect(problems).toEqual([
      '(a name that cannot be read): it is malformed: a length is missing (der, RFC 5280 §4.1)',
    ]);
  });

  it('in a public key is told', async () => {
    const root = await keys.party('Root', cn('Root'));
    const anchor = await make({ subject: root, issuer: root, tbs: { publicKey: root.name } });
    const made = await chain(keys, {}, {});
    const { problems } = await validatePath({ ...inputOf(made), trust: [anchor] });
    expect(problems).toContain(
      'CN=leaf: its public key is malformed (signature, RFC 5280 §6.1.3 (a))',
    );
  });

  it('in a signature algorithm is told', async () => {
    const { leaf, ...made } = await chain(keys, {}, {});
    const identifier = Uint8Array.of(0x30, 2, 0x05, 0);
    const { problems } = await validatePath(
      inputOf({ ...made, leaf: { ...leaf, signatureAlgorithm: identifier } }),
    );
    expect(problems).toContain(
      'CN=leaf: its signature algorithm is malformed (signature, RFC 5280 §6.1.3 (a))',
    );
  });

  it('are extensions without end', async () => {
    const value = Uint8Array.of(5, 0);
    const extensions = Array.from({ length: 501 }, (_, index) => ({
      oid: `1.2.3.${index}`,
      critical: false,
      value,
    }));
    expect((await leafWith({ extensions })).problems).toEqual([
      'CN=leaf: it is malformed: it has too many extensions (der, RFC 5280 §4.1)',
    ]);
  });

  it('on a terminal is escaped', async () => {
    const subject = encodeName([{ type: 'CN', value: 'a\u001b[2Jb' }]);
    const { path } = await leafWith({ subject });
    expect(path[0]?.subject).toBe('CN=a\\1b[2Jb');
  });
});
