import { Command } from 'commander';
import type { CertificateRecord } from '../../ca/store.ts';
import { timeText } from '../../der/time.ts';
import type { CliContext } from '../context.ts';
import { revocationFields, statusOf } from '../describe-revocation.ts';
import { caDirectoryOption, jsonOption, pathOf } from '../options.ts';

interface ListOptions {
  readonly caDir: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ pki list --ca-dir ./ca
  $ pki list --ca-dir ./ca --json | jq -r '.[].serial'`;

export function listCommand(context: CliContext): Command {
  return new Command('list')
    .addOption(caDirectoryOption())
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async ({ caDir, json }: ListOptions) => {
      const { openCaDirectory } = await import('../../store/ca-directory.ts');
      const directory = await openCaDirectory(pathOf(context, caDir), { readOnly: true });
      context.resources.use(directory);
      const rows = directory.store.list();
      await (json ? printJson(context, rows) : printLines(context, rows));
    });
}

/** One certificate a line, oldest first, written as they are read. */
async function printLines(context: CliContext, rows: AsyncIterable<CertificateRecord>) {
  for await (const row of rows) {
    const { serial, profile, notAfter, subject } = row;
    const status = statusOf(row).padEnd('revoked'.length);
    const columns = [serial.padStart(40), status, timeText(notAfter), profile.padEnd(12)];
    context.print(`${columns.join('  ')}  ${subject}\n`);
  }
}

async function printJson(context: CliContext, rows: AsyncIterable<CertificateRecord>) {
  let separator = '[\n';
  for await (const record of rows) {
    const { serial, profile, subject, notBefore, notAfter, revocation } = record;
    const status = statusOf(record);
    const times = { notBefore: timeText(notBefore), notAfter: timeText(notAfter) };
    const row = JSON.stringify({
      ...{ serial, status, profile, subject, ...times },
      ...revocationFields(revocation),
    });
    context.print(`${separator}  ${row}`);
    separator = ',\n';
  }
  context.print(separator === '[\n' ? '[]\n' : '\n]\n');
}
