/** Text of others, with what acts on a terminal, or starts a new line, written as its number. */
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => {
    const number = character.codePointAt(0) ?? 0;
    return `\\x${number.toString(16).padStart(2, '0')}`;
  });
