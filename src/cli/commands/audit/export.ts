import type { Command } from 'commander';
import type { AuditEntry } from '../../../store/audit/rows.ts';
import type { CliContext } from '../../context.ts';
import { caDirectoryOption, pathOf } from '../../options.ts';
import { counted } from '../../progress.ts';

interface ExportOptions {
  readonly caDir: string;
  readonly json?: boolean;
}

const AFTER_HELP = `
Each line is a JSON object with the number, at, event, serial, detail and hash of one entry. The hash
is SHA-256 over the 32 octets of the hash before it (zeros before the first) and the JSON array
[at,event,serial,detail] in UTF-8 without blanks. With --json they
are one array. Nothing is checked: see "pki audit verify".

Examples:
  $ pki audit export --ca-dir ./ca > audit.jsonl
  $ pki audit export --ca-dir ./ca | jq -c 'select(.event == "revoked")'`;

export const auditExportCommand = (command: Command, context: CliContext): Command =>
  command
    .addOption(caDirectoryOption())
    .addHelpText('after', AFTER_HELP)
    .action((options: ExportOptions) => exportTrail(options, context));

/** How much is written at a time, characters. What is larger outlives the young, and piles up as garbage. */
const PAGE = 1 << 14;

async function exportTrail({ caDir, json }: ExportOptions, context: CliContext) {
  const { openCaDirectory } = await import('../../../store/ca-directory.ts');
  const directory = await openCaDirectory(pathOf(context, caDir), { readOnly: true });
  const { store } = context.resources.use(directory);
  const [between, end] = json ? [',\n', ']\n'] : ['\n', '\n'];
  let [page, before] = [json ? '[' : '', ''];
  for await (const entry of counted(context, 'exporting', store.auditEntries())) {
    page += before + lineOf(entry);
    before = between;
    if (page.length < PAGE) continue;
    context.print(page);
    page = '';
  }
  context.print(page + end);
}

function lineOf({ number, at, event, serial, detail, hash }: AuditEntry): string {
  const fields = { number, at, event, serial, detail, hash: Buffer.from(hash).toString('hex') };
  return JSON.stringify(fields);
}
