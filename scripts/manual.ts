/** The manual page, in the macros of man(7). */
import packageJson from '../package.json' with { type: 'json' };
import { ENVIRONMENT } from '../src/cli/environment.ts';
import { type CommandOutline, callable, type OptionOutline } from '../src/cli/outline.ts';
import { EXIT_STATUSES } from '../src/errors.ts';
import { CA_FILES } from '../src/store/ca-directory.ts';
import { OUTLINE } from './cli-reference.ts';
import { divided, sharedOptions } from './shared-options.ts';

/** When the wording around the generated parts was last looked at; not the day of a build. */
const REVISED = '2026-11-22';

const FILES: Readonly<Record<keyof typeof CA_FILES, string>> = {
  certificate: 'The CA certificate, PEM.',
  chain: 'The same and those above it, up to the root; not there for a root.',
  request: 'Instead of the certificate while the CA waits for it.',
  config: 'Name, algorithms, and where the keys are; no secret.',
  store: 'The store, SQLite: certificates, revocations, CRLs and the audit trail.',
  keys: 'Private keys, PKCS #8, encrypted unless --no-passphrase was given; mode 0600.',
  crl: 'The current CRLs, DER and PEM.',
  profiles: "Profiles of the CA's own, NAME.yaml.",
  cross: 'Cross-certificates of a CA with a new key, and of the one before it.',
  history: 'Certificates that the CA had before, SERIAL.crt.',
  change: 'What becomes of the CA while its certificate is changed; not there otherwise.',
  issuerCrls: 'CRLs of the CAs above, which tell whether they are revoked, or this one.',
  blockedKeys: 'Lists of keys that are not certified.',
};

export async function manualPage(): Promise<string> {
  const program = await OUTLINE;
  const shared = sharedOptions(program);
  return `${[
    '.\\" Made by "npm run generate" from the program itself.',
    `.TH PKI 1 ${REVISED} "pki ${packageJson.version}" "User Commands"`,
    '.SH NAME',
    'pki \\- certificate authority with keys in files, in HSMs, or in both at once',
    '.SH SYNOPSIS',
    '.B pki',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    filled(program.summary),
    'One directory holds a CA; each command does one thing and ends.',
    'Results go to standard output, everything else to standard error.',
    'With \\fB\\-\\-json\\fR, which every command takes, both are JSON.',
    '.SH COMMANDS',
    ...callable(program).flatMap((command) => commandSection(command, shared)),
    '.SH OPTIONS OF MANY COMMANDS',
    ...shared.flatMap(optionEntry),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(({ name, purpose }) => entry(bold(name), purpose)),
    '.SH FILES',
    'In the directory of a CA:',
    ...Object.entries(CA_FILES).flatMap(([file, name]) =>
      entry(`\\fI${literal(name)}\\fR`, FILES[file as keyof typeof CA_FILES]),
    ),
    '.SH EXIT STATUS',
    ...EXIT_STATUSES.flatMap(({ status, meaning }) => entry(bold(`${status}`), meaning)),
    '.SH SEE ALSO',
    '.BR openssl (1),',
    '.BR pkcs11\\-tool (1)',
  ].join('\n')}\n`;
}

function commandSection(
  command: CommandOutline,
  shared: readonly OptionOutline[],
): readonly string[] {
  const { own, common } = divided(command, shared);
  const names = common.map(({ long }) => long).join(', ');
  return [
    `.SS ${quotedWord(command.usage)}`,
    filled(`${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`),
    ...command.arguments.flatMap(({ name, summary }) => entry(`\\fI${literal(name)}\\fR`, summary)),
    ...own.flatMap(optionEntry),
    ...(common.length === 0
      ? []
      : ['.PP', filled(`Besides, of those of many commands: ${names}.`)]),
    ...(command.notes === '' ? [] : command.notes.split(/\n{2,}/).flatMap(paragraph)),
    ...(command.examples.length === 0 ? [] : ['.PP', 'Examples:', ...asItIs(command.examples)]),
  ];
}

const optionEntry = ({ flags, summary, required }: OptionOutline): readonly string[] => {
  const [, names = flags, value] = /^(.*?)(?: <(.+)>)?$/.exec(flags) ?? [];
  const tag = value === undefined ? bold(names) : `${bold(names)} \\fI${literal(value)}\\fR`;
  return entry(tag, required ? `${summary}; required` : summary);
};

const entry = (tag: string, text: string): readonly string[] => ['.TP', tag, filled(text)];

/** Prose is filled; what is laid out with blanks stays as it is. */
const paragraph = (text: string): readonly string[] =>
  /^ {2}/m.test(text) ? asItIs(text.split('\n')) : ['.PP', filled(text)];

const asItIs = (lines: readonly string[]): readonly string[] => [
  '.PP',
  '.nf',
  ...lines.flatMap((line) => line.split('\n')).map((line) => shielded(literal(line))),
  '.fi',
];

/** Short lines, as those who compare two versions of the page want them. */
function filled(text: string): string {
  const lines: string[] = [];
  for (const word of literal(text).split(/\s+/)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && Buffer.byteLength(longer) <= 72) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map(shielded).join('\n');
}

const bold = (text: string): string => `\\fB${literal(text)}\\fR`;

const quotedWord = (text: string): string => `"${literal(text).replaceAll('"', '\\(dq')}"`;

/** Characters for themselves: a minus, not a hyphen, since people copy options from here. */
const literal = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga');

/** A line that begins as a request is none. */
const shielded = (line: string): string => (/^[.']/.test(line) ? `\\&${line}` : line);
