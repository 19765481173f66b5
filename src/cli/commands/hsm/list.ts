import type { Command } from 'commander';
import { CKF } from '../../../signers/pkcs11/constants.ts';
import { openModule } from '../../../signers/pkcs11/module.ts';
import { readSlots, type Token } from '../../../signers/pkcs11/slots.ts';
import type { CliContext } from '../../context.ts';
import { type HsmCommandOptions, tokenOf } from '../../open-token.ts';
import { json } from '../../present.ts';
import { printable } from '../../printable.ts';

export function hsmListCommand(command: Command, context: CliContext): Command {
  return command.action(async (options: HsmCommandOptions) => {
    const { ref, access } = await tokenOf(context, options);
    const module = context.resources.use(await openModule(ref, access));
    const { present } = await readSlots(module);
    if (options.json) return context.print(json(present.map(tokenJson)));
    for (const token of present) context.print(`${printable(tokenLine(token))}\n`);
  });
}

const tokenLine = ({ label, serial, manufacturer, model, slotId }: Token): string =>
  `"${label}"  serial ${serial}  ${manufacturer} ${model}  slot ${slotId}`;

const tokenJson = ({ label, serial, manufacturer, model, slotId, firmware, flags }: Token) => ({
  label,
  serial,
  manufacturer,
  model,
  firmware,
  slot: slotId,
  loginRequired: (flags & CKF.loginRequired) !== 0,
});
