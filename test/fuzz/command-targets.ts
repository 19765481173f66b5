import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT_STATUS_BUG } from '../../src/errors.ts';
import { world } from '../support/world.ts';
import { PASSPHRASE } from './corpus.ts';
import { signAgain } from './sign-again.ts';
import type { Target, Verdict } from './target.ts';

const RESPOND = ['ocsp', 'respond', '--ca-dir', 'ca', '--request', 'own/a.orq'];
const CREATE = ['csr', 'create', '--key', 'own/ml-kem.key', '--cn', 'a.example'];

/** Commands by the file that they are given; each has to end with an exit status of its own. */
const ROWS: readonly (Omit<Target, 'open' | 'form'> & {
  /** Label of PEM; of what is in DER alone none, undefined for text. */
  readonly label?: string | null;
  /** Where the input goes. */
  readonly file: string;
  readonly argv: readonly (readonly string[])[];
  /** The key that signs the input again. */
  readonly signedBy?: string;
})[] = [
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
    argv: [
      ['ocsp', 'verify', 'x.der', '--issuer', 'ca/ca.crt', '--cert', 'own/a.crt'],
      ['ocsp', 'verify', 'x.der', '--issuer', 'ca/ca.crt', '--request', 'own/a.orq', '--json'],
    ],
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

export const COMMAND_TARGETS: readonly Target[] = ROWS.map(
  ({ label, file, argv, signedBy, ...row }) => ({
    ...row,
    form:
      label === undefined ? { kind: 'text' } : { kind: 'der', ...(label !== null && { label }) },
    open(directory) {
      const corpus = dirname(directory);
      for (const name of ['ca', 'own']) {
        cpSync(join(corpus, name), join(directory, name), { recursive: true });
      }
      mkdirSync(join(directory, dirname(file)), { recursive: true });
      writeFileSync(join(directory, 'passphrase'), PASSPHRASE);
      const prepared =
        signedBy === undefined
          ? async (input: Uint8Array) => input
          : signAgain(join(directory, signedBy));
      return async (input) => {
        writeFileSync(join(directory, file), await prepared(input));
        const verdicts: Verdict[] = [];
        for (const line of argv) verdicts.push(await run(directory, line));
        return verdicts.includes('read') ? 'read' : 'refused';
      };
    },
  }),
);

/** What a terminal would take for more than text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

async function run(cwd: string, argv: readonly string[]): Promise<Verdict> {
  const { status, stdout, stderr } = await world({ cwd })(...argv);
  const line = `pki ${argv.join(' ')}`;
  if (status === EXIT_STATUS_BUG) throw new Error(`${line}\n${stderr}`);
  const json = argv.includes('--json');
  if (json && status === 0) mustBeJson(stdout, line);
  if (CONTROL.test(json ? stderr : stdout + stderr)) {
    throw new Error(`${line}\nprints control characters`);
  }
  return status === 0 ? 'read' : 'refused';
}

/** What fails halfway has printed a part. */
function mustBeJson(stdout: string, line: string): void {
  try {
    JSON.parse(stdout);
  } catch {
    throw new Error(`${line}\nprints no JSON`);
  }
}
