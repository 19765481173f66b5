import { classicalAloneUntil, eachHalf, mlDsaInHybrids, type Policy } from './rule.ts';

const TR = 'BSI TR-02102-1 2026-01';

const MIN_RSA_BITS = 3000;

const END_OF_2035 = new Date('2035-12-31T23:59:59Z');

/**
 * The guideline itself could not be read for this. Its words, sections and tables are as reported, with
 * quotations, by readers of the English edition of 23 January 2026. Several quote §2.1 and the
 * sentence of §5.3.4 on hybrids alike; a summary that takes ML-DSA to be recommended alone has
 * overlooked that sentence.
 *
 * No row about curves: table B.3 recommends those of Brainpool, all that `ecdsa` has here are of
 * 250 bits or more, and the NIST curves, which the guideline does not name, are recommended by
 * its part 2 for TLS. What the policy chooses is in table B.3.
 */
export const BSI: Policy = {
  name: 'bsi',
  title: 'Federal Office for Information Security, Germany',
  cites:
    'BSI TR-02102-1 "Cryptographic Mechanisms: Recommendations and Key Lengths", version 2026-01',
  chooses: {
    caKey: 'MLDSA87-ECDSA-brainpoolP384r1-SHA512',
    subjectKey: 'MLDSA87-ECDSA-brainpoolP384r1-SHA512',
  },
  reusedKeyNote:
    'the key in the token was there before; BSI TR-02102-1 §5.3.4 wants keys of a hybrid to be made for it and used for nothing else',
  rules: [
    {
      id: 'bsi-ml-dsa-hybrid',
      cites: `${TR} §5.3.4`,
      requires: 'ML-DSA only in a hybrid with a classical algorithm',
      check: mlDsaInHybrids,
    },
    {
      id: 'bsi-ml-dsa-set',
      cites: `${TR} §5.3.4, table 5.7`,
      requires: 'ML-DSA of categories 3 and 5: ML-DSA-65 and ML-DSA-87',
      check: eachHalf(({ name }) => (name === 'ml-dsa-44' ? `${name} is too weak` : undefined)),
    },
    {
      id: 'bsi-slh-dsa-set',
      cites: `${TR} §5.3.4, table 5.6`,
      requires: 'SLH-DSA, which may stand alone, of categories 3 and 5: not the 128-bit sets',
      check: eachHalf(({ algorithm, name }) =>
        algorithm?.family === 'slh-dsa' && name.includes('-128')
          ? `${name} is too weak`
          : undefined,
      ),
    },
    {
      id: 'bsi-classical-until',
      cites: `${TR} §2.1`,
      requires: 'classical signatures alone only until the end of 2035',
      check: classicalAloneUntil(END_OF_2035, 'the end of 2035'),
    },
    {
      id: 'bsi-rsa-size',
      cites: `${TR} §5.3.1`,
      requires: 'RSA keys of at least 3000 bits',
      check: eachHalf(({ name, rsaBits }) =>
        rsaBits !== undefined && rsaBits < MIN_RSA_BITS ? `${name} is too weak` : undefined,
      ),
    },
    {
      // that PKCS #1 v1.5 is not among the paddings of §5.3.1 was reported of older editions with
      // the section, and of this one by a summary
      id: 'bsi-rsa-padding',
      cites: `${TR} §5.3.1`,
      requires: 'RSA signatures with PSS, not PKCS #1 v1.5',
      check: eachHalf(({ algorithm, name, signs }) =>
        signs && algorithm?.family === 'classical' && algorithm.scheme.family === 'rsa-pkcs1'
          ? `${name} signs with the padding of PKCS #1 v1.5, not with PSS`
          : undefined,
      ),
    },
    {
      // one reader reports that EdDSA is in neither part 1 nor part 2; nobody reports otherwise of
      // this edition with a quotation
      id: 'bsi-classical-scheme',
      cites: `${TR} §5.3, table 5.3`,
      requires: 'RSA and ECDSA as classical algorithms; EdDSA is not recommended',
      check: eachHalf(({ algorithm, name }) =>
        algorithm?.family === 'classical' && algorithm.scheme.family === 'eddsa'
          ? `${name} is not among the recommended algorithms`
          : undefined,
      ),
    },
    {
      id: 'bsi-ml-kem-set',
      cites: `${TR} §2.4, table 2.7`,
      requires: 'ML-KEM of categories 3 and 5: ML-KEM-768 and ML-KEM-1024',
      check: eachHalf(({ name }) => (name === 'ml-kem-512' ? `${name} is too weak` : undefined)),
    },
  ],
};
