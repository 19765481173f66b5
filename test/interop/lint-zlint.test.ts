import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { issue } from '../../src/ca/authority.ts';
import { lintObject } from '../../src/ca/lint/object.ts';
import { LINT_TABLES } from '../../src/ca/lint/tables.ts';
import { requestForOwnKey } from '../../src/ca/request.ts';
import { pem, pemBlocks } from '../../src/der/pem.ts';
import { integer, sequence } from '../../src/der/writer.ts';
import { profileNamed } from '../../src/profiles/built-in.ts';
import { encodeTbs } from '../../src/x509/certificate.ts';
import { encodeSigned } from '../../src/x509/signed.ts';
import { LINT_CASES } from '../ca/lint/cases.ts';
import { OCTET_CASES, partsOf, together } from '../ca/lint/octets.ts';
import { newLintWorld } from '../ca/lint/world.ts';
import { newIssuer, newKeys, newParts, newSigner } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { tool, tryTool, vectors } from '../support/tools.ts';
import { NOT_ROWS, ROW_OF_ZLINT } from './zlint-rows.ts';

const zlint = tool('zlint');
const directory = vectors();
const cwd = temporaryDirectory();

/** Rules of zlint, and the row that is there for the same. */
const SAME: Readonly<Record<string, string>> = {
  e_ext_subject_key_identifier_missing_ca: 'subject-key-identifier-of-ca',
  e_invalid_certificate_version: 'version',
  e_cert_contains_unique_identifier: 'unique-identifiers',
  e_subject_country_not_iso: 'country-code',
  e_subject_printable_string_badalpha: 'attribute-string-characters',
  e_rsa_mod_less_than_2048_bits: 'rsa-key-size',
  e_basic_constraints_not_critical: 'ca-basic-constraints-critical',
  e_ext_duplicate_extension: 'unique-extensions',
  e_serial_number_not_positive: 'serial-positive',
  e_serial_number_longer_than_20_octets: 'serial-length',
  e_utc_time_not_in_zulu: 'time-encoding',
  e_utc_time_does_not_include_seconds: 'time-encoding',
  e_wrong_time_format_pre2050: 'time-encoding',
  e_superfluous_ku_encoding: 'der-bit-string',
  e_ext_key_usage_cert_sign_without_ca: 'key-cert-sign-only-ca',
  e_tbs_signature_rsa_encryption_parameter_not_null: 'classical-parameters',
  e_spki_rsa_encryption_parameter_not_null: 'classical-parameters',
  e_cert_sig_alg_not_match_tbs_sig_alg: 'signature-algorithms-agree',
  e_ca_subject_field_empty: 'subject-of-ca',
  e_issuer_field_empty: 'issuer-not-empty',
  e_ext_key_usage_without_bits: 'key-usage-not-empty',
  e_path_len_constraint_improperly_included: 'path-length-of-ca',
};

/** What each rule of zlint says of a certificate. */
function verdicts(der: Uint8Array): Readonly<Record<string, { readonly result: string }>> {
  const file = join(cwd, 'certificate.pem');
  writeFileSync(file, pem('CERTIFICATE', der));
  const { output } = tryTool(zlint ?? '', file);
  const results = output.split('\n').findLast((line) => line.startsWith('{')) ?? '{}';
  return JSON.parse(results);
}

/** The rows that zlint's errors stand for, of those that are in the table. */
function rowsOfZlint(der: Uint8Array): readonly string[] {
  return Object.entries(verdicts(der))
    .filter(([, { result }]) => result === 'error' || result === 'fatal')
    .flatMap(([rule]) => SAME[rule] ?? []);
}

const ids = (der: Uint8Array) =>
  lintObject('certificate', der, { now: new Date() }).findings.map(({ id }) => id);

describe.skipIf(!zlint || !directory)('what zlint finds in the certificates of others', () => {
  const files = readdirSync(directory ?? '.', { recursive: true, encoding: 'utf8' }).filter(
    (file) => /_ta\.der$|\.crt$/.test(file),
  );

  it('is found by the row for the same', { timeout: 120_000 }, () => {
    let found = 0;
    for (const file of files) {
      const contents = readFileSync(join(directory ?? '.', file));
      const der = pemBlocks(contents.toString('latin1'))[0]?.der ?? contents;
      const wanted = rowsOfZlint(der);
      found += wanted.length;
      expect({ file, ids: ids(der) }).toEqual({ file, ids: expect.arrayContaining([...wanted]) });
    }
    expect(found).toBeGreaterThan(50);
  });
});

describe.skipIf(!zlint)('what zlint finds in certificates that are spoilt on purpose', () => {
  it('is found by the row for the same', { timeout: 120_000 }, async () => {
    const parts = newParts(cwd);
    const issuer = await newIssuer(await newKeys('ecdsa-p256'), parts);
    const request = requestForOwnKey((await newSigner('ecdsa-p256')).publicKey);
    const names = { subject: [{ type: 'CN', value: 'a.example.com' }], subjectAltName: [] };
    const profile = profileNamed('tls-server');
    const { certificate } = await issue({ request, profile, ...names }, issuer, parts);
    const sound = partsOf(certificate);
    const seen = new Set<string>();
    for (const { parts: change = () => ({}), whole = (der: Uint8Array) => der } of OCTET_CASES) {
      const der = whole(together({ ...sound, ...change(sound) }));
      const wanted = rowsOfZlint(der);
      for (const row of wanted) seen.add(row);
      expect(ids(der)).toEqual(expect.arrayContaining([...wanted]));
    }
    expect([...seen].toSorted()).toEqual([
      'classical-parameters',
      'signature-algorithms-agree',
      'time-encoding',
      'unique-identifiers',
      'version',
    ]);
  });
});

describe.skipIf(!zlint)('the cases of rows that zlint has too', () => {
  const cases = LINT_CASES.filter((one) => one.zlint !== undefined);

  it('are refused by zlint as well', { timeout: 120_000 }, async () => {
    const world = await newLintWorld(cwd);
    const passed: string[] = [];
    for (const { id, spoil, zlint: rule = '' } of cases) {
      const { tbs } = spoil(world).drafted;
      const der = encodeSigned(encodeTbs(tbs), tbs.signature, sequence(integer(1), integer(1)));
      const { result = 'none' } = verdicts(der)[rule] ?? {};
      if (result !== 'error' && result !== 'warn') passed.push(`${id}: ${rule} says ${result}`);
    }
    expect(passed).toEqual([]);
    expect(cases.length).toBeGreaterThan(25);
  });
});

describe.skipIf(!zlint)('the rules of zlint for RFCs', () => {
  it('have a row each, or a reason why there is none', () => {
    const { output } = tryTool(zlint ?? '', '-list-lints-json');
    const rules = output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { readonly name: string; readonly source: string })
      .filter(({ source }) => source.startsWith('RFC'));
    const told = [...Object.keys(ROW_OF_ZLINT), ...Object.keys(NOT_ROWS)];
    expect(rules.map(({ name }) => name).filter((name) => !told.includes(name))).toEqual([]);
    expect(rules.length).toBeGreaterThan(100);
  });

  it('are told of rows that there are', () => {
    const ids = ['der', ...LINT_TABLES.flatMap(({ rows }) => rows.map(({ id }) => id))];
    expect(Object.values(ROW_OF_ZLINT).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
