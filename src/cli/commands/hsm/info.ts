import type { Command } from 'commander';
import { inspectToken, type TokenReport } from '../../../hsm/inspect.ts';
import { type VendorNotes, vendorNotes } from '../../../hsm/vendor-notes.ts';
import { quirksOf } from '../../../signers/pkcs11/quirks.ts';
import type { CliContext } from '../../context.ts';
import { type HsmCommandOptions, seeToken } from '../../hsm/open-token.ts';
import { json, table } from '../../present.ts';
import { printable } from '../../printable.ts';

const EXAMPLES = `
Examples:
  $ pki hsm info --hsm-config hsm.yaml
  $ pki hsm info --pkcs11-lib /usr/lib/softhsm/libsofthsm2.so --pkcs11-token "CA Token" --json`;

export function hsmInfoCommand(command: Command, context: CliContext): Command {
  return command.addHelpText('after', EXAMPLES).action(async (options: HsmCommandOptions) => {
    const { module, token, access } = await seeToken(context, options);
    const report = await inspectToken(module, token);
    const vendor = vendorNotes(quirksOf(token, access.hsm.vendor));
    if (options.json) return context.print(json({ ...report, vendor }));
    for (const [heading, rows] of sections(report, vendor)) {
      context.print(`${heading}\n`);
      context.print(table(rows.map(([name, value]) => [name, printable(value)])));
    }
  });
}

type Rows = readonly (readonly [name: string, value: string])[];

function sections(
  { library, slot, token, pin, sessions }: TokenReport,
  vendor: VendorNotes,
): readonly (readonly [heading: string, rows: Rows])[] {
  return [
    [
      'library',
      [
        ['path', library.path],
        ['description', library.description],
        ['manufacturer', library.manufacturer],
        ['version', library.version],
        ['PKCS#11', library.cryptoki],
      ],
    ],
    [
      'slot',
      [
        ['number', `${slot.id}`],
        ['description', slot.description],
        ['manufacturer', slot.manufacturer],
      ],
    ],
    [
      'token',
      [
        ['label', token.label],
        ['serial', token.serial],
        ['manufacturer', token.manufacturer],
        ['model', token.model],
        ['hardware', token.hardware],
        ['firmware', token.firmware],
        ['state', tokenState(token)],
      ],
    ],
    [
      'PIN',
      [
        ['login', pin.loginRequired ? 'required' : 'not required'],
        ['state', pinState(pin)],
        ['typed', pin.protectedAuthenticationPath ? 'at the device' : 'given to pki'],
        ['length', `${pin.minLength} to ${pin.maxLength} octets`],
      ],
    ],
    [
      'sessions',
      [
        ['open', counted(sessions.open, sessions.max)],
        ['read-write', counted(sessions.openReadWrite, sessions.maxReadWrite)],
      ],
    ],
    [
      'vendor',
      [
        ['row', vendor.name],
        ...vendor.deviations.map((deviation) => ['differs', deviation] as const),
        ['source', vendor.source ?? 'PKCS #11 3.2'],
      ],
    ],
  ];
}

const tokenState = ({ failed, writeProtected }: TokenReport['token']): string =>
  [failed && 'failed a self-test', writeProtected ? 'write-protected' : 'writable']
    .filter((word) => typeof word === 'string')
    .join(', ');

function pinState(pin: TokenReport['pin']): string {
  const state = [
    pin.set ? 'set' : 'not set',
    pin.locked && 'locked',
    pin.finalTry && 'one try left',
    pin.countLow && 'few tries left, or a wrong one since the last login',
    pin.toBeChanged && 'to be changed',
  ];
  return state.filter((word) => typeof word === 'string').join(', ');
}

const counted = (open: number | null, max: number | null): string =>
  `${open ?? 'not told'}, ${max === null ? 'no limit told' : `at most ${max}`}`;
