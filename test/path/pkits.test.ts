import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/der/reader.ts';
import { validatePath } from '../../src/path/validate-path.ts';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.ts';
import { parseCrl } from '../../src/x509/crl.ts';
import { ANY_POLICY } from '../../src/x509/policy-extensions.ts';
import { vectors } from '../support/tools.ts';
import { PKITS_DIFFERENCES, PKITS_POLICY_CASES, PKITS_REFUSED } from './pkits-cases.ts';

const fetched = resolve(import.meta.dirname, '../../.cache/pkits');
const path = vectors('pkits') ?? (existsSync(fetched) ? fetched : undefined);
const absent = path ? '' : ' (PKITS is not here: scripts/pkits fetches it)';

/** All files of a folder that can be read, by their names. */
function allOf<Value>(folder: string, parse: (der: Uint8Array) => Value) {
  const files = path ? readdirSync(join(path, folder)) : [];
  const found = new Map<string, Value | undefined>();
  for (const file of files) {
    const name = file.replace(/\.\w+$/, '');
    found.set(
      name,
      readable(() => parse(readFileSync(join(path ?? '', folder, file)))),
    );
  }
  return found;
}

/** Undefined for what the command line refuses as a file. */
function readable<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

const isThere = <Value>(value: Value | undefined): value is Value => value !== undefined;

const certificates = allOf('certs', parseCertificate);
const crls = [...allOf('crls', parseCrl).values()].filter(isThere);
const subjects = [...certificates.keys()].filter((name) => name.endsWith('EE'));

/** The whole suite is there to choose from: the path and the CRLs have to be found. */
const others = [...certificates]
  .filter(([name]) => !name.endsWith('EE') && name !== 'TrustAnchorRootCertificate')
  .map(([, certificate]) => certificate)
  .filter(isThere);

async function problemsOf(name: string, policies: readonly string[] = []) {
  const [certificate, anchor] = [name, 'TrustAnchorRootCertificate'].map((file) =>
    certificates.get(file),
  );
  if (!certificate) return ['it cannot be read'];
  const { problems } = await validatePath({
    certificate,
    intermediates: others,
    trust: [anchor as Certificate],
    at: new Date('2024-01-01T00:00:00Z'),
    requireAlternative: false,
    wanted: { policies },
    revocation: { crls, responses: [], required: 'all' },
  });
  return problems;
}

const NIST_POLICY = '2.16.840.1.101.3.2.1.48';

describe.skipIf(!path)(`NIST's test suite of path validation${absent}`, () => {
  it('is there in full', () => {
    expect(subjects.length).toBe(223);
    expect(crls.length).toBe(172);
  });

  it.each(subjects)('%s', async (name) => {
    const holds = !name.startsWith('Invalid') && !PKITS_REFUSED.has(name);
    const problems = await problemsOf(name);
    expect(problems.length === 0, problems.join()).toBe(holds && !(name in PKITS_DIFFERENCES));
  });

  it.each(PKITS_POLICY_CASES)(
    '$file for policies $asked: $holds',
    async ({ file, asked, holds }) => {
      const policies = asked.map((one) => (one === 'any' ? ANY_POLICY : `${NIST_POLICY}.${one}`));
      const problems = await problemsOf(file, policies);
      expect(problems.length === 0, problems.join()).toBe(holds);
    },
  );
});
