import { InvalidArgumentError, Option } from 'commander';
import type { Act } from '../ca/audit.ts';
import { PkiError } from '../errors.ts';
import type { CliContext } from './context.ts';

/** What every command takes that changes something or signs. */
export interface ActOptions {
  /** For the audit trail. */
  readonly reason?: string;
}

/** Who is at work, where an account of the operating system does not tell. */
export const OPERATOR_VARIABLE = 'PKI_OPERATOR';

/** Characters. */
const MAX_LENGTH = 1000;

const FORM = 'one line of 1 to 1,000 characters, none of them a control character';

export const reasonOption = (flags = '--reason <text>'): Option =>
  new Option(flags, 'why, for the audit trail').argParser((text: string) => {
    if (isLine(text)) return text;
    throw new InvalidArgumentError(`it has to be ${FORM}`);
  });

/**
 * Who acts, and why. The account is what the machine knows; {@link OPERATOR_VARIABLE} is what the
 * person says, and stands beside it, never in its place. It is no option: whoever works in a shared
 * account says so once for a session, and a command that is repeated from a history does not.
 */
export function actOf({ account, env }: CliContext, { reason }: ActOptions): Act {
  const operator = env[OPERATOR_VARIABLE] ?? '';
  if (operator !== '' && !isLine(operator)) {
    throw new PkiError('USAGE', `${OPERATOR_VARIABLE} has to be ${FORM}`);
  }
  return {
    ...account(),
    ...(operator !== '' && { operator }),
    ...(reason !== undefined && { reason }),
  };
}

const isLine = (text: string): boolean =>
  text.trim() !== '' &&
  [...text].length <= MAX_LENGTH &&
  text.isWellFormed() &&
  !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
