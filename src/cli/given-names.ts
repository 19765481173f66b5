import type { Command } from 'commander';
import type { GeneralName } from '../x509/general-names.ts';
import type { NameAttribute } from '../x509/names.ts';
import { collect } from './collect.ts';

/** Options that name the subject of a certificate or of a request. */
export interface NameOptions {
  readonly cn?: string;
  readonly organization?: string;
  readonly country?: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly email?: readonly string[];
  readonly uri?: readonly string[];
}

/** `remark` is what is to be said of attributes that not every profile takes. */
export const addNameOptions = (command: Command, remark = ''): Command =>
  command
    .option('--cn <name>', 'common name')
    .option('--organization <name>', `organization${remark}`)
    .option('--country <code>', `country, two letters${remark}`)
    .option('--dns <name>', 'DNS name; may be given several times', collect)
    .option('--ip <address>', 'IP address; may be given several times', collect)
    .option('--email <address>', 'e-mail address; may be given several times', collect)
    .option('--uri <uri>', 'URI; may be given several times', collect);

export function givenNames({ cn, organization, country, dns, ip, email, uri }: NameOptions) {
  const attribute = (type: string, value: string | undefined): readonly NameAttribute[] =>
    value === undefined ? [] : [{ type, value }];
  const names = (type: GeneralName['type'], values: readonly string[] = []) =>
    values.map((value): GeneralName => ({ type, value }));
  return {
    subject: [...attribute('C', country), ...attribute('O', organization), ...attribute('CN', cn)],
    subjectAltName: [
      ...names('dns', dns),
      ...names('ip', ip),
      ...names('email', email),
      ...names('uri', uri),
    ],
  };
}
