import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { algorithmNamed } from '../../../src/algorithms/registry.ts';
import { describeCertificate } from '../../../src/cli/describe/describe-certificate.ts';
import { descriptionText } from '../../../src/cli/describe/describe-text.ts';
import {
  bitString,
  contextConstructed,
  integer,
  NULL,
  objectIdentifier,
  octetString,
  sequence,
} from '../../../src/der/writer.ts';
import { PkiError } from '../../../src/errors.ts';
import { encodeExtension } from '../../../src/x509/extensions.ts';
import { encodeName } from '../../../src/x509/names.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { extension, madeCertificate, P256_KEY } from '../made-certificate.ts';
import { noOpenssl, openssl } from '../openssl.ts';

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

/** A short certificate with every extension that has a reader of our own. */
function richCertificate(): Uint8Array {
  const spki = P256_KEY;
  const name = encodeName([{ type: 'CN', value: 'Delta' }]);
  const { identifier } = algorithmNamed('ecdsa-p384');
  const delta = sequence(
    integer(1n),
    contextConstructed(0, identifier),
    contextConstructed(1, name),
    contextConstructed(3, name),
    spki,
    contextConstructed(4, sequence(encodeExtension(extension('1.2.3', NULL)))),
    bitString(new Uint8Array(9)),
  );
  const hash = sequence(objectIdentifier('2.16.840.1.101.3.4.2.1'));
  return madeCertificate({
    extensions: [
      extension('2.16.840.1.114027.80.6.1', delta),
      extension('1.3.6.1.5.5.7.1.36', sequence(hash, octetString(new Uint8Array(8)))),
      extension('2.5.29.56', NULL),
      extension('2.5.29.72', spki),
      extension('2.5.29.73', identifier),
      extension('2.5.29.74', bitString(new Uint8Array(9))),
    ],
  });
}

describe('a certificate made to do harm', () => {
  it('is shown or refused, whichever octet of it is another one', () => {
    const certificate = richCertificate();
    const refused: number[] = [];
    for (const index of certificate.keys()) {
      const changed = Uint8Array.from(certificate);
      changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
      try {
        const text = descriptionText(describeCertificate(changed, 'changed.der'));
        expect(acting(text), `octet ${index}`).toEqual([]);
      } catch (error) {
        expect(error, `octet ${index}`).toBeInstanceOf(PkiError);
        refused.push(index);
      }
    }
    expect(refused.length).toBeGreaterThan(50); // else the test tries too little
    expect(refused.length).toBeLessThan(certificate.length / 2);
  });

  it('does not make much out of little', async () => {
    const delta = sequence(integer(1n), P256_KEY, bitString(new Uint8Array(9)));
    const many = Array.from({ length: 500 }, () => extension('2.16.840.1.114027.80.6.1', delta));
    const huge = extension('1.2.3.4', new Uint8Array(1_000_000));
    const certificate = madeCertificate({ extensions: [...many, huge] });
    writeFileSync(join(cwd, 'many.der'), certificate);
    const { status, stdout } = await pki('show', 'many.der');
    expect(status).toBe(0);
    expect(stdout.length).toBeLessThan(1.5 * certificate.length);
  });
});

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
