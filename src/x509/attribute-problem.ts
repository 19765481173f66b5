import {
  ATTRIBUTES,
  type AttributeType,
  isAsciiAttribute,
  type NameAttribute,
  nameText,
} from './names.ts';

/** Why an attribute of our table cannot be in a certificate (RFC 5280 §4.1.2.4 and appendix A.1). */
export function attributeProblem(attribute: NameAttribute): string | undefined {
  const { type, value } = attribute;
  const { maxLength } = ATTRIBUTES[type as AttributeType];
  const text = nameText([attribute]);
  if (type === 'C' && !/^[A-Z]{2}$/.test(value)) return `${text} must be two upper-case letters`;
  if (value.trim() !== value || value === '' || /\p{Cc}/u.test(value)) {
    return `${text} must not be empty, begin or end with a blank, or hold control characters`;
  }
  if (!isAsciiAttribute(attribute)) return `${text} must be ASCII`;
  return [...value].length > maxLength
    ? `${text} must have at most ${maxLength} characters`
    : undefined;
}
