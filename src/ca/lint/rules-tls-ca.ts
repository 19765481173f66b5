import { DAY } from '../../der/time.ts';
import { EXTENSION_OID } from '../../x509/extensions.ts';
import { parseCrlDistributionPoints } from '../../x509/pointers.ts';
import { ANY_POLICY } from '../../x509/policy-extensions.ts';
import type { CertificateSubject, LintRule } from './rule.ts';
import { isReservedPolicy, policiesIn } from './tls-br.ts';
import {
  accessOf,
  caRow,
  extensionValue,
  isHttp,
  lifetime,
  OTHER_PURPOSES,
  rootRow,
  subordinateRow,
} from './tls-br-subject.ts';

/** Days that a root may be valid for: 8 years at least, 25 at most. */
const ROOT_DAYS = { min: 2922, max: 9132 };

/** What the CA/Browser Forum asks of CAs above TLS servers. */
export const TLS_BR_CA_RULES: readonly LintRule<CertificateSubject>[] = [
  caRow({
    id: 'tls-br-ca-subject',
    cites: 'TLS BR §7.1.2.10.2',
    requires: 'a CA has a country, an organization and a common name, each once',
    check: ({ subject }) => {
      const wrong = ['C', 'O', 'CN'].find(
        (wanted) => subject.filter(({ type }) => type === wanted).length !== 1,
      );
      return wrong && `the subject of a CA must have ${wrong}, once`;
    },
  }),
  caRow({
    id: 'tls-br-ca-key-usage',
    cites: 'TLS BR §7.1.2.10.7',
    requires:
      'a CA has the usages keyCertSign and cRLSign, perhaps digitalSignature, and no others',
    check: ({ extensions: { keyUsage = [] } }) => {
      if (!keyUsage.includes('keyCertSign') || !keyUsage.includes('cRLSign')) {
        return 'the key usage of a CA must be keyCertSign and cRLSign';
      }
      const wrong = keyUsage.find(
        (usage) => !['keyCertSign', 'cRLSign', 'digitalSignature'].includes(usage),
      );
      return wrong && `the key usage of a CA must not have ${wrong}`;
    },
  }),
  subordinateRow({
    id: 'tls-br-ca-purposes',
    cites: 'TLS BR §7.1.2.10.6',
    requires:
      'a CA below a root has the purposes serverAuth, perhaps clientAuth, and none that TLS BR forbid',
    check: ({ extensions: { extKeyUsage = [] } }) => {
      if (!extKeyUsage.includes('serverAuth')) return 'extKeyUsage must have serverAuth';
      const wrong = extKeyUsage.find((purpose) => OTHER_PURPOSES.includes(purpose));
      return wrong && `extKeyUsage must not have ${wrong} beside serverAuth`;
    },
  }),
  subordinateRow({
    id: 'tls-br-ca-policies',
    cites: 'TLS BR §7.1.2.10.5',
    requires: 'a CA below a root names a reserved policy, or anyPolicy alone',
    check: ({ tbs }) => {
      const policies = policiesIn(tbs.extensions);
      const isSound = policies.includes(ANY_POLICY)
        ? policies.length === 1
        : policies.some(isReservedPolicy);
      return isSound
        ? undefined
        : 'certificatePolicies must name a reserved policy, or anyPolicy alone';
    },
  }),
  subordinateRow({
    id: 'tls-br-ca-revocation',
    cites: 'TLS BR §7.1.2.11.2',
    requires: 'a CA below a root has cRLDistributionPoints, with http URLs only',
    check: (subject) => {
      const found = extensionValue(subject, EXTENSION_OID.crlDistributionPoints);
      const urls = found ? parseCrlDistributionPoints(found) : [];
      return urls.length > 0 && urls.every(isHttp)
        ? undefined
        : 'crlDistributionPoints must be there, with http URLs only';
    },
  }),
  subordinateRow({
    id: 'tls-br-ca-access',
    cites: 'TLS BR §7.1.2.10.3',
    requires: 'authorityInfoAccess of a CA has http URLs only',
    check: (subject) =>
      (accessOf(subject) ?? []).every(({ location }) => isHttp(location))
        ? undefined
        : 'authorityInfoAccess must have http URLs only',
  }),
  rootRow({
    id: 'tls-br-root-purposes',
    cites: 'TLS BR §7.1.2.1.2',
    requires: 'a root has no extKeyUsage',
    check: ({ extensions }) =>
      extensions.extKeyUsage ? 'extKeyUsage must not be there in a root' : undefined,
  }),
  rootRow({
    id: 'tls-br-root-validity',
    cites: 'TLS BR §7.1.2.1.1',
    requires: `a root is valid for ${ROOT_DAYS.min} to ${ROOT_DAYS.max} days`,
    check: (subject) => {
      const days = lifetime(subject) / DAY;
      return days >= ROOT_DAYS.min && days <= ROOT_DAYS.max
        ? undefined
        : `a root must be valid for ${ROOT_DAYS.min} to ${ROOT_DAYS.max} days`;
    },
  }),
  rootRow({
    id: 'tls-br-root-path-length',
    cites: 'TLS BR §7.1.2.1.4',
    requires: 'a root has no path length',
    severity: 'notice',
    check: ({ extensions }) =>
      extensions.basicConstraints?.pathLength === undefined
        ? undefined
        : 'a path length is not recommended in a root',
  }),
  rootRow({
    id: 'tls-br-root-policies',
    cites: 'TLS BR §7.1.2.1.2',
    requires: 'a root has no certificatePolicies',
    severity: 'notice',
    check: (subject) =>
      extensionValue(subject, EXTENSION_OID.certificatePolicies)
        ? 'certificatePolicies are not recommended in a root'
        : undefined,
  }),
];
