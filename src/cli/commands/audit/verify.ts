import type { Command } from 'commander';
import { auditHeadText } from '../../../x509/audit-head.ts';
import { collect } from '../../collect.ts';
import type { CliContext } from '../../context.ts';
import { caDirectoryOption, pathOf } from '../../options.ts';
import { json, table } from '../../present.ts';
import { counted } from '../../progress.ts';

interface VerifyOptions {
  readonly caDir: string;
  readonly against: readonly string[];
  readonly json?: boolean;
}

const AFTER_HELP = `
The hashes show what was changed, put in or taken out in the middle. What was cut off at the end, or
made anew as a whole, shows only against a copy of a head that is kept elsewhere, or in a CRL that
was published. Exit status 7: something does not hold.

Examples:
  $ pki audit verify --ca-dir ./ca
  $ pki audit verify --ca-dir ./ca --against published.crl --against head.txt`;

export const auditVerifyCommand = (command: Command, context: CliContext): Command =>
  command
    .addOption(caDirectoryOption())
    .option(
      '--against <head>',
      'copy of a head: NUMBER:HASH, or a file with one, or a CRL; may be given several times',
      collect,
      [],
    )
    .addHelpText('after', AFTER_HELP)
    .action((options: VerifyOptions) => verify(options, context));

async function verify({ caDir, against, json: asJson }: VerifyOptions, context: CliContext) {
  const { openCaDirectory } = await import('../../../store/ca-directory.ts');
  const { headsOfKeptCrls, knownHead } = await import('../../audit/known-heads.ts');
  const opened = await openCaDirectory(pathOf(context, caDir), { readOnly: true });
  const directory = context.resources.use(opened);
  const known = [...(await headsOfKeptCrls(directory))];
  for (const head of against) known.push(await knownHead(context, head, directory));
  const { entries, certificates, crls, head } = await directory.store.verifyAudit(
    known,
    (what, items) => counted(context, what, items),
  );
  const heads = known.map(({ name }) => name);
  if (asJson) {
    const last = head && { number: head.number, hash: Buffer.from(head.hash).toString('hex') };
    context.print(json({ entries, certificates, crls, head: last ?? null, against: heads }));
    return;
  }
  context.print('the audit trail holds\n');
  context.print(
    table([
      ['entries', `${entries}`],
      ['certificates', `${certificates}`],
      ['CRLs', `${crls}`],
      ...heads.map((name) => ['against', name] as const),
      ...(head ? [['head', auditHeadText(head)] as const] : []),
    ]),
  );
}
