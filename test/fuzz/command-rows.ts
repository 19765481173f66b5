import type { Target } from './target.ts';

/** Command lines that are given one file after the other. */
export interface CommandRow extends Omit<Target, 'open' | 'form'> {
  /** Label of PEM; of what is in DER alone none, undefined for text. */
  readonly label?: string | null;
  /** Where the input goes. */
  readonly file: string;
  readonly argv: readonly (readonly string[])[];
  /** The key that signs the input again. */
  readonly signedBy?: string;
  /** What it is that is signed; a certificate, a request or a CRL if absent. */
  readonly signedAs?: 'ocsp-response';
}

const RESPOND = ['ocsp', 'respond', '--ca-dir', 'ca', '--request', 'own/a.orq'];
const CREATE = ['csr', 'create', '--key', 'own/ml-kem.key', '--cn', 'a.example'];

const VERIFY = ['verify', 'own/a.crt', '--trust', 'ca/ca.crt'];
const VERIFY_CRL = [
  [...VERIFY, '--crl', 'x.crl'],
  [...VERIFY, '--crl', 'ca/crl/ca.crl', '--crl', 'x.crl', '--ocsp', 'own/own.ors', '--json'],
];
const VERIFY_OCSP = [
  [...VERIFY, '--ocsp', 'x.der'],
  ['verify', 'own/ocsp.crt', '--trust', 'ca/ca.crt', '--ocsp', 'x.der', '--json'],
];
const OCSP_VERIFY = [
  ['ocsp', 'verify', 'x.der', '--issuer', 'ca/ca.crt', '--cert', 'own/a.crt'],
  ['ocsp', 'verify', 'x.der', '--issuer', 'ca/ca.crt', '--request', 'own/a.orq', '--json'],
];

