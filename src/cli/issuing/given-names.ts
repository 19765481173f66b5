import type { Command } from 'commander';
import { PkiError } from '../../errors.ts';
import { distinguishedNameText, parseDistinguishedName } from '../../x509/distinguished-name.ts';
import type { GeneralName } from '../../x509/general-names.ts';
import { withALabels, withALabelsInDomain } from '../../x509/internationalized.ts';
import type { NameAttribute } from '../../x509/names.ts';
import { collect } from '../collect.ts';

/** Options that name the subject of a certificate or of a request. */
export interface NameOptions {
  readonly subject?: string;
  readonly cn?: string;
  readonly organization?: string;
  readonly country?: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly email?: readonly string[];
  readonly uri?: readonly string[];
  readonly rid?: readonly string[];
  readonly upn?: readonly string[];
  readonly dirname?: readonly string[];
}

/** `remark` is what is to be said of attributes that not every profile takes. */
export const addNameOptions = (command: Command, remark = ''): Command =>
  command
    .option('--subject <name>', 'all of the subject, as RFC 4514 writes it: CN=Zoe,O=Example,C=CZ')
    .option('--cn <name>', 'common name')
    .option('--organization <name>', `organization${remark}`)
    .option('--country <code>', `country, two letters${remark}`)
    .option('--dns <name>', 'DNS name; may be given several times', collect)
    .option('--ip <address>', 'IP address; may be given several times', collect)
    .option('--email <address>', 'e-mail address; may be given several times', collect)
    .option('--uri <uri>', 'URI; may be given several times', collect)
    .option('--rid <oid>', 'registered ID, in dotted decimals; may be given several times', collect)
    .option('--upn <name>', 'user principal name; may be given several times', collect)
    .option(
      '--dirname <name>',
      'directory name, as --subject; may be given several times',
      collect,
    );

/** Host names in other scripts, also those of mailboxes, are written as A-labels (RFC 9549 §2). */
export function givenNames(options: NameOptions) {
  const { subject, dns = [], ip, email = [], uri, rid, upn, dirname = [] } = options;
  const names = (type: GeneralName['type'], values: readonly string[] = []) =>
    values.map((value): GeneralName => ({ type, value }));
  return {
    subject: givenSubject(options),
    isWholeSubject: subject !== undefined,
    subjectAltName: [
      ...names('dns', dns.map(withALabels)),
      ...names('ip', ip),
      ...email.map(withALabelsInDomain).map(mailbox),
      ...names('uri', uri),
      ...names('rid', rid),
      ...names('upn', upn),
      ...names('directory', dirname.map(parseDistinguishedName).map(distinguishedNameText)),
    ],
  };
}

/** All of it in one text, or some attributes each by its option. */
function givenSubject(options: NameOptions): readonly NameAttribute[] {
  const { subject, cn, organization, country } = options;
  const attribute = (type: string, value: string | undefined): readonly NameAttribute[] =>
    value === undefined ? [] : [{ type, value }];
  if (subject === undefined) {
    return [...attribute('C', country), ...attribute('O', organization), ...attribute('CN', cn)];
  }
  const other = (['cn', 'organization', 'country'] as const).find(
    (option) => options[option] !== undefined,
  );
  if (other) {
    throw new PkiError(
      'USAGE',
      `give either --subject or --${other}: the one is all of the subject`,
    );
  }
  return parseDistinguishedName(subject);
}

/** An rfc822Name holds ASCII; a local part beyond that has a form of its own (RFC 9598 §3). */
const mailbox = (value: string): GeneralName => ({
  type: isAscii(value.slice(0, value.lastIndexOf('@') + 1)) ? 'email' : 'smtputf8',
  value,
});

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);
