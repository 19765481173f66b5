import { EXTENSION_OID, type KeyUsage } from '../../x509/extensions.ts';
import { isReservedAddress } from '../../x509/reserved-addresses.ts';
import type { CertificateSubject, LintRule } from './rule.ts';
import { isReservedPolicy, policiesIn } from './tls-br.ts';
import { subscriberRow } from './tls-br-subject.ts';

const DOMAIN_VALIDATED = '2.23.140.1.2.1';
const ORGANIZATION_VALIDATED = '2.23.140.1.2.2';

const namesPolicy = ({ tbs }: CertificateSubject, oid: string): boolean =>
  policiesIn(tbs.extensions).includes(oid);

/** TLS BR §7.1.2.7.11. */
const USAGES: Readonly<Record<'rsa' | 'ec', readonly KeyUsage[]>> = {
  rsa: ['digitalSignature', 'keyEncipherment', 'dataEncipherment'],
  ec: ['digitalSignature', 'keyAgreement'],
};

/** Further rows for certificates of TLS servers: their names, and how their keys are used. */
export const TLS_BR_SUBSCRIBER_RULES: readonly LintRule<CertificateSubject>[] = [
  subscriberRow({
    id: 'tls-br-addresses',
    cites: 'TLS BR §4.2.2, §7.1.2.7.12',
    requires: 'no IP address is of a block that IANA has reserved, as private ones are',
    check: ({ extensions: { subjectAltName = [] } }) => {
      const wrong = subjectAltName.find(
        ({ type, value }) => type === 'ip' && isReservedAddress(value),
      );
      return wrong && `the IP address ${wrong.value} is reserved, and must not be there`;
    },
  }),
  subscriberRow({
    id: 'tls-br-basic-constraints',
    cites: 'TLS BR §7.1.2.7.8',
    requires: 'basicConstraints of a subscriber is critical, if it is there',
    check: ({ tbs }) =>
      tbs.extensions.some(
        ({ oid, critical }) => oid === EXTENSION_OID.basicConstraints && !critical,
      )
        ? 'basicConstraints must be critical'
        : undefined,
  }),
  subscriberRow({
    id: 'tls-br-key-usage',
    cites: 'TLS BR §7.1.2.7.11',
    requires:
      'keyUsage of an RSA key has usages of signatures and encryption, that of an EC key digitalSignature and perhaps keyAgreement',
    check: ({ extensions: { keyUsage }, key: { algorithm } }) => {
      const kind = algorithm?.family === 'classical' ? algorithm.key.kind : undefined;
      if (!keyUsage || (kind !== 'rsa' && kind !== 'ec')) return undefined;
      const wrong = keyUsage.find((usage) => !USAGES[kind].includes(usage));
      if (wrong) return `keyUsage must not have ${wrong}`;
      return kind === 'ec' && !keyUsage.includes('digitalSignature')
        ? 'keyUsage must have digitalSignature'
        : undefined;
    },
  }),
  subscriberRow({
    id: 'tls-br-policy-first',
    cites: 'TLS BR §7.1.2.7.9',
    requires: 'the reserved policy is the first one',
    severity: 'notice',
    check: ({ tbs }) => {
      const policies = policiesIn(tbs.extensions);
      return policies.some(isReservedPolicy) && !isReservedPolicy(policies[0] ?? '')
        ? 'the reserved policy should be the first one'
        : undefined;
    },
  }),
  subscriberRow({
    id: 'tls-br-domain-validated',
    cites: 'TLS BR §7.1.2.7.2',
    requires:
      'the subject of a domain validated certificate has a country and a common name at most',
    check: (subject) => {
      if (!namesPolicy(subject, DOMAIN_VALIDATED)) return undefined;
      const wrong = subject.subject.find(({ type }) => type !== 'C' && type !== 'CN');
      return wrong && `${wrong.type} must not be in the subject of a domain validated certificate`;
    },
  }),
  subscriberRow({
    id: 'tls-br-organization-validated',
    cites: 'TLS BR §7.1.2.7.4',
    requires:
      'the subject of an organization validated certificate has an organization, a country, and a locality or a state',
    check: (subject) => {
      if (!namesPolicy(subject, ORGANIZATION_VALIDATED)) return undefined;
      const has = (...types: readonly string[]) =>
        subject.subject.some(({ type }) => types.includes(type));
      return has('O') && has('C') && has('L', 'ST')
        ? undefined
        : 'the subject of an organization validated certificate must have O, C, and L or ST';
    },
  }),
];
