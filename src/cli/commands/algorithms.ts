import { Command, Option } from 'commander';
import type { KeyAlgorithm } from '../../algorithms/algorithm.ts';
import { isTokenAlgorithm, KEY_ALGORITHMS } from '../../algorithms/registry.ts';
import { DerReader } from '../../der/reader.ts';
import type { CliContext } from '../context.ts';
import { jsonOption } from '../options.ts';
import { columns, json } from '../present.ts';

interface AlgorithmsOptions {
  readonly family?: KeyAlgorithm['family'];
  readonly json?: boolean;
}

const FAMILIES = ['classical', 'ml-dsa', 'slh-dsa', 'composite', 'ml-kem'] as const;

const EXAMPLES = `
Sizes are octets; "≤" where signatures vary. "file" and "token" say where a key can sign; of a
composite, each half where it can. Algorithms marked "draft" may still change.

Examples:
  $ pki algorithms
  $ pki algorithms --family composite --json`;

export function algorithmsCommand(context: CliContext): Command {
  return new Command('algorithms')
    .addOption(new Option('--family <family>', 'only those of one family').choices(FAMILIES))
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action((options: AlgorithmsOptions) => {
      const rows = KEY_ALGORITHMS.filter(
        ({ family }) => options.family === undefined || family === options.family,
      ).map(describe);
      context.print(options.json ? json(rows) : text(rows));
    });
}

function describe(row: KeyAlgorithm) {
  const signs = row.family !== 'ml-kem';
  return {
    name: row.name,
    family: row.family,
    keyOid: oidOf(row.keyIdentifier),
    ...(signs && { signatureOid: oidOf(row.identifier) }),
    publicKeyBytes: publicKeyBytes(row),
    ...(signs && { signatureBytes: row.maxSignatureBytes, fixed: isFixed(row) }),
    places: placesOf(row),
    status: row.status,
    cites: row.cites,
  };
}

type AlgorithmDescription = ReturnType<typeof describe>;

function text(rows: readonly AlgorithmDescription[]): string {
  const head = ['name', 'OID', 'public key', 'signature', 'signs in', 'specified in'];
  const lines = rows.map((row) => [
    row.name,
    row.signatureOid ?? row.keyOid,
    String(row.publicKeyBytes),
    row.signatureBytes === undefined ? '–' : `${row.fixed ? '' : '≤ '}${row.signatureBytes}`,
    row.places.join(', ') || '–',
    `${row.cites}${row.status === 'draft' ? ' (draft)' : ''}`,
  ]);
  return columns([head, ...lines]);
}

const oidOf = (identifier: Uint8Array): string =>
  new DerReader(identifier).enter().objectIdentifier();

/** Octets of `subjectPublicKey`; of RSA with the exponent 65537. */
function publicKeyBytes(row: KeyAlgorithm): number {
  if (row.family === 'composite') {
    return row.mlDsa.publicKeyBytes + publicKeyBytes(row.classical);
  }
  if (row.family !== 'classical') return row.publicKeyBytes;
  const { key } = row;
  if (key.kind === 'rsa') return key.bits / 8 + 14; // SEQUENCE of two INTEGERs, the first with a 00
  return key.kind === 'ec' ? 1 + 2 * key.fieldBytes : key.publicKeyBytes;
}

function isFixed(row: KeyAlgorithm): boolean {
  if (row.family === 'composite') return isFixed(row.classical);
  return row.family !== 'classical' || row.key.kind !== 'ec';
}

function placesOf(row: KeyAlgorithm): readonly ('file' | 'token')[] {
  if (row.family === 'ml-kem') return [];
  return row.family === 'composite' || isTokenAlgorithm(row) ? ['file', 'token'] : ['file'];
}
