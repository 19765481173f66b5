import type { Command } from 'commander';
import { PkiError } from '../../../errors.ts';
import { type AuditHead, auditHeadText } from '../../../x509/audit-head.ts';
import type { CliContext } from '../../context.ts';
import { pathOf } from '../../options.ts';
import { json } from '../../present.ts';
import { readInput } from '../../read-input.ts';

interface HeadOptions {
  readonly caDir?: string;
  readonly crl?: string;
  readonly json?: boolean;
}

const AFTER_HELP = `
Whoever keeps a copy can show later that nothing was taken away before it: "pki audit verify
--against". Each CRL carries one.

Examples:
  $ pki audit head --ca-dir ./ca > head.txt
  $ pki audit head --crl published.crl`;

export const auditHeadCommand = (command: Command, context: CliContext): Command =>
  command
    .option('--ca-dir <directory>', 'CA directory that "pki init-ca" made')
    .option('--crl <file>', 'the head that this CRL carries instead; nothing is checked')
    .addHelpText('after', AFTER_HELP)
    .action(async (options: HeadOptions) => {
      const head = await headOf(options, context);
      const { number } = head;
      const hash = Buffer.from(head.hash).toString('hex');
      context.print(options.json ? json({ number, hash }) : `${auditHeadText(head)}\n`);
    });

async function headOf({ caDir, crl }: HeadOptions, context: CliContext): Promise<AuditHead> {
  if ((caDir === undefined) === (crl === undefined)) {
    throw new PkiError('USAGE', 'give either --ca-dir or --crl');
  }
  if (crl !== undefined) {
    const { crlIn, headOfCrl } = await import('../../audit/known-heads.ts');
    const found = headOfCrl(crlIn(await readInput(context, crl), crl), crl);
    if (found) return found;
    throw new PkiError('USAGE', `${crl} is a CRL without an audit head`);
  }
  const path = pathOf(context, caDir ?? '');
  const { openCaDirectory } = await import('../../../store/ca-directory.ts');
  const { store } = context.resources.use(await openCaDirectory(path, { readOnly: true }));
  const head = await store.auditHead();
  if (head) return head;
  throw new PkiError('INTEGRITY', `the audit trail of the CA in ${path} is empty`, {
    hints: ['it begins with the certificate of the CA itself'],
  });
}
