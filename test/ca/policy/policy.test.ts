import { beforeAll, describe, expect, it } from 'vitest';
import { algorithmNamed, keyAlgorithmNamed } from '../../../src/algorithms/registry.ts';
import { draft } from '../../../src/ca/draft.ts';
import type { Issuer } from '../../../src/ca/issuer.ts';
import { LINT_RULES } from '../../../src/ca/lint/rules.ts';
import { approve } from '../../../src/ca/lint.ts';
import {
  allowedBy,
  POLICIES,
  POLICY_NAMES,
  plannedFindings,
  policyNamed,
} from '../../../src/ca/policy/policy.ts';
import { type CertificateRequest, requestForOwnKey } from '../../../src/ca/request.ts';
import { PkiError } from '../../../src/errors.ts';
import { profileNamed } from '../../../src/profiles/built-in.ts';
import { publicKeyOfPkcs8 } from '../../../src/signers/software-key.ts';
import { pkcs8For } from '../../signers/software-keys.ts';
import { newIssuer, newKeys, newParts } from '../../support/authority.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { POLICY_CASES, useOf } from './cases.ts';

const RULES = POLICIES.flatMap(({ rules }) => rules);
const FAR = new Date('2099-12-31T00:00:00Z');

const ruleOf = (id: string) => {
  const found = RULES.find((rule) => rule.id === id);
  if (!found) throw new Error(`there is no row ${id}`);
  return found;
};

