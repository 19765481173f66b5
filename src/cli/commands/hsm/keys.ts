import type { Command } from 'commander';
import { type Finding, findingsIn } from '../../../hsm/findings.ts';
import { type FlagName, readObjects, type TokenObject } from '../../../hsm/objects.ts';
import { describedKey, hex } from '../../../signers/pkcs11/keys.ts';
import type { CliContext } from '../../context.ts';
import { type HsmCommandOptions, openToken } from '../../hsm/open-token.ts';
import { columns, json } from '../../present.ts';
import { printable } from '../../printable.ts';

const EXAMPLES = `
Examples:
  $ pki hsm keys --hsm-config hsm.yaml
  $ pki hsm keys --hsm-config hsm.yaml --json | jq '.findings[] | select(.level == "warning")'`;

const HEADING = ['CLASS', 'LABEL', 'ID', 'ALGORITHM', 'FLAGS'];

export function hsmKeysCommand(command: Command, context: CliContext): Command {
  return command.addHelpText('after', EXAMPLES).action(async (options: HsmCommandOptions) => {
    const { connection } = await openToken(context, options);
    const { label, serial } = connection.token;
    const objects = await readObjects(connection.anchor);
    const findings = findingsIn(objects);
    if (options.json) {
      const token = { label, serial };
      return context.print(json({ token, objects: objects.map(objectJson), findings }));
    }
    if (objects.length === 0) {
      return context.note(printable(`pki: note: the token "${label}" has no keys or certificates`));
    }
    context.print(columns([HEADING, ...objects.map((object) => line(object).map(printable))]));
    if (findings.length === 0) return;
    context.print(`\n${columns(findings.map((finding) => findingLine(finding).map(printable)))}`);
  });
}

const line = (object: TokenObject): readonly string[] => [
  object.class,
  `"${object.label}"`,
  hex(object.id) || '-',
  object.algorithm ?? '-',
  flagWords(object).join(', '),
];

/** What a flag is called; of those that are told as false, only what matters. */
const WORDS: readonly (readonly [flag: FlagName, value: boolean, word: string])[] = [
  ['sensitive', true, 'sensitive'],
  ['sensitive', false, 'not sensitive'],
  ['extractable', true, 'extractable'],
  ['neverExtractable', true, 'never extractable'],
  ['local', true, 'local'],
  ['local', false, 'not local'],
  ['alwaysAuthenticate', true, 'PIN for each use'],
  ['sign', true, 'sign'],
  ['signRecover', true, 'sign-recover'],
  ['decrypt', true, 'decrypt'],
  ['unwrap', true, 'unwrap'],
  ['derive', true, 'derive'],
  ['verify', true, 'verify'],
  ['verifyRecover', true, 'verify-recover'],
  ['encrypt', true, 'encrypt'],
  ['wrap', true, 'wrap'],
];

/** A public key always can leave, and where it came from does not matter. */
const flagWords = ({ flags, class: name }: TokenObject): readonly string[] =>
  WORDS.filter(([flag, value]) => flags[flag] === value)
    .filter(([flag]) => name !== 'public key' || flag !== 'local')
    .map(([, , word]) => word);

const findingLine = (finding: Finding): readonly string[] => [
  finding.level,
  `${finding.class} ${describedKey({ label: finding.label, id: Buffer.from(finding.id, 'hex') })}: ${finding.text}`,
];

const objectJson = ({ class: name, label, id, algorithm, flags }: TokenObject) => ({
  class: name,
  label,
  id: hex(id),
  algorithm: algorithm ?? null,
  flags,
});
