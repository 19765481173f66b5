import type { Command } from 'commander';
import type { GeneralName } from '../x509/general-names.ts';
import { withALabels, withALabelsInDomain } from '../x509/internationalized.ts';
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
  readonly rid?: readonly string[];
  readonly upn?: readonly string[];
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
    .option('--uri <uri>', 'URI; may be given several times', collect)
    .option('--rid <oid>', 'registered ID, in dotted decimals; may be given several times', collect)
    .option('--upn <name>', 'user principal name; may be given several times', collect);

/** Host names in other scripts, also those of mailboxes, are written as A-labels (RFC 9549 §2). */
export function givenNames(options: NameOptions) {
  const { cn, organization, country, dns = [], ip, email = [], uri, rid, upn } = options;
  const attribute = (type: string, value: string | undefined): readonly NameAttribute[] =>
    value === undefined ? [] : [{ type, value }];
  const names = (type: GeneralName['type'], values: readonly string[] = []) =>
    values.map((value): GeneralName => ({ type, value }));
  return {
    subject: [...attribute('C', country), ...attribute('O', organization), ...attribute('CN', cn)],
    subjectAltName: [
      ...names('dns', dns.map(withALabels)),
      ...names('ip', ip),
      ...email.map(withALabelsInDomain).map(mailbox),
      ...names('uri', uri),
      ...names('rid', rid),
      ...names('upn', upn),
    ],
  };
}

/** An rfc822Name holds ASCII; a local part beyond that has a form of its own (RFC 9598 §3). */
const mailbox = (value: string): GeneralName => ({
  type: isAscii(value.slice(0, value.lastIndexOf('@') + 1)) ? 'email' : 'smtputf8',
  value,
});

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);
