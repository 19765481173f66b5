import { EXTENSION_OID } from '../x509/extensions.ts';
import { comparableName, type GeneralName } from '../x509/general-names.ts';
import type { PathRule } from './path-rules.ts';
import type { Purpose } from './purposes.ts';

const ANY_PURPOSE = 'anyExtendedKeyUsage';

/** Whether certificates are for what somebody wants to use them for. */
export const WANTED_RULES: readonly PathRule[] = [
  {
    id: 'purpose',
    cites: 'RFC 5280 §4.2.1.12',
    check: ({ subject: { extensions }, index, wanted: { purpose } }) =>
      index === 0 ? leafPurposeProblem(purpose, extensions.extKeyUsage) : undefined,
  },
  {
    id: 'ca-purpose',
    cites: 'RFC 5280 §4.2.1.12',
    check: ({ subject: { extensions }, index, wanted: { purpose } }) => {
      const found = extensions.extKeyUsage;
      const allowed = !found || !purpose?.extKeyUsage || found.includes(purpose.extKeyUsage);
      if (index === 0 || !purpose?.chained || allowed || found.includes(ANY_PURPOSE))
        return undefined;
      return `its extended key usage does not allow ${purpose.extKeyUsage} below it`;
    },
  },
  {
    id: 'purpose-key-usage',
    cites: 'RFC 5280 §4.2.1.3, §4.2.1.12',
    check: ({ subject: { extensions }, index, wanted: { purpose } }) => {
      const found = extensions.keyUsage;
      const fits = !found || purpose?.keyUsage.some((usage) => found.includes(usage));
      if (index > 0 || !purpose || purpose.keyUsage.length === 0 || fits) return undefined;
      return `its key usage has none of ${purpose.keyUsage.join(', ')}, which ${purpose.name} needs`;
    },
  },
  {
    id: 'time-stamping-only',
    cites: 'RFC 3161 §2.3',
    check: ({ subject: { certificate, extensions }, index, wanted: { purpose } }) => {
      if (index > 0 || purpose?.name !== 'time-stamping' || !extensions.extKeyUsage)
        return undefined;
      const found = certificate.tbs.extensions.find(({ oid }) => oid === EXTENSION_OID.extKeyUsage);
      if (extensions.extKeyUsage.length > 1) return 'it is for other purposes beside timeStamping';
      return found?.critical ? undefined : 'its extended key usage is not critical';
    },
  },
  {
    id: 'name',
    cites: 'RFC 9525 §6, RFC 5280 §7, RFC 9598 §5',
    check: ({ subject: { extensions }, index, wanted: { names = [] } }) => {
      const presented = extensions.subjectAltName ?? [];
      const missing = names.find((name) => !presented.some((one) => isFor(one, name)));
      return index === 0 && missing ? notFor(missing, presented) : undefined;
    },
  },
];

/** What has to be named may not be left open either: any, or no extension at all. */
function leafPurposeProblem(
  purpose: Purpose | undefined,
  found: readonly string[] | undefined,
): string | undefined {
  const wanted = purpose?.extKeyUsage;
  if (!purpose || !wanted || found?.includes(wanted)) return undefined;
  if (!purpose.named && (!found || found.includes(ANY_PURPOSE))) return undefined;
  const instead = found ? `, but ${found.join(', ')}` : '';
  return `its extended key usage is not ${wanted}${instead}, as ${purpose.name} needs`;
}

/** Whether a name in a certificate stands for the one that is asked for. */
export const isFor = (presented: GeneralName, wanted: GeneralName): boolean =>
  presented.type === 'dns' && wanted.type === 'dns'
    ? isForHost(presented.value.toLowerCase(), wanted.value.toLowerCase())
    : comparableName(presented) === comparableName(wanted);

/** A wildcard is a whole left-most label, stands for one label, and has two behind it (§6.3). */
function isForHost(presented: string, host: string): boolean {
  if (!presented.startsWith('*.')) return presented === host;
  const dot = host.indexOf('.');
  const parent = presented.slice(1);
  return dot > 0 && parent.indexOf('.', 1) > 0 && host.slice(dot) === parent;
}

const KINDS: Readonly<Record<string, string>> = {
  dns: 'DNS name',
  ip: 'IP address',
  email: 'e-mail address',
  smtputf8: 'internationalised e-mail address',
};

/** Names that a message lists: a certificate may have thousands. */
const MAX_LISTED = 5;

function notFor({ type, value }: GeneralName, presented: readonly GeneralName[]): string {
  const kind = KINDS[type] ?? type;
  const found = presented.filter((name) => name.type === type).map((name) => name.value);
  if (found.length === 0) {
    return `it has no ${kind} in subjectAltName, so that it is not for ${value}; the subject does not count`;
  }
  const more = found.length > MAX_LISTED ? `, and ${found.length - MAX_LISTED} more` : '';
  return `it is not for the ${kind} ${value}, but for ${found.slice(0, MAX_LISTED).join(', ')}${more}`;
}
