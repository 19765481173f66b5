import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { EXIT_STATUSES } from '../errors.ts';
import type { CliContext } from './context.ts';
import { JSON_VERSION } from './json-version.ts';

interface CommandRow {
  readonly name: string;
  readonly summary: string;
  /** Imports the command; the others cost nothing but these rows. */
  readonly load: () => Promise<
    (context: CliContext, argv: readonly string[]) => Command | Promise<Command>
  >;
}

const COMMANDS: readonly CommandRow[] = [
  {
    name: 'init-ca',
    summary: 'make a CA: key, self-signed certificate and store',
    load: async () => (await import('./commands/init-ca.ts')).initCaCommand,
  },
  {
    name: 'rekey-ca',
    summary: 'make a new key for a CA, or renew its certificate, under its name',
    load: async () => (await import('./commands/rekey-ca.ts')).rekeyCaCommand,
  },
  {
    name: 'issue',
    summary: 'issue a certificate',
    load: async () => (await import('./commands/issue.ts')).issueCommand,
  },
  {
    name: 'renew',
    summary: 'issue a certificate anew, before it ends',
    load: async () => (await import('./commands/renew.ts')).renewCommand,
  },
  {
    name: 'cross-sign',
    summary: 'certify the key of another CA',
    load: async () => (await import('./commands/cross-sign.ts')).crossSignCommand,
  },
  {
    name: 'profile',
    summary: 'list, show, check and make profiles of certificates',
    load: async () => (await import('./commands/profile.ts')).profileCommand,
  },
  {
    name: 'csr',
    summary: 'make, show and verify certificate requests',
    load: async () => (await import('./commands/csr.ts')).csrCommand,
  },
  {
    name: 'revoke',
    summary: 'revoke a certificate, or put it on hold',
    load: async () => (await import('./commands/revoke.ts')).revokeCommand,
  },
  {
    name: 'crl',
    summary: 'make a certificate revocation list',
    load: async () => (await import('./commands/crl.ts')).crlCommand,
  },
  {
    name: 'ocsp',
    summary: 'answer whether certificates are revoked',
    load: async () => (await import('./commands/ocsp.ts')).ocspCommand,
  },
  {
    name: 'audit',
    summary: 'verify, show and export the audit trail of a CA',
    load: async () => (await import('./commands/audit.ts')).auditCommand,
  },
  {
    name: 'list',
    summary: 'list the certificates of a CA',
    load: async () => (await import('./commands/list.ts')).listCommand,
  },
  {
    name: 'show',
    summary: 'show a certificate or a CRL',
    load: async () => (await import('./commands/show.ts')).showCommand,
  },
  {
    name: 'tree',
    summary: 'draw the hierarchy of the CAs in directories',
    load: async () => (await import('./commands/tree.ts')).treeCommand,
  },
  {
    name: 'report',
    summary: 'write a page about CAs: hierarchy, what ends when, keys, CRLs, audit',
    load: async () => (await import('./commands/report.ts')).reportCommand,
  },
  {
    name: 'verify',
    summary: 'verify a certificate and its chain up to a trusted one',
    load: async () => (await import('./commands/verify.ts')).verifyCommand,
  },
  {
    name: 'lint',
    summary: 'hold certificates, requests and CRLs against the standards',
    load: async () => (await import('./commands/lint.ts')).lintCommand,
  },
  {
    name: 'key',
    summary: 'make, show and convert private keys in files',
    load: async () => (await import('./commands/key.ts')).keyCommand,
  },
  {
    name: 'algorithms',
    summary: 'list the algorithms, their sizes, sources and where they can sign',
    load: async () => (await import('./commands/algorithms.ts')).algorithmsCommand,
  },
  {
    name: 'hsm',
    summary: 'look after tokens: what is in them, whether they work, backups of keys',
    load: async () => (await import('./commands/hsm.ts')).hsmCommand,
  },
  {
    name: 'store',
    summary: 'check, back up and restore the store of a CA',
    load: async () => (await import('./commands/store.ts')).storeCommand,
  },
  {
    name: 'doctor',
    summary: 'look at everything that pki and a CA depend on',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    name: 'completion',
    summary: 'print a script that completes command lines of pki in a shell',
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
];

const DESCRIPTION = `Certificate authority with keys in files, in an HSM (PKCS#11), or in both at once.`;

const statuses = (from: number, to: number): string =>
  EXIT_STATUSES.filter(({ status }) => status >= from && status <= to)
    .map(({ status, short }) => `${status} ${short}`)
    .join(', ');

const AFTER_HELP = `
Exit status: ${statuses(0, 4)},
${statuses(5, 70)}.`;

const versionText = (json: boolean): string =>
  json ? JSON.stringify({ version: packageJson.version, json: JSON_VERSION }) : packageJson.version;

/** The program, with the commands that `argv` mentions in full and the others by name. */
export async function pkiProgram(argv: readonly string[], context: CliContext): Promise<Command> {
  const program = new Command('pki')
    .description(DESCRIPTION)
    .version(versionText(argv.includes('--json')))
    .addHelpText('after', AFTER_HELP)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.print(text),
      writeErr: (text) => context.note(text.trimEnd()),
      outputError: () => undefined, // run() reports errors
    });
  for (const { name, summary, load } of COMMANDS) {
    const command = argv.includes(name) ? await (await load())(context, argv) : new Command(name);
    program.addCommand(command.description(summary).copyInheritedSettings(program));
    // a command does not hand these on to commands that were there before
    for (const sub of command.commands) sub.copyInheritedSettings(command);
  }
  return program;
}
