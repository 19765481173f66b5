import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { noOpenssl, openssl } from './openssl.ts';

const ESCAPE = '\u001b[2J\u001b[31m';
const RIGHT_TO_LEFT = '\u202e';

const cwd = temporaryDirectory();
const pki = world({ cwd });
/** What a terminal would act on; a line feed is ours. */
const acting = (text: string) => text.match(/(?!\n)[\p{Cc}\p{Cf}]/gu) ?? [];

/** A self-signed certificate with hostile text wherever OpenSSL lets one put it. */
function hostileCertificate(): string {
  const configuration = [
    '[req]',
    'prompt = no',
    'utf8 = yes',
    'string_mask = utf8only',
    'distinguished_name = name',
    'x509_extensions = extensions',
    '[name]',
    `CN = server${ESCAPE}.example`,
    `O = gro.${RIGHT_TO_LEFT}elpmaxe`,
    `1.2.3.4.5 = ${ESCAPE}`,
    '[extensions]',
    `subjectAltName = DNS:a${ESCAPE}.example, email:${ESCAPE}@a.example, URI:urn:${ESCAPE}`,
    `nsComment = ASN1:UTF8String:comment${ESCAPE}${RIGHT_TO_LEFT}`,
    `1.2.3.4.6 = ASN1:UTF8String:${ESCAPE}`,
    'certificatePolicies = @policy',
    '[policy]',
    'policyIdentifier = 1.2.3.4',
    `CPS.1 = "http://${ESCAPE}"`,
  ];
  writeFileSync(join(cwd, 'hostile.cnf'), configuration.join('\n'));
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-keyout', join(cwd, 'hostile.key'), '-out', join(cwd, 'hostile.crt')];
  openssl('req', '-x509', '-config', join(cwd, 'hostile.cnf'), ...key, ...files);
  return 'hostile.crt';
}

describe.skipIf(noOpenssl())(
  `a certificate of somebody else${noOpenssl() ? ` (${noOpenssl()})` : ''}`,
  () => {
    it('is shown without what acts on a terminal', async () => {
      const { status, stdout, stderr } = await pki('show', hostileCertificate());
      expect(status).toBe(0);
      expect(stdout).toContain('CN=server\\1b[2J\\1b[31m.example');
      expect(stdout).toContain('O=gro.\\e2\\80\\aeelpmaxe');
      expect(acting(stdout + stderr)).toEqual([]);
    });

    it('is put into JSON without it as well', async () => {
      const { stdout } = await pki('show', '--json', hostileCertificate());
      expect(acting(stdout)).toEqual([]);
      expect(JSON.parse(stdout)).toMatchObject({
        subject: expect.stringContaining('CN=server\\1b[2J\\1b[31m.example'),
      });
    });

    it('with a name that is a file name does the same in an error', async () => {
      const { status, stderr } = await pki('show', `lost${ESCAPE}\n.crt`);
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr:
          'pki: error: cannot read lost\\x1b[2J\\x1b[31m\\x0a.crt: no such file or directory\npki: hint: for a serial number, add --ca-dir\n',
      });
    });

    it('of version 1, as old roots are, is shown', async () => {
      const key = join(cwd, 'v1.key');
      openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024', '-out', key);
      const csr = join(cwd, 'v1.csr');
      openssl('req', '-new', '-key', key, '-subj', '/O=Old Root', '-out', csr);
      const crt = join(cwd, 'v1.crt');
      openssl('x509', '-req', '-in', csr, '-signkey', key, '-set_serial', '0', '-out', crt);
      const { status, stdout } = await pki('show', 'v1.crt');
      expect(status).toBe(0);
      expect(stdout).toMatch(/^O=Old Root\n {2}serial {7}00\n/);
    });
  },
);
