import type { Command } from 'commander';
import { PkiError } from '../../../errors.ts';
import { BUILT_IN_PROFILES, builtInNamed } from '../../../profiles/built-in.ts';
import type { ProfileFiles } from '../../../profiles/resolve.ts';
import type { CliContext } from '../../context.ts';
import { filesOfCa, resolvedProfile } from '../../load-profile.ts';
import { columns, json } from '../../present.ts';
import { printable } from '../../printable.ts';

interface ProfileListOptions {
  readonly caDir?: string;
  readonly json?: boolean;
}

interface ProfileRow {
  readonly name: string;
  /** `built-in`, or the path of a file. */
  readonly source: string;
  readonly summary: string;
  /** False for a file with mistakes. */
  readonly valid: boolean;
}

const EXAMPLES = `
Examples:
  $ pki profile list
  $ pki profile list --ca-dir ./ca --json`;

export function profileListCommand(command: Command, context: CliContext): Command {
  return command
    .option('--ca-dir <directory>', 'CA directory whose own profiles to list too')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ProfileListOptions) => {
      const rows = await profileRows(filesOfCa(context, options.caDir));
      if (options.json) return context.print(json(rows));
      context.print(
        columns(rows.map(({ name, source, summary }) => [name, source, printable(summary)])),
      );
    });
}

/** The built-in profiles in their order, those that a file replaces in their places, and others. */
async function profileRows(files: ProfileFiles): Promise<readonly ProfileRow[]> {
  const builtIn = BUILT_IN_PROFILES.map(({ name }) => name);
  const rows: ProfileRow[] = [];
  for (const name of new Set([...builtIn, ...files.names()])) {
    rows.push(await profileRow(files, name));
  }
  return rows;
}

async function profileRow(files: ProfileFiles, name: string): Promise<ProfileRow> {
  const file = files.read(name);
  if (!file) {
    const summary = builtInNamed(name)?.summary ?? '';
    return { name, source: 'built-in', summary, valid: true };
  }
  const source = file.path;
  try {
    const { config } = await resolvedProfile(files, name);
    return { name, source, summary: config.summary, valid: true };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    const summary = `has mistakes, see "pki profile check ${source}"`;
    return { name, source, summary, valid: false };
  }
}
