import type { Finding } from '../ca/lint/findings.ts';
import { type LintedObject, lintObject } from '../ca/lint/object.ts';
import type { Severity } from '../ca/lint/rule.ts';
import { pemBlocks } from '../der/pem.ts';
import { DerError } from '../der/reader.ts';
import { timeText } from '../der/time.ts';
import { PkiError } from '../errors.ts';
import { nameText, parseName } from '../x509/names.ts';
import { type SignedKind, signedKind } from '../x509/signed-kind.ts';
import type { CliContext } from './context.ts';
import { holdsNone } from './holds-none.ts';
import { json } from './present.ts';
import { printable } from './printable.ts';
import { nameOf } from './read-certificates.ts';
import { readInput } from './read-input.ts';

export interface LintFileOptions {
  readonly as?: 'tls-server';
  readonly at?: Date;
  readonly json?: boolean;
}

/** One of the objects in a file. */
interface LintedPart extends LintedObject {
  readonly kind: SignedKind;
}

/** Prints what the rows find; throws POLICY if one of them is an error. */
export async function lintFile(
  context: CliContext,
  file: string,
  { as, at, json: asJson = false }: LintFileOptions,
): Promise<void> {
  const contents = await readInput(context, file);
  const objects = objectsIn(contents);
  const name = nameOf(file);
  if (objects.length === 0) throw holdsNone(name, 'certificate, request or CRL', contents);
  const options = { at, now: context.clock(), asTlsServer: as === 'tls-server' };
  const linted = objects.map(
    ({ kind, der }): LintedPart => ({ kind, ...lintObject(kind, der, options) }),
  );
  context.print(asJson ? json(asDocument(linted)) : asText(name, linted));
  const errors = countOf(linted, 'error');
  if (errors === 0) return;
  const rows = errors === 1 ? 'a requirement' : `${errors} requirements`;
  throw new PkiError('POLICY', `${name} does not meet ${rows}`);
}

interface SignedObject {
  readonly kind: SignedKind;
  readonly der: Uint8Array;
}

const LABELS: Readonly<Record<string, SignedKind>> = {
  CERTIFICATE: 'certificate',
  'X509 CERTIFICATE': 'certificate',
  'CERTIFICATE REQUEST': 'request',
  'NEW CERTIFICATE REQUEST': 'request',
  'X509 CRL': 'crl',
};

/** One in DER, or all that are in PEM; a label tells of what is too broken to tell itself. */
function objectsIn(contents: Uint8Array): readonly SignedObject[] {
  const kind = signedKind(contents);
  if (kind) return [{ kind, der: contents }];
  const blocks = pemBlocks(Buffer.from(contents).toString('latin1'));
  return blocks.flatMap(({ label, der }) => {
    const labelled = LABELS[label];
    return labelled ? [{ kind: signedKind(der) ?? labelled, der }] : [];
  });
}

const countOf = (linted: readonly LintedPart[], wanted: Severity): number =>
  linted.flatMap((one) => one.findings.filter(({ severity }) => severity === wanted)).length;

const asDocument = (linted: readonly LintedPart[]) => ({
  errors: countOf(linted, 'error'),
  warnings: countOf(linted, 'warning'),
  notices: countOf(linted, 'notice'),
  objects: linted.map(({ kind, at, name, findings }) => ({
    kind,
    name: textOf(name) ?? null,
    at: timeText(at),
    findings: findings.map((one) => ({ ...one, problem: printable(one.problem) })),
  })),
});

const KIND_WORDS: Readonly<Record<SignedKind, string>> = {
  certificate: 'certificate of',
  crl: 'CRL of',
  request: 'request of',
};

const asText = (file: string, linted: readonly LintedPart[]): string =>
  linted
    .map(({ kind, name, at, findings }) => {
      const whose = `${KIND_WORDS[kind]} ${textOf(name) ?? 'somebody whose name cannot be read'}`;
      const heading = `${printable(file)}: ${whose}, as of ${timeText(at)}: ${summary(findings)}\n`;
      return heading + findings.map(line).join('');
    })
    .join('');

const line = ({ severity, problem, id, cites }: Finding): string =>
  `  ${severity.padEnd('warning'.length)}  ${printable(problem)} (${id}, ${cites})\n`;

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'notice'];

/** `1 error, 2 warnings`, or `nothing found`. */
function summary(findings: readonly Finding[]): string {
  const counts = SEVERITIES.map((severity) => {
    const { length } = findings.filter((one) => one.severity === severity);
    return length === 0 ? undefined : `${length} ${severity}${length === 1 ? '' : 's'}`;
  });
  return counts.filter(Boolean).join(', ') || 'nothing found';
}

/** A Name for people; undefined if it cannot be read. */
function textOf(name: Uint8Array | undefined): string | undefined {
  try {
    return name && nameText(parseName(name));
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
