import { type Command, Option } from 'commander';
import type { CertificateRecord } from '../../../ca/store.ts';
import { timeText } from '../../../der/time.ts';
import { PkiError } from '../../../errors.ts';
import type { Certificate } from '../../../x509/certificate.ts';
import type { CertIdHash } from '../../../x509/ocsp-cert-id.ts';
import { reasonOption } from '../../act.ts';
import type { CliContext } from '../../context.ts';
import {
  addResponderOptions,
  periodOf,
  type ResponderOptions,
} from '../../ocsp/responder-options.ts';
import { pathOf } from '../../options.ts';
import { OutputDirectory } from '../../output-directory.ts';
import { json, table } from '../../present.ts';
import { counted } from '../../progress.ts';

interface SignOptions extends ResponderOptions {
  readonly out: string;
  readonly hash: CertIdHash;
  readonly names: 'request' | 'serial';
  readonly json?: boolean;
}

const EXAMPLES = `
One response, DER, for each certificate that is not expired. "--names request" names each file as
clients ask for it by GET (RFC 5019): the request in base64, URL-encoded. "--names serial" names them
SERIAL.ocsp, to be stapled by the servers themselves.

Examples:
  $ pki ocsp sign --ca-dir ./ca --days 30 --out ./responses
  $ pki ocsp sign --ca-dir ./ca --responder-cert ocsp.crt --responder-key ocsp.key --names serial --out ./staples`;

export const ocspSignCommand = (command: Command, context: CliContext): Command =>
  addResponderOptions(command, 7)
    .requiredOption('--out <directory>', 'where the responses go; it must not exist')
    .addOption(
      new Option('--names <form>', 'names of the files')
        .choices(['request', 'serial'])
        .default('request'),
    )
    .addOption(
      new Option('--hash <name>', 'hash function that clients name the issuer by')
        .choices(['sha1', 'sha256'])
        .default('sha1'),
    )
    .addOption(reasonOption())
    .addHelpText('after', EXAMPLES)
    .action((options: SignOptions) => sign(options, context));

async function sign(options: SignOptions, context: CliContext): Promise<void> {
  const { hash, names, out } = options;
  const directory = context.resources.use(new OutputDirectory(pathOf(context, out)));
  const { openResponder } = await import('../../ocsp/open-responder.ts');
  const { usedKeys } = await import('../../../ca/audit.ts');
  const { presignOcsp } = await import('../../../ca/ocsp.ts');
  const { encodeOcspRequest, ocspPath } = await import('../../../x509/ocsp-request.ts');
  const { responder, store } = await openResponder(context, options, { recorded: true });
  const parts = { store, clock: context.clock };
  const asked = { hash, period: periodOf(options) };
  const counts = { good: 0, revoked: 0 };
  let nextUpdate: Date | undefined;
  const records = current(store.list(), responder.ca, context);
  for await (const record of counted(context, 'signing', records)) {
    const { der, data } = await presignOcsp(record, asked, responder, parts);
    const single = data?.responses[0];
    if (!single || single.status.kind === 'unknown') throw new TypeError('nothing was signed');
    const request = encodeOcspRequest(single.certId);
    directory.write(names === 'serial' ? `${record.serial}.ocsp` : ocspPath(request), der);
    counts[single.status.kind] += 1;
    nextUpdate ??= single.nextUpdate; // the first one that runs out
  }
  const signed = counts.good + counts.revoked;
  const keys = signed > 0 ? usedKeys(await responder.signing.open()) : [];
  await store.recordAct({ event: 'ocsp-signed', ...counts, keys }, context.clock());
  directory.commit();
  const until = nextUpdate && { nextUpdate: timeText(nextUpdate) };
  if (options.json) return context.print(json({ directory: out, ...counts, ...until }));
  context.print(`signed ${signed} OCSP responses\n`);
  context.print(
    table([
      ['directory', out],
      ['good', `${counts.good}`],
      ['revoked', `${counts.revoked}`],
      ...(until ? [['next update', until.nextUpdate] as const] : []),
    ]),
  );
}

/** Certificates that somebody may ask about. Between any two of them the command can be interrupted. */
async function* current(
  records: AsyncIterable<CertificateRecord>,
  ca: Certificate,
  context: CliContext,
) {
  const now = context.clock();
  const { isIssuedHere } = await import('../../../ca/issued-here.ts');
  for await (const record of records) {
    if (record.status !== 'issued' || record.notAfter < now || !isIssuedHere(record, ca)) continue;
    await new Promise((resume) => setImmediate(resume));
    if (context.interrupted.aborted) throw new PkiError('INTERRUPTED', 'interrupted');
    yield record;
  }
}
