import type { Command } from 'commander';
import { CKF } from '../../../signers/pkcs11/constants.ts';
import { openModule } from '../../../signers/pkcs11/module.ts';
import { readSlots, type Token } from '../../../signers/pkcs11/slots.ts';
import type { CliContext } from '../../context.ts';
import { type HsmCommandOptions, tokensOf } from '../../hsm/open-token.ts';
import { columns, json } from '../../present.ts';
import { printable } from '../../printable.ts';

const EXAMPLES = `
Examples:
  $ pki hsm list --pkcs11-lib /usr/lib/softhsm/libsofthsm2.so
  $ pki hsm list --hsm-config hsm.yaml --json | jq -r '.[].serial'`;

const HEADING = ['TOKEN', 'SERIAL', 'MANUFACTURER', 'MODEL', 'FIRMWARE', 'SLOT'];

/** All tokens of the library; options that choose one do not matter here. */
export function hsmListCommand(command: Command, context: CliContext): Command {
  return command.addHelpText('after', EXAMPLES).action(async (options: HsmCommandOptions) => {
    const { refs, access } = await tokensOf(context, options);
    const module = context.resources.use(await openModule(refs[0], access));
    const { present, silent } = await readSlots(module);
    if (silent.length > 0) {
      access.note(`warning: slots that do not tell about their token: ${silent.length}`);
    }
    if (present.length === 0 && silent.length === 0) {
      access.note(
        `note: ${module.path} shows no token; check its configuration and that the device is connected`,
      );
    }
    if (options.json) return context.print(json(present.map(tokenJson)));
    if (present.length === 0) return;
    context.print(columns([HEADING, ...present.map((token) => tokenLine(token).map(printable))]));
  });
}

const tokenLine = (token: Token): readonly string[] => {
  const { label, serial, manufacturer, model, firmware, slotId } = token;
  return [`"${label}"`, serial, manufacturer, model, firmware, `${slotId}`];
};

const tokenJson = ({ label, serial, manufacturer, model, slotId, firmware, flags }: Token) => ({
  label,
  serial,
  manufacturer,
  model,
  firmware,
  slot: slotId,
  loginRequired: (flags & CKF.loginRequired) !== 0,
});
