import { beforeAll, describe, expect, it } from 'vitest';
import { type Draft, draft } from '../../src/ca/draft.ts';
import { type Issuer, selfIssuer } from '../../src/ca/issuer.ts';
import { approve } from '../../src/ca/lint.ts';
import { LINT_RULES } from '../../src/ca/lint-rules.ts';
import { requestForOwnKey } from '../../src/ca/request.ts';
import { VALIDITY_LIMITS } from '../../src/ca/tls-br.ts';
import { PkiError } from '../../src/errors.ts';
import { profileNamed } from '../../src/profiles/built-in.ts';
import { publicKeyOfPkcs8 } from '../../src/signers/software-key.ts';
import {
  EXTENSION_OID,
  encodeBasicConstraints,
  knownExtensions,
} from '../../src/x509/extensions.ts';
import { encodeGeneralNames } from '../../src/x509/general-names.ts';
import { pkcs8For } from '../signers/software-keys.ts';
import { newIssuer, newKeys, newParts } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { type LintWorld, replaced } from './lint-case.ts';
import { LINT_CASES } from './lint-cases.ts';
import { lasting, tlsDraft } from './lint-cases-tls.ts';

const directory = temporaryDirectory();
let lintWorld: LintWorld;

const KEYS = ['ecdsa-p256', 'rsa-2048', 'ed25519', 'ml-dsa-65', 'slh-dsa-sha2-128f', 'ml-kem-768'];

beforeAll(async () => {
  const parts = newParts(directory);
  const keys = await newKeys('ecdsa-p384');
  const issuer = await newIssuer(keys, parts);
  const hybrid = await newIssuer(await newKeys('ecdsa-p384', 'ml-dsa-65'), parts);
  const publicKeys = new Map<string, Uint8Array>();
  for (const name of KEYS) {
    publicKeys.set(name, await publicKeyOfPkcs8(await pkcs8For(name), name));
  }
  const drafted = (profile: string, by: Issuer, key = 'ecdsa-p256'): Draft =>
    draft(
      requestForOwnKey(publicKeys.get(key) ?? new Uint8Array()),
      profileNamed(profile),
      by,
      {
        subject: [{ type: 'CN', value: 'server.example.com' }],
        subjectAltName: profile === 'email' ? [{ type: 'email', value: 'a@example.com' }] : [],
      },
      parts,
    );
  const self = selfIssuer([{ type: 'CN', value: 'server.example.com' }], keys);
  lintWorld = { issuer, hybrid, self, drafted };
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
    const refusing = LINT_RULES.filter(({ severity }) => severity !== 'notice');
    expect(new Set(LINT_CASES.map(({ id }) => id))).toEqual(new Set(refusing.map(({ id }) => id)));
  });

  it.each(LINT_CASES)('$id refuses what it is there for', ({ id, spoil }) => {
    const { drafted, issuer } = spoil(lintWorld);
    expect(refusedBy(drafted, issuer)).toContain(id);
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
