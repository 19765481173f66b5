import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { CliContext } from './context.ts';

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
    name: 'issue',
    summary: 'issue a certificate',
    load: async () => (await import('./commands/issue.ts')).issueCommand,
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
    name: 'list',
    summary: 'list the certificates of a CA',
    load: async () => (await import('./commands/list.ts')).listCommand,
  },
  {
    name: 'show',
    summary: 'show a certificate',
    load: async () => (await import('./commands/show.ts')).showCommand,
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
];

const DESCRIPTION = `Certificate authority with keys in files, in an HSM (PKCS#11), or in both at once.`;

const AFTER_HELP = `
Exit status: 0 done, 2 usage, 3 refused by policy, 4 key not available,
5 wrong PIN or passphrase, 6 store or file, 7 integrity, 8 due soon, 70 bug in pki.`;

/** The program, with the commands that `argv` mentions in full and the others by name. */
export async function pkiProgram(argv: readonly string[], context: CliContext): Promise<Command> {
  const program = new Command('pki')
    .description(DESCRIPTION)
    .version(packageJson.version)
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
