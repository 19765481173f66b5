import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { PkiError, systemErrorText } from '../../../errors.ts';
import { builtInNamed, profileNamed, ROOT_CA } from '../../../profiles/built-in.ts';
import { CA_FILES } from '../../../store/ca-directory.ts';
import { isProfileName, profileFileName } from '../../../store/profile-files.ts';
import type { CliContext } from '../../context.ts';
import { filesOfCa } from '../../load-profile.ts';
import { pathOf } from '../../options.ts';
import { OutputFile } from '../../output-file.ts';
import { json } from '../../present.ts';
import { profileTemplate } from '../../profiles/profile-template.ts';

interface ProfileNewOptions {
  readonly caDir: string;
  readonly extends: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ pki profile new web --ca-dir ./ca
  $ pki profile new partner-ca --ca-dir ./ca --extends issuing-ca`;

export function profileNewCommand(command: Command, context: CliContext): Command {
  return command
    .argument('<name>', 'name of the profile, small letters, digits and hyphens')
    .requiredOption('--ca-dir <directory>', 'CA directory that the profile is for')
    .option('--extends <profile>', 'what it is built on', 'tls-server')
    .option('--force', 'replace a file that exists')
    .addHelpText('after', EXAMPLES)
    .action((name: string, options: ProfileNewOptions) => makeProfile(name, options, context));
}

function makeProfile(name: string, options: ProfileNewOptions, context: CliContext): void {
  mustBeNameOfProfile(name);
  const { caDir, extends: base } = options;
  const files = filesOfCa(context, caDir);
  if (!builtInNamed(base) && !files.has(base)) profileNamed(base, files.names());
  const directory = join(caDir, CA_FILES.profiles);
  try {
    mkdirSync(pathOf(context, directory), { recursive: true });
  } catch (error) {
    throw new PkiError('STORE', `cannot make ${directory}: ${systemErrorText(error)}`, {
      cause: error,
    });
  }
  const path = join(directory, profileFileName(name));
  const file = context.resources.use(
    new OutputFile(pathOf(context, path), { mode: 0o644, force: options.force ?? false }),
  );
  file.write(profileTemplate(name, base));
  file.commit();
  context.print(options.json ? json({ name, file: path }) : `${path}\n`);
}

function mustBeNameOfProfile(name: string): void {
  if (name === ROOT_CA) {
    throw new PkiError('USAGE', `profile "${name}" is for self-signed certificates`, {
      hints: ['"pki init-ca" alone uses it, before there is a CA directory'],
    });
  }
  if (isProfileName(name)) return;
  throw new PkiError('USAGE', `"${name}" cannot be the name of a profile`, {
    hints: ['use small letters, digits and hyphens'],
  });
}
