/** Tables in docs/ that the code knows better. `npm run generate` writes them, a test compares them. */
import type { KeyAlgorithm } from '../src/algorithms/algorithm.ts';
import { KEY_ALGORITHMS } from '../src/algorithms/registry.ts';
import { LINT_TABLES, type LintRow, subjectsOf } from '../src/ca/lint/tables.ts';
import { allowedBy, POLICIES, type Policy } from '../src/ca/policy/policy.ts';
import { EXIT_STATUS } from '../src/errors.ts';
import { RETURN_CODES, type Remedy } from '../src/signers/pkcs11/errors.ts';
import { QUIRKS } from '../src/signers/pkcs11/quirks.ts';
import { certificateSizes, type Sizes } from './certificate-sizes.ts';
import {
  commandList,
  commandReference,
  environmentTable,
  errorTable,
  sharedReference,
} from './cli-reference.ts';
import { jsonReference } from './json/shapes.ts';
import { manualPage } from './manual.ts';
import { table } from './markdown.ts';
import { SCHEMES } from './schemes.ts';
import { verifierTable } from './verifier-table.ts';

/** What pki does by itself, in the words of the operator's manual. */
const REMEDIES: Readonly<Record<Remedy, string>> = {
  wait: 'waits up to six seconds for a session',
  'next-mechanism': 'signs, wraps or unwraps with the next mechanism that the token offers',
  'other-template':
    'makes or unwraps the key with fewer attributes, and reads back what came of it',
  'find-key': 'finds the key again, signs once more',
  'log-in': 'logs in again, signs once more',
  reopen: 'opens new sessions, logs in, signs once more',
  restart: 'starts the module anew, signs once more',
};

const SIZE_COLUMNS: readonly (keyof Sizes)[] = [
  'publicKey',
  'signature',
  'ca',
  'server',
  'ownKind',
];

async function sizeRows(): Promise<readonly (readonly string[])[]> {
  const rows: string[][] = [];
  for (const scheme of SCHEMES) {
    const sizes = await certificateSizes(scheme);
    rows.push([scheme.name, ...SIZE_COLUMNS.map((column) => sizes[column].toLocaleString('en'))]);
  }
  return rows;
}

const number = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/** Certificates that end before each date that a policy has, and after all of them. */
const [SOON, LATE] = [new Date('2029-12-31T00:00:00Z'), new Date('2100-01-01T00:00:00Z')];

function takes(policy: Policy, algorithm: KeyAlgorithm): string {
  if (allowedBy(policy, algorithm, LATE)) return 'yes';
  return allowedBy(policy, algorithm, SOON) ? 'for a time' : 'no';
}

/** `from 2026-03-15 until 2027-03-15`; the second day is not one of them. */
const inForce = ({ from, until }: LintRow): string =>
  [from && `from ${from}`, until && `until ${until}`].filter(Boolean).join(' ') || '–';

/** One generated part: the file, the name between its markers, and the text. */
export const GENERATED: readonly {
  readonly file: string;
  readonly name: string;
  readonly text: () => string | Promise<string>;
}[] = [
  {
    file: 'docs/hsm.md',
    name: 'return-codes',
    text: () =>
      table(
        ['code', 'pki does by itself', 'what you can do', 'exit status'],
        [...RETURN_CODES].map(([value, { name, remedies, hint, code }]) => [
          `\`${name}\` ${number(value)}`,
          remedies.map((remedy) => REMEDIES[remedy]).join('; then ') || '–',
          hint ?? '–',
          String(EXIT_STATUS[code]),
        ]),
      ),
  },
  {
    file: 'docs/hsm.md',
    name: 'vendors',
    text: () =>
      table(
        ['`--pkcs11-vendor`', 'source of what is special'],
        QUIRKS.map(({ vendor, source }) => [`\`${vendor}\``, source]),
      ),
  },
  {
    file: 'docs/policies.md',
    name: 'policy-rows',
    text: () =>
      table(
        ['policy', 'row', 'asks for', 'source'],
        POLICIES.flatMap(({ name, rules }) =>
          rules.map(({ id, requires, cites }) => [`\`${name}\``, `\`${id}\``, requires, cites]),
        ),
      ),
  },
  {
    file: 'docs/policies.md',
    name: 'policy-sources',
    text: () =>
      table(
        ['policy', 'authority', 'editions'],
        POLICIES.map(({ name, title, cites }) => [`\`${name}\``, title, cites]),
      ),
  },
  {
    file: 'docs/policies.md',
    name: 'policy-algorithms',
    text: () =>
      table(
        ['algorithm', ...POLICIES.map(({ name }) => `\`${name}\``)],
        KEY_ALGORITHMS.map((row) => [row.name, ...POLICIES.map((policy) => takes(policy, row))]),
      ),
  },
  ...LINT_TABLES.map(({ name, rows }) => ({
    file: 'docs/lints.md',
    name: `lints-${name}`,
    text: () =>
      table(
        ['row', 'requires', 'of', 'source', 'severity', 'in force'],
        rows.map((row) => [
          `\`${row.id}\``,
          row.requires,
          subjectsOf(row).join(', '),
          row.cites,
          row.severity ?? 'error',
          inForce(row),
        ]),
      ),
  })),
  {
    file: 'docs/hybrid.md',
    name: 'sizes',
    text: async () =>
      table(
        [
          'CA',
          'public key',
          'signature',
          'CA certificate',
          'for a P-256 server',
          'for one of its kind',
        ],
        await sizeRows(),
      ),
  },
  {
    file: 'docs/hybrid.md',
    name: 'verifiers',
    text: () => {
      const [head = [], ...rows] = verifierTable();
      return table(head, rows);
    },
  },
  { file: 'docs/cli.md', name: 'command-list', text: commandList },
  { file: 'docs/cli.md', name: 'errors', text: errorTable },
  { file: 'docs/cli.md', name: 'environment', text: environmentTable },
  { file: 'docs/cli.md', name: 'shared-options', text: sharedReference },
  { file: 'docs/cli.md', name: 'commands', text: commandReference },
  { file: 'docs/json.md', name: 'shapes', text: jsonReference },
];

/** Files that are generated as a whole. */
export const GENERATED_FILES: readonly {
  readonly file: string;
  readonly text: () => Promise<string>;
}[] = [{ file: 'man/pki.1', text: manualPage }];

/** `document` with the part `name` replaced; throws if it has no place for it. */
export function withGenerated(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->\n`, `<!-- ${name}:end -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`there is no place for ${name}`);
  return `${document.slice(0, from)}${begin}\n${text}\n\n${document.slice(to)}`;
}
