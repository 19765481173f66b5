import type { Command } from 'commander';
import {
  type AlgorithmSupport,
  type OfferedMechanism,
  readMechanisms,
  supportedAlgorithms,
} from '../../../hsm/capabilities.ts';
import { quirksOf } from '../../../signers/pkcs11/quirks.ts';
import type { CliContext } from '../../context.ts';
import { type HsmCommandOptions, seeToken } from '../../hsm/open-token.ts';
import { columns, json } from '../../present.ts';

const EXAMPLES = `
Examples:
  $ pki hsm mechanisms --hsm-config hsm.yaml
  $ pki hsm mechanisms --hsm-config hsm.yaml --json | jq -r '.algorithms[] | select(.sign != []).name'`;

export function hsmMechanismsCommand(command: Command, context: CliContext): Command {
  return command.addHelpText('after', EXAMPLES).action(async (options: HsmCommandOptions) => {
    const { module, token, access } = await seeToken(context, options);
    const offered = await readMechanisms(module, token);
    const algorithms = supportedAlgorithms(offered, quirksOf(token, access.hsm.vendor));
    if (options.json) {
      return context.print(
        json({ mechanisms: offered.map(mechanismJson), algorithms: algorithms.map(supportJson) }),
      );
    }
    context.print(columns([['NUMBER', 'MECHANISM', 'KEY SIZES', 'USES'], ...offered.map(line)]));
    const heading = ['ALGORITHM', 'SIGNED BY', 'KEYS MADE BY'];
    context.print(`\n${columns([heading, ...algorithms.map(supportLine)])}`);
  });
}

const hexadecimal = (number: number): string => `0x${number.toString(16).padStart(8, '0')}`;

function line(mechanism: OfferedMechanism): readonly string[] {
  const { number, name, uses, hardware } = mechanism;
  return [
    hexadecimal(number),
    name.startsWith('CKM_') ? name : '-',
    keySizes(mechanism),
    [...uses, ...(hardware ? ['(hardware)'] : [])].join(' '),
  ];
}

const keySizes = ({ minKeySize, maxKeySize }: OfferedMechanism): string =>
  minKeySize === null && maxKeySize === null ? '-' : `${minKeySize ?? ''}..${maxKeySize ?? ''}`;

const supportLine = (support: AlgorithmSupport): readonly string[] => [
  support.algorithm.name,
  support.signing.length > 0 ? support.signing.join(', then ') : 'not offered',
  making(support),
];

function making({ generation, canGenerate }: AlgorithmSupport): string {
  if (canGenerate === false) return 'no';
  return canGenerate ? generation : `${generation}, if the token knows the curve`;
}

const mechanismJson = (mechanism: OfferedMechanism) => ({
  ...mechanism,
  name: mechanism.name.startsWith('CKM_') ? mechanism.name : null,
});

const supportJson = ({ algorithm, signing, generation, canGenerate }: AlgorithmSupport) => ({
  name: algorithm.name,
  sign: signing,
  generate: { mechanism: generation, possible: canGenerate },
});
