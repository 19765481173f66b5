/** Where the verdict is another one than NIST's: the end of the file's name, and why. */
export const PKITS_DIFFERENCES: Readonly<Record<string, string>> = {
  ValidDSASignaturesTest4EE: 'DSA is not supported (FIPS 186-5 took it back)',
  ValidDSAParameterInheritanceTest5EE: 'DSA is not supported (FIPS 186-5 took it back)',
  ValidGeneralizedTimenotBeforeDateTest4EE:
    'until 2049 times are UTCTime, and what a CA must not write is not read (RFC 5280 §4.1.2.5)',
  ValidbasicConstraintsNotCriticalTest4EE:
    'basicConstraints of a CA must be critical (RFC 5280 §4.2.1.9)',
  ValidIDPwithindirectCRLTest22EE: 'indirect CRLs are not supported',
  ValidIDPwithindirectCRLTest24EE: 'indirect CRLs are not supported',
  ValidIDPwithindirectCRLTest25EE: 'indirect CRLs are not supported',
  ValidcRLIssuerTest28EE: 'indirect CRLs are not supported',
  ValidcRLIssuerTest29EE: 'indirect CRLs are not supported',
  ValidcRLIssuerTest30EE: 'indirect CRLs are not supported',
  ValidcRLIssuerTest33EE: 'indirect CRLs are not supported',
};

/** By what is said of policies alone (PKITS §4.8), they are refused without a name that tells. */
export const PKITS_REFUSED: ReadonlySet<string> = new Set(
  [4, 5, 7, 8, 9, 12].map((number) => `DifferentPoliciesTest${number}EE`),
);

/** Initial policies that are asked for, by the last number of NIST's, and whether the path holds. */
interface PolicyCase {
  readonly file: string;
  readonly asked: readonly (number | 'any')[];
  readonly holds: boolean;
}

const asking = (
  file: string,
  good: readonly (number | 'any')[],
  bad: readonly (number | 'any')[] = [],
): readonly PolicyCase[] => [
  ...good.map((policy) => ({ file, asked: [policy], holds: true })),
  ...bad.map((policy) => ({ file, asked: [policy], holds: false })),
];

/** Tests of PKITS §4.8, §4.10 and §4.12 that are run with several initial policy sets. */
export const PKITS_POLICY_CASES: readonly PolicyCase[] = [
  ...asking('ValidCertificatePathTest1EE', ['any', 1], [2]), // §4.8.1 is about this one
  { file: 'ValidCertificatePathTest1EE', asked: [1, 2], holds: true },
  ...asking('AllCertificatesNoPoliciesTest2EE', [], ['any']),
  ...asking('DifferentPoliciesTest3EE', [], ['any']),
  { file: 'DifferentPoliciesTest3EE', asked: [1, 2], holds: false },
  ...asking('OverlappingPoliciesTest6EE', ['any', 1], [2]),
  ...asking('AllCertificatesSamePoliciesTest10EE', [1, 2, 'any']),
  ...asking('AllCertificatesanyPolicyTest11EE', [1, 'any']),
  ...asking('AllCertificatesSamePoliciesTest13EE', [1, 2, 3]),
  ...asking('AnyPolicyTest14EE', [1], [2]),
  ...asking('UserNoticeQualifierTest18EE', [1, 2]),
  ...asking('CPSPointerQualifierTest20EE', ['any']),
  ...asking('ValidPolicyMappingTest1EE', [1], [2]),
  ...asking('ValidPolicyMappingTest3EE', [2], [1]),
  ...asking('ValidPolicyMappingTest5EE', [1], [6]),
  ...asking('ValidPolicyMappingTest6EE', [1], [6]),
  ...asking('ValidPolicyMappingTest12EE', [1, 2]),
];
