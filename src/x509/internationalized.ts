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

/** Letters, marks, digits, and those that IDNA2008 takes in some contexts (RFC 5892 appendix A). */
const IN_U_LABELS = /^(?:[\p{L}\p{M}\p{Nd}-]|[\u00b7\u0375\u05f3\u05f4\u30fb]|\u200c|\u200d)$/u;

/**
 * Whether a label that begins with `xn--` is an A-label of IDNA2008: it has a U-label of letters,
 * marks and digits, which is written as this label and no other (RFC 5890 §2.3.2.1).
 */
export function isALabel(label: string): boolean {
  const unicode = domainToUnicode(label);
  const isULabel = [...unicode].every((character) => IN_U_LABELS.test(character));
  return (
    isULabel && !/^[\0-\x7f]*$/.test(unicode) && domainToASCII(unicode) === label.toLowerCase()
  );
}
