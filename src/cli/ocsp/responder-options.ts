import type { Command } from 'commander';
import { DAY } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import type { ActOptions } from '../act.ts';
import { addSecretOptions, caDirectoryOption, days, type SecretOptions } from '../options.ts';

/** Options that say who answers, and for how long. */
export interface ResponderOptions extends SecretOptions, ActOptions {
  readonly caDir: string;
  readonly days: number;
  readonly key?: string;
  readonly responderCert?: string;
  readonly responderKey?: string;
}

/** `usual` is how many days an answer holds unless they are given. */
export function addResponderOptions(command: Command, usual: number): Command {
  command
    .addOption(caDirectoryOption())
    .option('--days <days>', 'how long an answer holds at most', days, usual)
    .option('--responder-cert <file>', 'certificate of a delegated responder, by "ocsp-signing"')
    .option('--responder-key <key>', 'its key: a file, or an RFC 7512 URI (default: the CA key)')
    .option('--key <key>', 'CA key, if it has moved: an RFC 7512 URI, or file:PATH');
  return addSecretOptions(command);
}

export const periodOf = ({ days: number }: Pick<ResponderOptions, 'days'>): number => number * DAY;

/** Contradictions are errors, found before anything is opened. */
export function mustAgree({ key, responderCert, responderKey }: ResponderOptions): void {
  if ((responderCert === undefined) !== (responderKey === undefined)) {
    const [given, needed] =
      responderCert === undefined ? ['key', 'cert'] : (['cert', 'key'] as const);
    throw new PkiError('USAGE', `--responder-${given} needs --responder-${needed}`);
  }
  if (key !== undefined && responderKey !== undefined) {
    throw new PkiError('USAGE', 'give either --key or --responder-key');
  }
}
