import { sha256Text } from '../../der/sha256.ts';
import { timeText, wholeSeconds } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import type { PathResult, PathStep } from '../../path/path-result.ts';
import type { CheckedSignature } from '../../path/path-signatures.ts';
import type { RevocationStatus, RevocationVerdict } from '../../path/revocation-verdict.ts';
import { validatePath } from '../../path/validate-path.ts';
import { serialText } from '../../x509/certificate.ts';
import type { CliContext } from '../context.ts';
import { pathOf } from '../options.ts';
import { columns, json } from '../present.ts';
import { printable } from '../printable.ts';
import { Phases, sizeOf } from '../progress.ts';
import { nameOf, readCertificates, readTrusted } from '../read-certificates.ts';
import { type RevocationOptions, revocationEvidence } from './revocation-evidence.ts';
import { type WantedOptions, wantedBy } from './wanted-options.ts';

export interface VerifyOptions extends WantedOptions, RevocationOptions {
  readonly trust: readonly string[];
  readonly at?: Date;
  readonly requireAlt?: boolean;
  readonly json?: boolean;
}

interface VerifyFiles {
  readonly certificate: string;
  readonly intermediates: readonly string[];
}

/** Prints what was checked, whatever comes of it; throws POLICY unless everything holds. */
export async function verifyChain(
  context: CliContext,
  files: VerifyFiles,
  options: VerifyOptions,
): Promise<void> {
  const wanted = wantedBy(options);
  const [certificate, ...chain] = await readCertificates(context, files.certificate);
  const read = (paths: readonly string[]) =>
    Promise.all(paths.map((path) => readCertificates(context, path)));
  const trusted = await Promise.all(options.trust.map((path) => readTrusted(context, path)));
  const at = options.at ?? context.clock();
  const { crl = [], ocsp = [] } = options;
  using phases = new Phases(
    context,
    sizeOf([...crl, ...ocsp].map((path) => pathOf(context, path))),
  );
  phases.next('reading CRLs');
  const evidence = await revocationEvidence(context, options);
  phases.next('validating the path');
  const validated = await validatePath({
    certificate,
    intermediates: [...chain, ...(await read(files.intermediates)).flat()],
    trust: trusted.flatMap(({ certificates }) => certificates),
    at,
    requireAlternative: options.requireAlt ?? false,
    wanted,
    ...evidence,
  });
  const leftOut = trusted.flatMap((one) => one.leftOut);
  const result = { ...validated, warnings: [...leftOut, ...validated.warnings] };
  const name = nameOf(files.certificate);
  if (options.json) context.print(json(resultJson(result, at)));
  else printResult(context, name, result);
  if (result.problems.length === 0) return;
  throw new PkiError('POLICY', `${name} does not verify`, { hints: result.problems });
}

function printResult(context: CliContext, name: string, result: PathResult): void {
  for (const warning of result.warnings) context.note(`pki: warning: ${printable(warning)}`);
  const verdict = result.problems.length === 0 ? 'OK' : 'refused';
  context.print(`${printable(name)}: ${verdict}\n${pathLines(result)}`);
}

/** Each certificate, and under it its signatures; these are aligned over all of the path. */
function pathLines({ path }: PathResult): string {
  const rows = path.flatMap((step) => step.signatures.map((one) => signatureColumns(one, step)));
  const lines = columns(rows).split('\n');
  return path
    .map(({ subject, trusted, signatures: own, revocation }) => {
      const heading = `  ${subject}${trusted ? ' (trusted)' : ''}\n`;
      const below = [...lines.splice(0, own.length), ...revocationLines(revocation)];
      return heading + below.map((line) => `    ${line}\n`).join('');
    })
    .join('');
}

const REVOCATION: Readonly<Record<RevocationStatus, string>> = {
  good: 'not revoked',
  revoked: 'revoked',
  undetermined: 'not known whether it is revoked',
};

const revocationLines = (verdict: RevocationVerdict | undefined): readonly string[] =>
  verdict ? [[REVOCATION[verdict.status], ...verdict.by.map((by) => `by ${by}`)].join(', ')] : [];

function signatureColumns(signature: CheckedSignature, { trusted }: PathStep): readonly string[] {
  const { algorithm, composite, what, issuer, implementation, problem } = signature;
  const scheme = composite === undefined ? algorithm : `${algorithm} of ${composite}`;
  const kind = what === 'signature' ? '' : ', alternative,';
  const by = trusted ? 'itself' : issuer;
  const verdict = problem === undefined ? 'verified' : 'does not hold';
  return [`${scheme}${kind} by ${by}`, `${verdict} (${implementation})`];
}

const resultJson = (result: PathResult, at: Date) => ({
  valid: result.problems.length === 0,
  at: timeText(wholeSeconds(at)),
  path: result.path.map(stepJson),
  signatures: result.signatures.map(signatureJson),
  problems: result.findings.map((finding) => ({ ...finding, problem: printable(finding.problem) })),
  warnings: result.warnings.map(printable),
});

const signatureJson = ({ problem, ...signature }: CheckedSignature) => ({
  certificate: signature.certificate,
  issuer: signature.issuer,
  what: signature.what,
  algorithm: signature.algorithm,
  composite: signature.composite ?? null,
  implementation: signature.implementation,
  problem: problem === undefined ? null : printable(problem),
});

const stepJson = ({
  certificate: { tbs, der },
  subject,
  issuer,
  trusted,
  revocation,
}: PathStep) => ({
  subject,
  issuer,
  serial: serialText(tbs.serialNumber),
  notBefore: timeText(tbs.notBefore),
  notAfter: timeText(tbs.notAfter),
  fingerprint: sha256Text(der),
  trusted,
  revocation: revocation ? { status: revocation.status, by: revocation.by.map(printable) } : null,
});
