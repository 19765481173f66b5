import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../src/der/pem.ts';
import { alternativeNames, namesInCertificate } from '../../src/x509/alternative-names.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { generalNameText } from '../../src/x509/general-names.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { runTool } from '../support/tools.ts';

const cwd = temporaryDirectory();

const NAMES = `
DNS.1 = www.example.com
email.1 = a@example.com
IP.1 = 192.0.2.1
IP.2 = 2001:db8::1
URI.1 = https://example.com/a;b
RID.1 = 1.2.3.4
dirName.1 = somebody
otherName.1 = 1.3.6.1.5.5.7.8.9;UTF8:zoe@example.org
otherName.2 = 1.2.3.4;UTF8:else
`;

function certificateOf(name: string, extensions: string): Uint8Array {
  const file = (end: string) => join(cwd, `${name}.${end}`);
  writeFileSync(
    file('cnf'),
    `[req]\nstring_mask = default\ndistinguished_name = dn\n[dn]\n[ext]\n${extensions}\n[names]${NAMES}[somebody]\nO = Else\nCN = Some, body\n`,
  );
  const made = ['-newkey', 'ed25519', '-noenc', '-keyout', file('key'), '-out', file('crt')];
  const argv = ['req', '-x509', '-subj', '/CN=a', '-config', file('cnf'), '-extensions', 'ext'];
  runTool('openssl', ...argv, ...made);
  const [block] = pemBlocks(readFileSync(file('crt'), 'latin1'));
  return block?.der ?? new Uint8Array();
}

describe('the alternative names of a certificate that OpenSSL has made', () => {
  let der = new Uint8Array();

  beforeAll(() => {
    der = Uint8Array.from(certificateOf('names', 'subjectAltName = @names'));
  });

  it('are read in their order, each as a text of its form', () => {
    const names = namesInCertificate(der);
    expect(names.slice(0, -1).map(generalNameText)).toEqual([
      'dns:www.example.com',
      'email:a@example.com',
      'ip:192.0.2.1',
      'ip:2001:db8::1',
      'uri:https://example.com/a;b',
      'rid:1.2.3.4',
      'directory:CN=Some\\, body,O=Else',
      'smtputf8:zoe@example.org',
    ]);
    expect(names.at(-1)).toEqual({ type: 'other', value: expect.stringMatching(/^a0[0-9a-f]+$/) });
  });

  it('are those that the whole certificate has', () => {
    expect(namesInCertificate(der)).toEqual(alternativeNames(parseCertificate(der).tbs.extensions));
  });

  it('are none where there is no such extension', () => {
    const without = certificateOf('without', 'basicConstraints = CA:FALSE');
    expect(namesInCertificate(without)).toEqual([]);
  });

  it('are none of octets that are cut off, and no more where one is changed', () => {
    const names = namesInCertificate(der);
    for (let length = 0; length < der.length; length++) {
      expect(namesInCertificate(der.subarray(0, length))).toEqual([]);
      const changed = Uint8Array.from(der);
      changed[length] = (der[length] ?? 0) ^ 0x80;
      expect(namesInCertificate(changed).length).toBeLessThanOrEqual(names.length);
    }
  });
});
