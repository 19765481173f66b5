import { Command } from 'commander';
import type { CertificateRecord } from '../../ca/store.ts';
import { timeText } from '../../der/time.ts';
import type { CliContext } from '../context.ts';
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
  for await (const { serial, status, profile, notAfter, subject } of rows) {
    const columns = [serial.padStart(40), status.padEnd(6), timeText(notAfter), profile.padEnd(12)];
    context.print(`${columns.join('  ')}  ${subject}\n`);
  }
}

async function printJson(context: CliContext, rows: AsyncIterable<CertificateRecord>) {
  let separator = '[\n';
  for await (const { serial, status, profile, subject, notBefore, notAfter } of rows) {
    const times = { notBefore: timeText(notBefore), notAfter: timeText(notAfter) };
    const row = JSON.stringify({ serial, status, profile, subject, ...times });
    context.print(`${separator}  ${row}`);
    separator = ',\n';
  }
  context.print(separator === '[\n' ? '[]\n' : '\n]\n');
}
