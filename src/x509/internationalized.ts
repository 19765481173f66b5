import { domainToASCII, domainToUnicode } from 'node:url';

/**
 * A host name with its U-labels written as A-labels (RFC 9549 §2, RFC 5891). A label that is none is
 * left as it is: one with symbols, which IDNA2008 does not have, or one that would silently become
 * another name, such as one with a ligature.
 */
export const withALabels = (domain: string): string => domain.split('.').map(aLabel).join('.');

/** The same behind the last @ of a mailbox. */
export function withALabelsInDomain(mailbox: string): string {
  const at = mailbox.lastIndexOf('@') + 1;
  return mailbox.slice(0, at) + withALabels(mailbox.slice(at));
}

function aLabel(label: string): string {
  if (/^[\0-\x7f]*$/.test(label) || !/^[\p{L}\p{M}\p{Nd}-]+$/u.test(label)) return label;
  const ascii = domainToASCII(label);
  return domainToUnicode(ascii) === label.normalize('NFC').toLowerCase() ? ascii : label;
}
