import { timeText, wholeSeconds } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import { type OcspFinding, type OcspResult, verifyOcsp } from '../../path/verify-ocsp.ts';
import { serialText } from '../../x509/certificate.ts';
import type { CliContext } from '../context.ts';
import { json, table } from '../present.ts';
import { printable } from '../printable.ts';
import { nameOf, readCertificates } from '../read-certificates.ts';
import { describeSingle, singleRows } from './describe-answer.ts';
import { readWithIssuer } from './of-issuer.ts';
import { readable, readOcspRequest, readOcspResponse } from './read-ocsp.ts';

export interface VerifyOcspOptions {
  readonly issuer: string;
  readonly cert?: string;
  readonly request?: string;
  readonly at?: Date;
  readonly json?: boolean;
}

/** Prints what was checked, whatever comes of it; throws POLICY unless everything holds. */
export async function verifyResponse(
  context: CliContext,
  file: string,
  options: VerifyOcspOptions,
): Promise<void> {
  const at = wholeSeconds(options.at ?? context.clock());
  const asked = options.request;
  const { certificate, issuer } = await certificatesOf(context, options);
  const request = asked === undefined ? undefined : await readOcspRequest(context, asked);
  const { basic, status } = await readOcspResponse(context, file);
  const result =
    basic &&
    (await readable(file, 'an OCSP response', () =>
      verifyOcsp({ basic, issuer, certificate, request, at }),
    ));
  const findings = result?.findings ?? [refusedBy(status)];
  const name = nameOf(file);
  for (const warning of result?.warnings ?? []) context.note(`pki: warning: ${warning}`);
  if (options.json) context.print(json(resultJson(status, at, findings, result)));
  else {
    const verdict = findings.length === 0 ? 'OK' : 'refused';
    context.print(`${printable(name)}: ${verdict}\n${result ? table(rowsOf(result)) : ''}`);
  }
  if (findings.length === 0) return;
  throw new PkiError('POLICY', `${name} does not verify`, {
    hints: findings.map(({ problem, id, cites }) => `${printable(problem)} (${id}, ${cites})`),
  });
}

async function certificatesOf(context: CliContext, { cert, issuer: file }: VerifyOcspOptions) {
  if (cert !== undefined) return readWithIssuer(context, { cert, issuer: file });
  const [issuer] = await readCertificates(context, file);
  return { certificate: undefined, issuer };
}

/** An error is not signed: it says nothing about a certificate. */
const refusedBy = (status: string): OcspFinding => ({
  id: 'response-status',
  cites: 'RFC 6960 §2.3',
  problem: `the responder gave no answer, but the error ${status}`,
});

const responderOf = ({ examined: { responder, delegated } }: OcspResult) =>
  responder
    ? {
        subject: responder.subject,
        serial: serialText(responder.certificate.tbs.serialNumber),
        delegated,
      }
    : null;

function rowsOf(result: OcspResult): readonly (readonly [label: string, value: string])[] {
  const { data } = result.examined;
  const responder = responderOf(result);
  const role = responder?.delegated ? 'a delegated responder' : 'the issuer itself';
  return [
    ['responder', responder ? `${responder.subject}, ${role}` : 'not known'],
    ['produced at', timeText(data.producedAt)],
    ...data.responses.map(describeSingle).flatMap(singleRows),
  ];
}

const resultJson = (
  status: string,
  at: Date,
  problems: readonly OcspFinding[],
  result: OcspResult | undefined,
) => ({
  valid: problems.length === 0,
  at: timeText(at),
  status,
  responder: result ? responderOf(result) : null,
  producedAt: result ? timeText(result.examined.data.producedAt) : null,
  certificates: (result?.examined.data.responses ?? []).map(describeSingle),
  problems: problems.map((finding) => ({ ...finding, problem: printable(finding.problem) })),
  warnings: result?.warnings ?? [],
});
