import type { Command } from 'commander';
import { diagnose } from '../../../hsm/doctor.ts';
import type { Pkcs11KeyRef } from '../../../signers/key-ref.ts';
import type { CliContext } from '../../context.ts';
import { type HsmCommandOptions, tokenOf } from '../../hsm/open-token.ts';
import { foundProblems, printChecks } from '../../print-checks.ts';
import { PIN } from '../../secrets.ts';

interface DoctorOptions extends HsmCommandOptions {
  readonly sign?: boolean;
}

const EXAMPLES = `
With a PIN (--pkcs11-pin-file and the like) or --sign it logs in, and makes signatures with keys
that end with their session. It changes nothing in the token. Exit status: 0 no problem, 4 a problem.

Examples:
  $ pki hsm doctor --pkcs11-lib /usr/lib/softhsm/libsofthsm2.so --pkcs11-token "CA Token"
  $ pki hsm doctor --hsm-config hsm.yaml --json | jq '.checks[] | select(.level != "ok")'`;

export function hsmDoctorCommand(command: Command, context: CliContext): Command {
  return command
    .option('--sign', 'log in and sign, also if no PIN is given and it has to be asked for')
    .addHelpText('after', EXAMPLES)
    .action(async (given: DoctorOptions) => {
      const { ref, access, options } = await tokenOf(context, given);
      const sign = options.sign === true || givesPin(options, ref, context);
      const { problems } = await printChecks(context, diagnose(ref, access, sign), options);
      if (problems > 0) throw foundProblems('KEY_UNAVAILABLE', problems);
    });
}

function givesPin(options: DoctorOptions, ref: Pkcs11KeyRef, { env }: CliContext): boolean {
  const { pkcs11Pin, pkcs11PinFile, pkcs11PinEnv, pkcs11PinFd } = options;
  const sources = [pkcs11Pin, pkcs11PinFile, pkcs11PinEnv, pkcs11PinFd, ref.pinSource];
  return sources.some((source) => source !== undefined) || Boolean(env[PIN.variable]);
}