/** Commands by the file that they are given; each has to end with an exit status of its own. */
export const COMMAND_ROWS: readonly CommandRow[] = [
  {
    name: 'show',
    seeds: ['certificates'],
    label: 'CERTIFICATE',
    file: 'x.crt',
    argv: [
      ['show', 'x.crt'],
      ['show', 'x.crt', '--ca-dir', 'ca', '--json'],
    ],
  },
  {
    name: 'show-crl',
    seeds: ['crls'],
    label: 'X509 CRL',
    file: 'x.crl',
    argv: [
      ['show', 'x.crl'],
      ['show', 'x.crl', '--json'],
    ],
  },
  {
    name: 'lint',
    seeds: ['certificates', 'requests', 'crls'],
    label: null,
    file: 'x.der',
    argv: [
      ['lint', 'x.der'],
      ['lint', 'x.der', '--as', 'tls-server', '--json'],
    ],
  },
  {
    name: 'verify',
    seeds: ['certificates'],
    label: 'CERTIFICATE',
    file: 'x.crt',
    argv: [
      ['verify', 'x.crt', '--trust', 'ca/ca.crt'],
      ['verify', 'own/d.crt', 'x.crt', '--trust', 'ca/ca.crt', '--json'],
      ['verify', 'own/a.crt', 'x.crt', '--trust', 'x.crt', '--require-alt'],
    ],
  },
  {
    name: 'ocsp-request-for',
    seeds: ['certificates'],
    label: 'CERTIFICATE',
    file: 'x.crt',
    argv: [
      ['ocsp', 'request', '--cert', 'x.crt', '--issuer', 'ca/ca.crt', '--json'],
      ['ocsp', 'request', '--cert', 'own/a.crt', '--issuer', 'x.crt', '--json'],
      ['ocsp', 'verify', 'own/own.ors', '--issuer', 'x.crt'],
    ],
  },
  {
    name: 'certificate-for',
    seeds: ['certificates'],
    label: 'CERTIFICATE',
    file: 'x.crt',
    argv: [
      ['renew', 'x.crt', '--ca-dir', 'ca', '--dry-run'],
      [...RESPOND, '--responder-cert', 'x.crt', '--responder-key', 'own/ocsp.key', '--json'],
      [...CREATE, '--related-cert', 'x.crt', '--related-key', 'own/a.key'],
      [...CREATE, '--signer-cert', 'x.crt', '--signer-key', 'own/a.key'],
    ],
  },
  {
    name: 'csr',
    seeds: ['requests'],
    label: 'CERTIFICATE REQUEST',
    file: 'x.csr',
    argv: [
      ['csr', 'show', 'x.csr'],
      ['csr', 'verify', 'x.csr', '--related', 'own/a.crt', '--json'],
      ['csr', 'show', 'x.csr', '--signer-cert', 'own/a.crt', '--json'],
    ],
  },
  {
    name: 'issue',
    seeds: ['requests'],
    label: 'CERTIFICATE REQUEST',
    file: 'x.csr',
    argv: [['issue', '--ca-dir', 'ca', '--csr', 'x.csr', '--dry-run']],
  },
  {
    name: 'issue-signed',
    seeds: ['own-requests'],
    label: 'CERTIFICATE REQUEST',
    file: 'x.csr',
    signedBy: 'own/a.key',
    argv: [
      ['issue', '--ca-dir', 'ca', '--csr', 'x.csr', '--dry-run'],
      ['issue', '--ca-dir', 'ca', '--csr', 'x.csr', '--profile', 'email', '--dry-run', '--json'],
    ],
  },
  {
    name: 'verify-signed',
    seeds: ['certificates'],
    label: 'CERTIFICATE',
    file: 'x.crt',
    signedBy: 'ca/keys/ca.key',
    argv: [
      ['verify', 'x.crt', '--trust', 'ca/ca.crt'],
      ['verify', 'own/d.crt', 'x.crt', '--trust', 'ca/ca.crt', '--json'],
    ],
  },
  {
    name: 'verify-crl',
    seeds: ['crls'],
    label: 'X509 CRL',
    file: 'x.crl',
    argv: VERIFY_CRL,
  },
  {
    name: 'verify-crl-signed',
    seeds: ['own-crls'],
    label: 'X509 CRL',
    file: 'x.crl',
    signedBy: 'ca/keys/ca.key',
    argv: VERIFY_CRL,
  },
  {
    name: 'verify-ocsp',
    seeds: ['ocsp-responses'],
    label: null,
    file: 'x.der',
    argv: VERIFY_OCSP,
  },
  {
    name: 'verify-ocsp-signed',
    seeds: ['ocsp-responses'],
    label: null,
    file: 'x.der',
    signedBy: 'ca/keys/ca.key',
    signedAs: 'ocsp-response',
    argv: [...VERIFY_OCSP, ...OCSP_VERIFY],
  },
  {
    name: 'ocsp-show',
    seeds: ['ocsp-requests', 'ocsp-responses'],
    label: null,
    file: 'x.der',
    argv: [
      ['ocsp', 'show', 'x.der'],
      ['ocsp', 'show', 'x.der', '--json'],
    ],
  },
  {
    name: 'ocsp-verify',
    seeds: ['ocsp-responses'],
    label: null,
    file: 'x.der',
    argv: OCSP_VERIFY,
  },
  {
    name: 'ocsp-respond',
    seeds: ['ocsp-requests'],
    label: null,
    file: 'x.der',
    argv: [['ocsp', 'respond', '--ca-dir', 'ca', '--request', 'x.der', '--json']],
  },
  {
    name: 'key',
    seeds: ['keys'],
    label: 'PRIVATE KEY',
    file: 'x.key',
    seconds: 10, // of ten million iterations, which are allowed
    argv: [['key', 'show', 'x.key']],
  },
  {
    name: 'encrypted-key',
    seeds: ['encrypted-keys'],
    label: 'ENCRYPTED PRIVATE KEY',
    file: 'x.key',
    seconds: 20, // of ten million iterations, which are allowed
    argv: [['key', 'show', 'x.key', '--passphrase-file', 'passphrase']],
  },
  {
    name: 'crl-check',
    seeds: ['crls'],
    label: null,
    file: 'ca/crl/ca.crl',
    argv: [['crl', '--ca-dir', 'ca', '--check']],
  },
  {
    name: 'profile',
    seeds: ['profiles'],
    seconds: 10, // three times YAML
    file: 'ca/profiles/x.yaml',
    argv: [
      ['profile', 'check', 'ca/profiles/x.yaml'],
      ['profile', 'show', 'x', '--ca-dir', 'ca', '--json'],
      ['issue', '--ca-dir', 'ca', '--profile', 'x', '--cn', 'a.example', '--dry-run'],
    ],
  },
  {
    name: 'ca-directory',
    seeds: ['configurations'],
    seconds: 10, // twice YAML
    file: 'ca/ca.yaml',
    argv: [
      ['list', '--ca-dir', 'ca'],
      ['doctor', '--ca-dir', 'ca', '--json'],
    ],
  },
  {
    name: 'ca-certificate',
    seeds: ['certificates'],
    label: 'CERTIFICATE',
    file: 'ca/ca.crt',
    argv: [
      ['list', '--ca-dir', 'ca'],
      ['issue', '--ca-dir', 'ca', '--cn', 'a.example', '--dry-run'],
    ],
  },
  {
    name: 'store',
    seeds: ['stores'],
    label: null,
    file: 'ca/ca.db',
    argv: [
      ['list', '--ca-dir', 'ca', '--json'],
      ['crl', '--ca-dir', 'ca', '--check'],
    ],
  },
];
