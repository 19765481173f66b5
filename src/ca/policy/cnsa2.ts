import type { Policy, PolicyUse } from './rule.ts';

const PROFILE = 'draft-jenkins-cnsa2-pkix-profile-05 §4';
const FAQ = 'CNSA 2.0 FAQ 2.1';

const SIGNS = 'ml-dsa-87';
const ENCAPSULATES = 'ml-kem-1024';

/** The algorithm of the certificate's own fields that is none of `names`, if it is known. */
const unlike = ({ algorithms: [own] }: PolicyUse, ...names: readonly string[]) =>
  own?.algorithm && !names.includes(own.algorithm.name) ? own.algorithm.name : undefined;

/**
 * The FAQ and the profile could not be read for this. Their sentences are as quoted, alike, by several
 * who read the FAQ of December 2024 and NSA's draft of July 2026, which obsoletes RFC 8603. No row
 * has a date: the FAQ says by when systems have to change (CNSSP 15: new acquisitions from 2027,
 * everything by the end of 2031), not that anything else is CNSA 2.0 until then.
 */
export const CNSA2: Policy = {
  name: 'cnsa2',
  title: 'National Security Agency, United States: national security systems',
  cites:
    'NSA "CNSA Suite 2.0 and Quantum Computing FAQ", version 2.1 of December 2024; draft-jenkins-cnsa2-pkix-profile-05',
  chooses: { caKey: SIGNS, subjectKey: SIGNS },
  rules: [
    {
      id: 'cnsa2-signature',
      cites: `${PROFILE}, ${FAQ} p. 2`,
      requires: 'certificates signed with ML-DSA-87; not SLH-DSA (FAQ p. 8), not a composite',
      check: (use) => {
        const other = use.role === 'signature' && unlike(use, SIGNS);
        return other ? `${other}, and not ${SIGNS}` : undefined;
      },
    },
    {
      id: 'cnsa2-subject-key',
      cites: `${PROFILE}, ${FAQ} p. 2`,
      requires: 'subject keys for ML-DSA-87 or ML-KEM-1024',
      check: (use) => {
        const other = use.role === 'key' && unlike(use, SIGNS, ENCAPSULATES);
        return other ? `${other}, and neither ${SIGNS} nor ${ENCAPSULATES}` : undefined;
      },
    },
    {
      // the FAQ excepts what NSA recommends for interoperability, which no certificate can tell
      id: 'cnsa2-no-hybrid',
      cites: `${FAQ} p. 20`,
      requires: 'no hybrids: no alternative key, no alternative signature',
      check: ({ algorithms: [, alternative] }) =>
        alternative ? `${alternative.algorithm?.name} in addition makes a hybrid` : undefined,
    },
  ],
};
