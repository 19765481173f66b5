import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHsmConfig } from '../../src/cli/hsm/hsm-config-schema.ts';
import { DerError } from '../../src/der/der-error.ts';
import { pem, pemBlocks } from '../../src/der/pem.ts';
import { PkiError } from '../../src/errors.ts';
import { parseBackup } from '../../src/hsm/backup-file.ts';
import { parseProfile } from '../../src/profiles/yaml-source.ts';
import { parseKeyRef, printKeyRef } from '../../src/signers/key-ref.ts';
import { blockedKeyFiles } from '../../src/store/blocked-key-files.ts';
import { parseCaConfig } from '../../src/store/ca-config.ts';
import { parseBaseCrlNumber, parseCrl, parseCrlNumber } from '../../src/x509/crl.ts';
import {
  distinguishedNameText,
  parseDistinguishedName,
} from '../../src/x509/distinguished-name.ts';
import { parseOcspPath } from '../../src/x509/ocsp-request.ts';
import { parseIssuingDistributionPoint } from '../../src/x509/pointers.ts';
import { countRevoked, entryBounds, revokedCertificates } from '../../src/x509/revoked-list.ts';
import type { Form } from './mutate.ts';
import { type Target, verdictOf } from './target.ts';

const TEXT: Form = { kind: 'text' };

const textOf = (input: Uint8Array): string => Buffer.from(input).toString('utf8');

/** Readers of text that throw a PkiError, and nothing else. */
const text = (name: string, folder: string, read: (text: string) => unknown): Target => ({
  name,
  seeds: [folder],
  form: TEXT,
  open: () => (input) => verdictOf(() => read(textOf(input)), [PkiError]),
});

/** Readers that no command gives a whole file, or that a command would only be slower for. */
export const CONTENT_TARGETS: readonly Target[] = [
  {
    name: 'crl',
    seeds: ['crls'],
    form: { kind: 'der' },
    open: () => (input) => verdictOf(() => readCrl(input), [DerError]),
  },
  {
    name: 'pem',
    seeds: ['pems'],
    form: TEXT,
    open: () => async (input) => {
      const blocks = pemBlocks(Buffer.from(input).toString('latin1'));
      const again = pemBlocks(blocks.map(({ label, der }) => pem(label, der)).join(''));
      if (again.length !== blocks.length) throw new Error('it reads what it does not write');
      return blocks.length > 0 ? 'read' : 'refused';
    },
  },
  text('profile-text', 'profiles', (yaml) => parseProfile(yaml, 'x.yaml')),
  text('ca.yaml', 'configurations', (yaml) => parseCaConfig(yaml, 'ca.yaml')),
  text('hsm.yaml', 'hsm-configurations', (yaml) => parseHsmConfig(yaml, 'hsm.yaml')),
  text('backup', 'backups', (yaml) => {
    const checksum = createHash('sha256').update(yaml).digest('hex');
    return parseBackup(`${yaml}checksum: sha256:${checksum}\n`, 'x.backup');
  }),
  text('uri', 'uris', (uri) => {
    const printed = printKeyRef(parseKeyRef(uri));
    if (printKeyRef(parseKeyRef(printed)) !== printed) throw new Error('it becomes another one');
  }),
  text('name', 'names', (name) => {
    const printed = distinguishedNameText(parseDistinguishedName(name));
    const again = distinguishedNameText(parseDistinguishedName(printed));
    if (again !== printed) throw new Error(`it becomes another one: ${again}`);
  }),
  text('ocsp-path', 'paths', (path) => parseOcspPath(path)),
  {
    name: 'blocked-keys',
    seeds: ['blocked-keys'],
    form: TEXT,
    open: (directory) => (input) => {
      const path = join(directory, 'list');
      writeFileSync(path, input);
      const keys = blockedKeyFiles([{ path, shown: 'list' }]);
      return verdictOf(() => keys.find(['ff']), [PkiError]);
    },
  },
];

function readCrl(der: Uint8Array): void {
  const { revoked, extensions } = parseCrl(der).tbs;
  parseCrlNumber(extensions);
  parseBaseCrlNumber(extensions);
  for (const { oid, value } of extensions) {
    if (oid === '2.5.29.28') parseIssuingDistributionPoint(value);
  }
  const counted = countRevoked(revoked);
  const bounds = [...entryBounds(revoked)].length;
  const read = [...revokedCertificates(revoked)].length;
  if (counted !== bounds || read !== bounds) throw new Error('its entries are counted differently');
}
