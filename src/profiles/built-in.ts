import { PkiError } from '../errors.ts';
import type { AttributeType } from '../x509/names.ts';
import { compileProfile } from './compile.ts';
import type { Profile, ProfileConfig } from './profile-config.ts';

const WHO: readonly AttributeType[] = ['DC', 'C', 'ST', 'L', 'O', 'OU', 'CN', 'serialNumber'];

/** What a person has besides; e-mail addresses are in subjectAltName (RFC 5280 §4.1.2.6). */
const PERSON: readonly AttributeType[] = [...WHO, 'title', 'GN', 'SN', 'UID'];

export const ROOT_CA = 'root-ca';

/** The profiles that need no file. */
export const BUILT_IN_PROFILES: readonly ProfileConfig[] = [
  {
    name: ROOT_CA,
    summary: 'self-signed certificate of a root CA; made by "pki init-ca" alone',
    ca: true,
    validityDays: 7305, // 20 years
    keyUsage: ['keyCertSign', 'cRLSign', 'digitalSignature'], // the last one for OCSP responses
    subject: WHO,
    subjectAltName: { types: [], required: false },
  },
  {
    name: 'issuing-ca',
    summary: 'CA under another CA, for end-entity certificates only',
    ca: true,
    pathLength: 0,
    validityDays: 1826, // 5 years
    keyUsage: ['keyCertSign', 'cRLSign', 'digitalSignature'],
    subject: WHO,
    subjectAltName: { types: [], required: false },
  },
  {
    name: 'cross-ca',
    summary: 'key of another root CA, or of this one in the future; CAs may follow below it',
    ca: true,
    validityDays: 1826, // 5 years
    keyUsage: ['keyCertSign', 'cRLSign', 'digitalSignature'],
    subject: WHO,
    subjectAltName: { types: [], required: false },
  },
  {
    name: 'tls-server',
    summary: 'TLS server, by DNS names and IP addresses',
    validityDays: 90,
    keyUsage: ['digitalSignature', 'keyEncipherment'],
    extKeyUsage: ['serverAuth'],
    subject: ['CN'],
    subjectAltName: { types: ['dns', 'ip'], required: true, commonName: ['dns', 'ip'] },
  },
  {
    name: 'tls-client',
    summary: 'TLS client: a person, a machine or a service',
    validityDays: 90,
    keyUsage: ['digitalSignature'],
    extKeyUsage: ['clientAuth'],
    subject: PERSON,
    subjectAltName: {
      types: ['dns', 'ip', 'email', 'uri', 'rid', 'upn', 'smtputf8', 'directory'],
      required: false,
    },
  },
  {
    name: 'code-signing',
    summary: 'signer of programs',
    validityDays: 365,
    keyUsage: ['digitalSignature'],
    extKeyUsage: ['codeSigning'],
    subject: WHO,
    subjectAltName: { types: [], required: false },
  },
  {
    name: 'email',
    summary: 'S/MIME: signed and, with an RSA key, encrypted e-mail',
    validityDays: 365,
    keyUsage: ['digitalSignature', 'keyEncipherment'],
    extKeyUsage: ['emailProtection'],
    subject: PERSON,
    subjectAltName: { types: ['email', 'smtputf8'], required: true },
  },
  {
    name: 'ocsp-signing',
    summary: 'delegated OCSP responder; not asked about at the OCSP itself',
    validityDays: 30,
    keyUsage: ['digitalSignature'],
    extKeyUsage: ['ocspSigning'],
    ocspNoCheck: true,
    subject: WHO,
    subjectAltName: { types: [], required: false },
  },
  {
    name: 'timestamping',
    summary: 'time-stamping authority (RFC 3161)',
    validityDays: 1826,
    keyUsage: ['digitalSignature'],
    extKeyUsage: ['timeStamping'],
    extKeyUsageCritical: true, // RFC 3161 §2.3
    subject: WHO,
    subjectAltName: { types: [], required: false },
  },
];

/** The profile of that name, if there is one. */
export const builtInNamed = (name: string): ProfileConfig | undefined =>
  BUILT_IN_PROFILES.find((profile) => profile.name === name);

/** Looks a profile up; a miss lists what there is, `others` besides. */
export function profileNamed(name: string, others: readonly string[] = []): Profile {
  const config = builtInNamed(name);
  if (config) return compileProfile(config);
  const names = BUILT_IN_PROFILES.map((profile) => profile.name);
  throw new PkiError('USAGE', `unknown profile "${name}"`, {
    hints: [`use one of: ${[...new Set([...names, ...others])].join(', ')}`],
  });
}
