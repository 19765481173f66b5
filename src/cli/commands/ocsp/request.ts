import { type Command, Option } from 'commander';
import { serialText } from '../../../x509/certificate.ts';
import type { CertIdHash } from '../../../x509/ocsp-cert-id.ts';
import type { CliContext } from '../../context.ts';
import { pathOf } from '../../options.ts';
import { OutputFile } from '../../output-file.ts';
import { json, table } from '../../present.ts';

interface RequestOptions {
  readonly cert: string;
  readonly issuer: string;
  readonly hash: CertIdHash;
  readonly nonce?: boolean;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** What RFC 9654 §2.1 asks clients for. Octets. */
const NONCE_BYTES = 32;

const EXAMPLES = `
Examples:
  $ pki ocsp request --cert server.crt --issuer ca/ca.crt --nonce --out request.der
  $ pki ocsp request --cert server.crt --issuer ca/ca.crt | pki ocsp respond --ca-dir ./ca --request - --out response.der`;

export const ocspRequestCommand = (command: Command, context: CliContext): Command =>
  command
    .requiredOption('--cert <file>', 'certificate that is asked about, PEM or DER')
    .requiredOption('--issuer <file>', 'certificate of its issuer')
    .addOption(
      new Option('--hash <name>', 'how the issuer is named; not all responders know the others')
        .choices(['sha1', 'sha256', 'sha384', 'sha512'])
        .default('sha1'),
    )
    .option('--nonce', 'ask for a fresh answer, with 32 random octets (RFC 9654)')
    .option('--out <file>', 'request, DER; "-" is standard output', '-')
    .option('--force', 'replace the output file if it exists')
    .addHelpText('after', EXAMPLES)
    .action((options: RequestOptions) => makeRequest(options, context));

async function makeRequest(options: RequestOptions, context: CliContext): Promise<void> {
  const { out, force = false, hash } = options;
  const { readWithIssuer } = await import('../../ocsp/of-issuer.ts');
  const { partOf } = await import('../../read-certificates.ts');
  const { certificate, issuer } = await readWithIssuer(context, options);
  const { serialNumber } = certificate.tbs;
  const { certId } = await import('../../../x509/ocsp-cert-id.ts');
  const { encodeOcspRequest, ocspPath } = await import('../../../x509/ocsp-request.ts');
  const id = partOf(options.issuer, () => certId(issuer.tbs, serialNumber, hash));
  const nonce = options.nonce ? context.entropy(NONCE_BYTES) : undefined;
  const der = encodeOcspRequest(id, nonce);
  if (out !== '-') {
    using file = new OutputFile(pathOf(context, out), { mode: 0o644, force });
    file.write(der);
    file.commit();
  }
  const serial = serialText(serialNumber);
  const file = out === '-' ? {} : { file: out };
  if (options.json) {
    const request = Buffer.from(der).toString('base64');
    return context.print(json({ serial, hash, nonce: nonce !== undefined, ...file, request }));
  }
  if (out === '-') return context.print(der);
  context.print(`made a request about ${serial}\n`);
  context.print(
    table([
      ['request', out],
      ['path', `/${ocspPath(der)}`],
    ]),
  );
}
