import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem, pemBlocks } from '../../src/der/pem.ts';
import { encodeCertificate, encodeTbs, parseCertificate } from '../../src/x509/certificate.ts';
import { EXTENSION_OID } from '../../src/x509/extensions.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { BOUNCY_CASTLE, OPENSSL_3_0 } from './judges.ts';

const directory = temporaryDirectory();
const pki = world({ cwd: directory });
const ca = join(directory, 'ca/ca.crt');
const leaf = join(directory, 'leaf.crt');

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--hybrid', 'catalyst', '--no-passphrase');
  await pki('issue', '--ca-dir', 'ca', '--cn', 'a.example.com', '--out', leaf, '--key-out', 'key');
});

describe.skipIf(BOUNCY_CASTLE.missing)(
  `the alternative signature, judged by Bouncy Castle${BOUNCY_CASTLE.missing ?? ''}`,
  () => {
    it('is there, and holds', () => {
      const { output } = BOUNCY_CASTLE.judge(leaf, ca);
      expect(JSON.parse(output)).toMatchObject({ signature: true, alternative: 'true' });
    });

    it('does not hold when one bit of it is turned over', () => {
      const certificate = parseCertificate(
        pemBlocks(readFileSync(leaf, 'latin1'))[0]?.der ?? new Uint8Array(),
      );
      const extensions = certificate.tbs.extensions.map((extension) => {
        if (extension.oid !== EXTENSION_OID.altSignatureValue) return extension;
        const value = Uint8Array.from(extension.value);
        value[100] = (value[100] ?? 0) ^ 1;
        return { ...extension, value };
      });
      const der = encodeCertificate(
        encodeTbs({ ...certificate.tbs, extensions }),
        certificate.signatureAlgorithm,
        certificate.signature,
      );
      const tampered = join(directory, 'tampered.crt');
      writeFileSync(tampered, pem('CERTIFICATE', der));
      const { output } = BOUNCY_CASTLE.judge(tampered, ca);
      expect(JSON.parse(output)).toMatchObject({ alternative: 'false' });
    });
  },
);

describe.skipIf(OPENSSL_3_0.missing)('software that does not know alternative signatures', () => {
  it('accepts the certificate, since the extensions are not critical', () => {
    expect(OPENSSL_3_0.judge(leaf, ca)).toMatchObject({ accepted: true });
  });
});
