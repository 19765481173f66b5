import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CertificateDescription } from '../../src/cli/describe/describe-certificate.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { extension, madeCertificate } from './made-certificate.ts';

const cwd = temporaryDirectory();
export const pki = world({ cwd });

export const DELTA = '2.16.840.1.114027.80.6.1';
export const RELATED = '1.3.6.1.5.5.7.1.36';
export const QC_STATEMENTS = '1.3.6.1.5.5.7.1.3';
export const NO_REV_AVAIL = '2.5.29.56';
export const ALTERNATIVE = ['2.5.29.72', '2.5.29.73', '2.5.29.74'] as const;

export async function shown(der: Uint8Array): Promise<CertificateDescription> {
  writeFileSync(join(cwd, 'made.der'), der);
  const { status, stdout, stderr } = await pki('show', '--json', 'made.der');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

export const shownExtension = async (oid: string, value: Uint8Array) =>
  (await shown(madeCertificate({ extensions: [extension(oid, value)] }))).extensions[0];
