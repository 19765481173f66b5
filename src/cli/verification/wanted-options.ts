import { type Command, InvalidArgumentError, Option } from 'commander';
import { PkiError } from '../../errors.ts';
import { PURPOSES } from '../../path/purposes.ts';
import type { Wanted } from '../../path/wanted.ts';
import { type GeneralName, isWellFormed } from '../../x509/general-names.ts';
import { collect } from '../collect.ts';
import { givenNames } from '../issuing/given-names.ts';

/** Options that say what a certificate is wanted for. */
export interface WantedOptions {
  readonly purpose?: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly email?: readonly string[];
  readonly policy?: readonly string[];
}

export const addWantedOptions = (command: Command): Command =>
  command
    .option('--dns <name>', 'host that it has to be for; may be given several times', collect)
    .option('--ip <address>', 'address that it has to be for; may be given several times', collect)
    .option(
      '--email <address>',
      'mailbox that it has to be for; may be given several times',
      collect,
    )
    .addOption(
      new Option('--purpose <name>', 'what it has to be for').choices(
        PURPOSES.map(({ name }) => name),
      ),
    )
    .option(
      '--policy <oid>',
      'certificate policy that its path has to hold for; of several one is enough',
      policyOid,
    );

function policyOid(value: string, previous?: readonly string[]): readonly string[] {
  if (isWellFormed({ type: 'rid', value })) return collect(value, previous);
  throw new InvalidArgumentError('it has to be an object identifier in dotted decimals');
}

/** Throws USAGE for what is not the name of a host, an address or a mailbox. */
export function wantedBy({ purpose, policy = [], ...options }: WantedOptions): Wanted {
  const { dns, ip, email } = options;
  const names = givenNames({
    ...(dns && { dns }),
    ...(ip && { ip }),
    ...(email && { email }),
  }).subjectAltName;
  for (const name of names) mustBeOne(name);
  return { purpose: PURPOSES.find(({ name }) => name === purpose), names, policies: policy };
}

function mustBeOne(name: GeneralName): void {
  const { type, value } = name;
  if (type === 'dns' && value.startsWith('*')) {
    throw new PkiError('USAGE', `"${value}" stands for many hosts`, {
      hints: ['give the name of one host, as a client would use it'],
    });
  }
  if (isWellFormed(name)) return;
  const rooted = type === 'dns' && isWellFormed({ type, value: value.replace(/\.$/, '') });
  throw new PkiError('USAGE', `"${value}" is not ${KINDS[type] ?? type}`, {
    hints: rooted ? ['leave out the dot at its end: names in certificates have none'] : [],
  });
}

const KINDS: Readonly<Record<string, string>> = {
  dns: 'the name of a host',
  ip: 'an IP address',
  email: 'an e-mail address',
  smtputf8: 'an e-mail address',
};
