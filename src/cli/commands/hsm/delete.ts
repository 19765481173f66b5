import type { Command } from 'commander';
import { PkiError } from '../../../errors.ts';
import {
  deleteKeyPair,
  describedHalf,
  findKeyPair,
  type KeyHalf,
} from '../../../hsm/delete-key.ts';
import { TokenConnection } from '../../../signers/pkcs11/connection.ts';
import { hex } from '../../../signers/pkcs11/keys.ts';
import type { CliContext } from '../../context.ts';
import { type HsmCommandOptions, tokenOf } from '../../hsm/open-token.ts';
import { json } from '../../present.ts';
import { printable } from '../../printable.ts';

interface DeleteOptions extends HsmCommandOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

const EXAMPLES = `
Examples:
  $ pki hsm delete --hsm-config hsm.yaml --pkcs11-key-label trial --dry-run
  $ pki hsm delete --hsm-config hsm.yaml --pkcs11-key-label trial --pkcs11-key-id 5e2a --yes`;

export function hsmDeleteCommand(command: Command, context: CliContext): Command {
  return command
    .option('--yes', 'delete without asking')
    .option('--dry-run', 'say what would be deleted, and delete nothing')
    .addHelpText('after', EXAMPLES)
    .action((options: DeleteOptions) => remove(options, context));
}

async function remove(options: DeleteOptions, context: CliContext): Promise<void> {
  const { yes = false, dryRun = false } = options;
  const { ref, access } = await tokenOf(context, options);
  if (ref.object === undefined && ref.id === undefined) {
    throw new PkiError(
      'USAGE',
      'name the key to delete with --pkcs11-key-label or --pkcs11-key-id',
      {
        hints: ['or with object=LABEL or id=ID in --key'],
      },
    );
  }
  if (!yes && !dryRun && !context.prompt) {
    throw new PkiError('USAGE', 'deleting a key has to be confirmed, and there is no terminal', {
      hints: ['--yes confirms it; --dry-run says what would be deleted'],
    });
  }
  const connection = context.resources.use(await TokenConnection.open(ref, access));
  const { anchor, token } = connection;
  const pair = await findKeyPair(anchor, ref);
  if (!yes && !dryRun) await confirmed(pair, token.label, context);
  if (!dryRun) await deleteKeyPair(anchor, pair);
  if (options.json) {
    const { label, serial } = token;
    const objects = pair.map((half) => ({
      class: half.class,
      label: half.label,
      id: hex(half.id),
    }));
    return context.print(json({ token: { label, serial }, dryRun, deleted: objects }));
  }
  const did = dryRun ? 'would delete' : 'deleted';
  for (const half of pair) {
    const line = `${did} ${describedHalf(half)} from the token "${token.label}"`;
    context.print(`${printable(line)}\n`);
  }
}

/** A person types the name of the key: "y" is typed too easily. */
async function confirmed(
  pair: readonly KeyHalf[],
  token: string,
  { prompt, note }: CliContext,
): Promise<void> {
  for (const half of pair) note(printable(`pki: note: to be deleted: ${describedHalf(half)}`));
  const [first] = pair;
  if (!first || !prompt) return;
  const [what, expected] = first.label === '' ? ['ID', hex(first.id)] : ['label', first.label];
  const question = `type its ${what} to delete this key from the token "${token}": `;
  if ((await prompt(printable(question), true)) === expected) return;
  throw new PkiError('USAGE', `what was typed is not the ${what} of the key`, {
    hints: ['nothing was deleted'],
  });
}
