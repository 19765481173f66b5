import { beforeAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../src/ca/draft.ts';
import type { Issuer } from '../../src/ca/issuer.ts';
import { LINT_RULES } from '../../src/ca/lint/rules.ts';
import { VALIDITY_LIMITS } from '../../src/ca/lint/tls-br.ts';
import { approve } from '../../src/ca/lint.ts';
import { contextConstructed, NULL, sequence } from '../../src/der/writer.ts';
import { PkiError } from '../../src/errors.ts';
import {
  EXTENSION_OID,
  encodeBasicConstraints,
  knownExtensions,
} from '../../src/x509/extensions.ts';
import { encodeGeneralNames } from '../../src/x509/general-names.ts';
import { encodeNameConstraints } from '../../src/x509/name-subtrees.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { type LintWorld, replaced } from './lint/case.ts';
import { LINT_CASES } from './lint/cases.ts';
import { lasting, tlsDraft } from './lint/cases-tls.ts';
import { tlsCaDraft } from './lint/cases-tls-ca.ts';
import { newLintWorld } from './lint/world.ts';

const directory = temporaryDirectory();
let lintWorld: LintWorld;

beforeAll(async () => {
  lintWorld = await newLintWorld(directory);
});

/** The identifiers of the rules that refuse the draft. */
function refusedBy(drafted: Draft, issuer: Issuer): readonly string[] {
  try {
    approve(drafted, issuer);
    return [];
  } catch (error) {
    if (!(error instanceof PkiError) || error.code !== 'POLICY') throw error;
    expect(error.message).toMatch(/^not signing a certificate for /);
    return error.hints.map((hint) => /\(([a-z0-9-]+), [^()]*\)$/.exec(hint)?.[1] ?? hint);
  }
}

/** The identifiers of the notices about a draft: those rows are asked as if they were errors. */
function noticesOf(drafted: Draft, issuer: Issuer): readonly string[] {
  const rules = LINT_RULES.filter(({ severity }) => severity === 'notice');
  try {
    approve(
      drafted,
      issuer,
      rules.map(({ severity: _, ...rule }) => rule),
    );
    return [];
  } catch (error) {
    if (!(error instanceof PkiError) || error.code !== 'POLICY') throw error;
    return error.hints.map((hint) => /\(([a-z0-9-]+), [^()]*\)$/.exec(hint)?.[1] ?? hint);
  }
}

describe('lints', () => {
  it('pass what the built-in profiles draft', () => {
    for (const profile of ['tls-server', 'tls-client', 'code-signing', 'email', 'issuing-ca']) {
      for (const key of ['ecdsa-p256', 'rsa-2048', 'ed25519', 'ml-dsa-65']) {
        const { issuer } = lintWorld;
        expect(refusedBy(lintWorld.drafted(profile, issuer, key), issuer)).toEqual([]);
      }
    }
  });

  it('have identifiers of their own, a citation, and a case below', () => {
    const ids = LINT_RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(LINT_RULES.filter(({ cites }) => !/ (§|appendix)/.test(cites))).toEqual([]);
    expect(new Set(LINT_CASES.map(({ id }) => id))).toEqual(new Set(ids));
  });

  it('pass the drafts that the cases about TLS BR are made of', () => {
    expect(refusedBy(tlsDraft(lintWorld), lintWorld.issuer)).toEqual([]);
    expect(refusedBy(tlsCaDraft(lintWorld), lintWorld.issuer)).toEqual([]);
  });

  it('take public addresses and names for TLS servers', () => {
    const { issuer } = lintWorld;
    const drafted = tlsDraft(lintWorld);
    const names = encodeGeneralNames([
      { type: 'dns', value: 'server.example.com' },
      { type: 'dns', value: '*.localhosts.example.com' },
      { type: 'ip', value: '172.32.0.1' },
      { type: 'ip', value: '2606:2800::1' },
    ]);
    const tbs = { ...drafted.tbs, ...replaced(drafted.tbs, EXTENSION_OID.subjectAltName, names) };
    expect(refusedBy({ ...drafted, tbs }, issuer)).toEqual([]);
  });

  it('cannot read name constraints with a directory name that is none', () => {
    const { issuer } = lintWorld;
    const drafted = lintWorld.drafted('issuing-ca', issuer);
    const value = sequence(contextConstructed(0, sequence(contextConstructed(4, NULL))));
    const tbs = {
      ...drafted.tbs,
      ...replaced(drafted.tbs, EXTENSION_OID.nameConstraints, value, true),
    };
    expect(refusedBy({ ...drafted, tbs }, issuer)).toEqual(['der']);
  });

  it('take name constraints of each form that is compared', () => {
    const { issuer } = lintWorld;
    const drafted = lintWorld.drafted('issuing-ca', issuer);
    const hosts = ['example.com', 'xn--bcher-kva.example'];
    const value = encodeNameConstraints({
      permitted: {
        dns: [...hosts, ''],
        email: [...hosts, '.example.com'],
        uri: [...hosts, '.example.com'],
        ip: ['192.0.2.0/23', '0.0.0.0/0', '2001:db8::/32'],
        directory: [[{ type: 'C', value: 'CZ' }]],
      },
    });
    const tbs = {
      ...drafted.tbs,
      ...replaced(drafted.tbs, EXTENSION_OID.nameConstraints, value, true),
    };
    expect(refusedBy({ ...drafted, tbs }, issuer)).toEqual([]);
    expect(noticesOf({ ...drafted, tbs }, issuer)).toEqual([]);
  });

  it.each(LINT_CASES)('$id refuses what it is there for', ({ id, spoil }) => {
    const { drafted, issuer } = spoil(lintWorld);
    const rule = LINT_RULES.find((row) => row.id === id);
    if (rule?.severity === 'notice') expect(noticesOf(drafted, issuer)).toContain(id);
    else expect(refusedBy(drafted, issuer)).toContain(id);
  });

  it.each(VALIDITY_LIMITS)('let TLS servers have $days days from $from on', (limit) => {
    const { from, days } = limit;
    const drafted = tlsDraft(lintWorld);
    const lastDay = new Date(limit.until ?? '2040-01-01').getTime() - 1000;
    for (const at of [new Date(from), new Date(lastDay)]) {
      const tbs = { ...drafted.tbs, ...lasting(at.toISOString(), days) };
      const refused = refusedBy({ ...drafted, at, tbs }, lintWorld.issuer);
      expect(refused.filter((id) => !/^(?:validity-within|issuer-)/.test(id))).toEqual([]);
    }
  });

  it.each(['xn--bcher-kva.example.com', 'XN--BCHER-KVA.example', 'xn--strae-oqa.example'])(
    'take the A-labels of %s',
    (value) => {
      const { issuer } = lintWorld;
      const drafted = lintWorld.drafted('tls-client', issuer);
      const tbs = {
        ...drafted.tbs,
        ...replaced(
          drafted.tbs,
          EXTENSION_OID.subjectAltName,
          encodeGeneralNames([{ type: 'dns', value }]),
        ),
      };
      expect(refusedBy({ ...drafted, tbs }, issuer)).toEqual([]);
    },
  );

  it('ask TLS BR of nobody who does not claim them', () => {
    const { issuer } = lintWorld;
    const drafted = lintWorld.drafted('tls-server', issuer);
    const tbs = { ...drafted.tbs, ...lasting(drafted.tbs.notBefore.toISOString(), 900) };
    expect(refusedBy({ ...drafted, tbs }, issuer)).toEqual([]);
  });

  it('refuse what cannot be read back', () => {
    const { issuer } = lintWorld;
    const drafted = lintWorld.drafted('tls-server', issuer);
    const spoilt = { ...drafted, tbs: { ...drafted.tbs, extensions: [] } };
    expect(refusedBy(spoilt, issuer)).toEqual(['der']);
  });

  it('list each requirement that is not met', () => {
    const { issuer } = lintWorld;
    const drafted = lintWorld.drafted('tls-server', issuer);
    const spoilt = {
      ...drafted,
      tbs: { ...drafted.tbs, serialNumber: 0n, issuer: issuer.name.slice() },
    };
    spoilt.tbs.issuer[spoilt.tbs.issuer.length - 1] = 0x21;
    expect(refusedBy(spoilt, issuer)).toEqual(['issuer-name', 'serial-positive']);
  });
});

describe('the path length of a CA under the name of the root that issues it', () => {
  it.each([
    [0, 0, []],
    [1, 0, ['path-length-below-issuer']],
    [1, 1, []],
    [2, 1, ['path-length-below-issuer']],
  ])('of %i below %i', (own, limit, refusing) => {
    const { issuer, drafted } = lintWorld;
    const { tbs, ...rest } = drafted('issuing-ca', issuer);
    const constraints = (pathLength: number) => ({ ca: true, pathLength });
    const extensions = tbs.extensions.map((extension) =>
      extension.oid === EXTENSION_OID.basicConstraints
        ? { ...extension, value: encodeBasicConstraints(constraints(own)) }
        : extension,
    );
    const limited = knownExtensions(issuer.certificate?.tbs.extensions ?? []);
    expect(
      refusedBy(
        { ...rest, tbs: { ...tbs, subject: issuer.name, extensions } },
        { ...issuer, extensions: { ...limited, basicConstraints: constraints(limit) } },
      ),
    ).toEqual(refusing);
  });
});