function caught(run: () => unknown): PkiError {
  try {
    run();
  } catch (error) {
    if (error instanceof PkiError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the rows of the policies', () => {
  it('have identifiers of their own, a source, and cases', () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set([...ids, ...LINT_RULES.map(({ id }) => id)]).size).toBe(
      ids.length + LINT_RULES.length,
    );
    expect(RULES.filter(({ cites, requires }) => cites === '' || requires === '')).toEqual([]);
    expect(POLICY_CASES.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it.each(POLICIES)('of $name begin with its name', ({ name, rules }) => {
    expect(rules.filter(({ id }) => !id.startsWith(`${name}-`))).toEqual([]);
  });

  it.each(POLICY_CASES)('$id refuses what it is there for, and nothing else', (policyCase) => {
    const { check } = ruleOf(policyCase.id);
    for (const { problem, ...use } of policyCase.refused) expect(check(useOf(use))).toBe(problem);
    for (const use of policyCase.taken) expect(check(useOf(use)), use.names[0]).toBeUndefined();
  });

  it.each(POLICIES)('of $name take what it chooses, for good', (policy) => {
    for (const name of [policy.chooses.caKey, policy.chooses.subjectKey]) {
      expect(allowedBy(policy, keyAlgorithmNamed(name), FAR)).toBe(true);
    }
  });
});

describe('a policy by its name', () => {
  it('is one of those in the list, or none', () => {
    expect(POLICY_NAMES).toEqual(['bsi', 'anssi', 'cnsa2', 'none']);
    expect(POLICY_NAMES.map((name) => policyNamed(name)?.name)).toEqual([
      ...['bsi', 'anssi', 'cnsa2'],
      undefined,
    ]);
  });

  it('is an error if it is another', () => {
    const error = caught(() => policyNamed('BSI'));
    expect([error.code, error.message, error.hints]).toEqual([
      'USAGE',
      'unknown policy "BSI"',
      ['use one of: bsi, anssi, cnsa2, none'],
    ]);
  });
});

describe('whether a policy takes an algorithm', () => {
  const [bsi] = POLICIES;
  const taken = (name: string, until: Date) =>
    bsi && allowedBy(bsi, keyAlgorithmNamed(name), until);

  it('is a matter of time, of signatures and of keys', () => {
    expect(taken('ecdsa-p384', FAR)).toBe(false);
    expect(taken('ecdsa-p384', new Date('2030-01-01T00:00:00Z'))).toBe(true);
    expect(taken('rsa-3072', new Date('2030-01-01T00:00:00Z'))).toBe(false); // for its padding
    expect(taken('ml-kem-768', FAR)).toBe(true); // signs nothing
  });
});

describe('what is planned for a CA', () => {
  it('is told as lints tell it, once where signature and key have the same fault', () => {
    expect(plannedFindings(POLICIES, [algorithmNamed('ml-dsa-65')], FAR)).toEqual([
      'signature and key: ml-dsa-65 alone, and not in a hybrid with a classical algorithm (bsi-ml-dsa-hybrid, BSI TR-02102-1 2026-01 §5.3.4)',
      'signature and key: ml-dsa-65 alone, and not in a hybrid with a classical algorithm (anssi-ml-dsa-hybrid, ANSSI-PG-083 v3.00 RègleSécuAsym p. 24, §2.2.3 p. 37)',
      'signature: ml-dsa-65, and not ml-dsa-87 (cnsa2-signature, draft-jenkins-cnsa2-pkix-profile-05 §4, CNSA 2.0 FAQ 2.1 p. 2)',
      'key: ml-dsa-65, and neither ml-dsa-87 nor ml-kem-1024 (cnsa2-subject-key, draft-jenkins-cnsa2-pkix-profile-05 §4, CNSA 2.0 FAQ 2.1 p. 2)',
    ]);
  });

  it('has no fault where nothing is known of the key', () => {
    expect(plannedFindings(POLICIES, [undefined], FAR)).toEqual([]);
  });
});

describe('a draft under an issuer with a policy', () => {
  const parts = newParts(temporaryDirectory());
  let issuer: Issuer;
  let catalyst: Issuer;

  beforeAll(async () => {
    issuer = await newIssuer(await newKeys('ecdsa-p384'), parts);
    catalyst = await newIssuer(await newKeys('ecdsa-p384', 'ml-dsa-87'), parts);
  });

  const publicKey = async (name: string) => publicKeyOfPkcs8(await pkcs8For(name), name);
  const approved = (request: CertificateRequest, by: Issuer, policy: string) => {
    const policies = POLICIES.filter(({ name }) => name === policy);
    const options = {
      subject: [{ type: 'CN', value: 'a.example' }],
      subjectAltName: [],
      validityDays: 30,
    };
    const drafted = draft(request, profileNamed('tls-server'), by, options, parts);
    return approve(drafted, { ...by, policies });
  };

  it('is linted by its rows, and without one it is not', async () => {
    const request = requestForOwnKey(await publicKey('rsa-2048'));
    expect(approved(request, issuer, 'none').subject).toBe('CN=a.example');
    const error = caught(() => approved(request, issuer, 'bsi'));
    expect([error.code, error.message, error.hints]).toEqual([
      'POLICY',
      'not signing a certificate for CN=a.example',
      ['key: rsa-2048 is too weak (bsi-rsa-size, BSI TR-02102-1 2026-01 §5.3.1)'],
    ]);
  });

  it('is linted by the size that an RSA key has, not by that of a row', async () => {
    const request = requestForOwnKey(await publicKey('rsa-3072'));
    expect(approved(request, issuer, 'bsi').subject).toBe('CN=a.example');
  });

  it('is looked at as a whole: an alternative key makes a hybrid of ML-DSA', async () => {
    const alone = requestForOwnKey(await publicKey('ecdsa-p256'));
    const request = { ...alone, alternativeKey: await publicKey('ml-dsa-65') };
    expect(approved(request, catalyst, 'bsi').subject).toBe('CN=a.example');
    const reversed = { ...request, publicKey: await publicKey('ml-dsa-44') };
    expect(caught(() => approved(reversed, catalyst, 'bsi')).hints).toEqual([
      'key: ml-dsa-44 alone, and not in a hybrid with a classical algorithm (bsi-ml-dsa-hybrid, BSI TR-02102-1 2026-01 §5.3.4)',
      'key: ml-dsa-44 is too weak (bsi-ml-dsa-set, BSI TR-02102-1 2026-01 §5.3.4, table 5.7)',
    ]);
    expect(caught(() => approved(request, catalyst, 'cnsa2')).hints).toEqual([
      'signature: ecdsa-p384, and not ml-dsa-87 (cnsa2-signature, draft-jenkins-cnsa2-pkix-profile-05 §4, CNSA 2.0 FAQ 2.1 p. 2)',
      'key: ecdsa-p256, and neither ml-dsa-87 nor ml-kem-1024 (cnsa2-subject-key, draft-jenkins-cnsa2-pkix-profile-05 §4, CNSA 2.0 FAQ 2.1 p. 2)',
      'signature: ml-dsa-87 in addition makes a hybrid; key: ml-dsa-65 in addition makes a hybrid (cnsa2-no-hybrid, CNSA 2.0 FAQ 2.1 p. 20)',
    ]);
  });
});
