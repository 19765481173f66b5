import { Command } from 'commander';
import { type NameAttribute, nameText } from '../../x509/names.ts';
import { collect } from '../collect.ts';
import type { CliContext } from '../context.ts';
import { addCaKeyOptions, addParentSecretOptions } from '../hierarchy/ca-options.ts';
import type { CreatedCa, KeyPlace } from '../hierarchy/create-ca.ts';
import {
  type InitCaOptions,
  type InitCaTask,
  type NamedCaOptions,
  taskOf,
} from '../hierarchy/init-ca-options.ts';
import { days, jsonOption, pathLength, pathOf } from '../options.ts';
import { certificateSummary, json, table } from '../present.ts';
import { printable } from '../printable.ts';

const EXAMPLES = `
Examples:
  $ pki init-ca --name "Example Root CA" --dir ./ca
  $ pki init-ca --name "HSM Root CA" --dir ./hsm-ca \\
      --pkcs11-lib /usr/lib/softhsm/libsofthsm2.so --pkcs11-token "CA Token" --pkcs11-key-label ca-key
  $ pki init-ca --name "HSM Root CA" --dir ./hsm-ca \\
      --key 'pkcs11:token=CA%20Token;object=ca-key?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/ca.pin'
  $ pki init-ca --name "Hybrid Root CA" --dir ./hybrid-ca --hybrid catalyst --ml-dsa ml-dsa-65 \\
      --pkcs11-lib /usr/lib/softhsm/libsofthsm2.so --pkcs11-token "CA Token" --pkcs11-key-label ca-key
  $ pki init-ca --name "Root CA" --dir ./policy-ca --policy bsi
  $ pki init-ca --name "Issuing CA 1" --dir ./issuing-ca --parent ./ca
  $ pki init-ca --name "Issuing CA 2" --dir ./ca-2 --csr ca-2.csr
  $ pki init-ca --dir ./ca-2 --complete ca-2.crt --chain ca/ca.crt
  $ pki init-ca --dir ./old-ca --import old-ca.crt --key file:old-ca.key`;

export function initCaCommand(context: CliContext): Command {
  const command = new Command('init-ca')
    .option('--name <name>', 'common name of the CA')
    .requiredOption('--dir <directory>', 'CA directory to make; must not exist, or be empty')
    .option('--organization <name>', 'organization in the subject')
    .option('--country <code>', 'country in the subject, two letters')
    .option('--parent <directory>', 'CA directory of the CA that certifies the new one')
    .option('--csr <file>', 'make a request for a CA elsewhere, "-" for standard output, and wait')
    .option('--complete <file>', 'its answer: the certificate of the CA that waits in --dir')
    .option('--import <file>', 'certificate of a CA that exists; --key names its key')
    .option(
      '--chain <file>',
      'certificates above that one, up to the root; may be given several times',
      collect,
    )
    .option('--profile <name>', "profile, the parent's own or built in (default: issuing-ca)")
    .option(
      '--var <name=value>',
      'value for a variable of the profile; may be given several times',
      collect,
    )
    .option('--path-length <number>', 'how many CAs may follow below it', pathLength)
    .option('--days <days>', 'validity (default: 7305, 20 years; under a parent 1826)', days)
    .option('--clamp', "shorten the validity to the parent's where it would exceed it");
  addParentSecretOptions(
    addCaKeyOptions(command, {
      algorithm: 'algorithm of the CA key (default: ecdsa-p384, or as --policy)',
      key: 'key in a token, by an RFC 7512 URI; with --import a file as well',
    }),
  );
  return command
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: InitCaOptions) => {
      const task = taskOf(options);
      if (task.kind === 'request') return printRequest(context, task.options, task.csr);
      printCa(context, options, await madeCa(context, task, pathOf(context, options.dir)));
    });
}

async function madeCa(
  context: CliContext,
  task: Exclude<InitCaTask, { kind: 'request' }>,
  directory: string,
): Promise<CreatedCa> {
  switch (task.kind) {
    case 'create': {
      const { createCa } = await import('../hierarchy/create-ca.ts');
      const { options } = task;
      return createCa(context, { options, directory, subject: subjectOf(options) });
    }
    case 'complete': {
      const { completeCa } = await import('../hierarchy/complete-ca.ts');
      return completeCa(context, directory, task);
    }
    case 'import': {
      const { importCa } = await import('../hierarchy/import-ca.ts');
      return importCa(context, directory, task.options);
    }
  }
}

function printCa(context: CliContext, options: InitCaOptions, created: CreatedCa): void {
  const { certificate, keys, notes, policy } = created;
  for (const note of notes) context.note(`pki: note: ${printable(note)}`);
  const summary = certificateSummary(certificate);
  if (options.json) {
    const followed = policy === undefined ? {} : { policy };
    context.print(json({ directory: options.dir, keys, ...followed, ...summary }));
    return;
  }
  context.print(`${verbOf(options)} the CA ${summary.subject}\n`);
  context.print(
    table([
      ['directory', options.dir],
      ...keyRows(keys),
      ...(policy === undefined ? [] : [['policy', policy] as const]),
      ['valid until', summary.notAfter],
      ['serial', summary.serial],
      ['SHA-256', summary.fingerprint],
    ]),
  );
}

const verbOf = (options: InitCaOptions): string =>
  options.complete === undefined
    ? options.import === undefined
      ? 'made'
      : 'imported'
    : 'completed';

const keyRows = (keys: readonly KeyPlace[]) =>
  keys.map(({ algorithm, key }) => ['key', `${algorithm} in ${key}`] as const);

async function printRequest(context: CliContext, options: NamedCaOptions, csr: string) {
  const { requestCa } = await import('../hierarchy/request-ca.ts');
  const directory = pathOf(context, options.dir);
  const subject = subjectOf(options);
  const { request, keys } = await requestCa(context, { options, directory, subject }, csr);
  const name = nameText(subject);
  const file = csr === '-' ? {} : { file: csr };
  if (options.json) {
    const about = { directory: options.dir, keys, subject: name };
    return context.print(json({ ...about, ...file, request }));
  }
  if (csr === '-') return context.print(request);
  context.print(`made a request for the CA ${name}, which waits for its certificate\n`);
  context.print(table([['directory', options.dir], ...keyRows(keys), ['request', csr]]));
}

function subjectOf({ name, organization, country }: NamedCaOptions): readonly NameAttribute[] {
  return [
    ...(country === undefined ? [] : [{ type: 'C', value: country }]),
    ...(organization === undefined ? [] : [{ type: 'O', value: organization }]),
    { type: 'CN', value: name },
  ];
}
