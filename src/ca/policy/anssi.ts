import { classicalAloneUntil, eachHalf, mlDsaInHybrids, type Policy } from './rule.ts';

const GUIDE = 'ANSSI-PG-083 v3.00';

const MIN_RSA_BITS = 3072;

const FIRST_OF_JANUARY_2030 = new Date('2030-01-01T23:59:59Z');
const END_OF_2030 = new Date('2030-12-31T23:59:59Z');

/**
 * The guide itself could not be read for this. Its rules and pages are as reported by several who
 * transcribed the edition of 20 March 2026, and whose transcriptions agree. Its lists of algorithms are
 * examples and not exhaustive (§1.5), so that being absent from one (EdDSA) is no reason to refuse.
 * Of its recommendations, RecoSécuLongTerme is a row because it is what the policy is for; the others
 * are not (RSA of 3072 bits before 2031, hashes of 192 bits in SLH-DSA).
 */
export const ANSSI: Policy = {
  name: 'anssi',
  title: "Agence nationale de la sécurité des systèmes d'information, France",
  cites:
    'ANSSI-PG-083 "Mécanismes cryptographiques", v3.00 of 20 March 2026; "ANSSI views on the Post-Quantum Cryptography transition", 2023 follow-up',
  chooses: {
    caKey: 'MLDSA87-ECDSA-P384-SHA512',
    subjectKey: 'MLDSA87-ECDSA-P384-SHA512',
  },
  rules: [
    {
      id: 'anssi-ml-dsa-hybrid',
      cites: `${GUIDE} RègleSécuAsym p. 24, §2.2.3 p. 37`,
      requires:
        'ML-DSA only in a hybrid with a classical algorithm; SLH-DSA may stand alone (p. 36)',
      check: mlDsaInHybrids,
    },
    {
      // reported with the words "highest possible, preferably 5 or 3", but without a section
      id: 'anssi-ml-dsa-set',
      cites: 'ANSSI views on the PQC transition, 2023 follow-up',
      requires: 'ML-DSA of NIST level 5 or 3: ML-DSA-87 or ML-DSA-65',
      check: eachHalf(({ name }) => (name === 'ml-dsa-44' ? `${name} is too weak` : undefined)),
    },
    {
      id: 'anssi-classical-until',
      cites: `${GUIDE} RecoSécuLongTerme p. 8`,
      requires: 'post-quantum security where something is used beyond 1 January 2030',
      check: classicalAloneUntil(FIRST_OF_JANUARY_2030, '1 January 2030'),
    },
    {
      id: 'anssi-rsa-size',
      cites: `${GUIDE} RègleFactorisation p. 27`,
      requires: 'RSA keys of at least 3072 bits where they are used from 2031 on',
      check: eachHalf(({ name, rsaBits }, { until }) =>
        rsaBits !== undefined && rsaBits < MIN_RSA_BITS && until > END_OF_2030
          ? `${name} is too weak from 2031 on`
          : undefined,
      ),
    },
  ],
};
