/** A text as one word of a POSIX shell, which zsh and bash are here. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A text as one word of fish, where a backslash escapes inside of quotes too. */
export const fishQuoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
