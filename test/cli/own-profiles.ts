import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { derFromFile } from '../../src/der/pem.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { generalNameText, parseGeneralNames } from '../../src/x509/general-names.ts';
import { nameText, parseName } from '../../src/x509/names.ts';
import type { Pki } from './refusal.ts';

/** A profile with a bit of everything, in lines of YAML. */
export const WEB: readonly string[] = [
  'extends: tls-server',
  'validity: {until: 2028-12-31T23:59:59Z}',
  'keys: [rsa-3072, ml-dsa-65]',
  'subject:',
  '  take: [CN, OU]',
  '  set: {C: CZ, O: "Example {team}", OU: [Web, "{team}"]}',
  'subject-alt-name:',
  '  set: {dns: "{host}.example.com", uri: []}',
  'extended-key-usage: [serverAuth, 1.3.6.1.5.5.7.3.17]',
  'policies: [{oid: 1.3.6.1.4.1.32473.1, cps: "https://pki.example.com/cps"}]',
  'ca-issuers: ["http://pki.example.com/{issuer-key-id}.crt"]',
  'ocsp: ["http://ocsp.example.com/{team}"]',
  'crl: ["http://pki.example.com/{serial}.crl", "ldap://pki.example.com/c"]',
  'must-staple: true',
  'extensions:',
  '  - oid: 1.3.6.1.4.1.32473.1',
  '    critical: false',
  '    value: {sequence: [{utf8: ü}, {integer: -129}, {oid: 2.999.1}, {octets: 0aff}, {boolean: true}]}',
  '  - {oid: 1.3.6.1.4.1.32473.2, value: {base64: BQA=}}',
  'variables:',
  '  host: {pattern: "[a-z]+", max-length: 5}',
  '  team: {one-of: [A/B, mail], default: A/B}',
];

/** Writes profiles of the CA in `ca`, and issues by them. */
export function ownProfiles(pki: Pki, cwd: string) {
  const write = (name: string, ...lines: readonly string[]): void => {
    mkdirSync(join(cwd, 'ca/profiles'), { recursive: true });
    writeFileSync(join(cwd, `ca/profiles/${name}.yaml`), `${lines.join('\n')}\n`);
  };

  const command = (profile: string, ...options: readonly string[]) => [
    ...['issue', '--ca-dir', 'ca', '--profile', profile, '--out', `${profile}.crt`, '--force'],
    ...options,
  ];

  /** Issues for a new key, and reads the certificate. */
  async function issued(profile: string, ...options: readonly string[]) {
    const argv = command(profile, '--key-out', `${profile}.key`, ...options, '--json');
    const { status, stdout, stderr } = await pki(...argv);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { tbs } = parseCertificate(
      derFromFile(Buffer.from(JSON.parse(stdout).certificate), ['CERTIFICATE']) ?? new Uint8Array(),
    );
    const names = tbs.extensions.find(({ oid }) => oid === '2.5.29.17');
    return {
      tbs,
      key: JSON.parse(stdout).key,
      subject: nameText(parseName(tbs.subject)),
      names: names ? parseGeneralNames(names.value).map(generalNameText) : [],
    };
  }

  return { write, command, issued };
}
