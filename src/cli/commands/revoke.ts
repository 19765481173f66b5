import { Command, InvalidArgumentError, Option } from 'commander';
import type { RevocationOutcome } from '../../ca/revoke.ts';
import { shownName } from '../../ca/shown-name.ts';
import { timeText } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import { REVOCATION_REASONS, type RevocationReason } from '../../x509/crl-reason.ts';
import { actOf, reasonOption } from '../act.ts';
import type { CliContext } from '../context.ts';
import { caDirectoryOption, jsonOption, pathOf } from '../options.ts';
import { json, table } from '../present.ts';
import { revocationFields, statusOf } from '../revocation/describe-revocation.ts';

interface RevokeOptions {
  readonly caDir: string;
  readonly reason?: RevocationReason;
  readonly invalidityDate?: Date;
  readonly release?: boolean;
  readonly comment?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
A revocation is recorded at once, without a key; the next "pki crl" tells everybody. It is final,
except that certificateHold can be released, or become a revocation.

Examples:
  $ pki revoke --ca-dir ./ca server.crt --reason superseded
  $ pki revoke --ca-dir ./ca 4fd20be1a3c95e7788ab0123456789abcdef0123 --reason keyCompromise \\
      --invalidity-date 2030-01-31T12:00:00Z
  $ pki revoke --ca-dir ./ca server.crt --release`;

export function revokeCommand(context: CliContext): Command {
  return new Command('revoke')
    .argument('<file|serial>', 'certificate of this CA, PEM or DER, or its serial number')
    .addOption(caDirectoryOption())
    .addOption(new Option('--reason <name>', 'why').choices(Object.keys(REVOCATION_REASONS)))
    .option('--invalidity-date <time>', 'since when its key cannot be relied upon, UTC', utcTime)
    .option('--release', 'end a certificateHold')
    .addOption(reasonOption('--comment <text>'))
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action((what: string, options: RevokeOptions) => revokeCertificate(what, options, context));
}

async function revokeCertificate(what: string, options: RevokeOptions, context: CliContext) {
  const change = changeOf(options);
  const { openCaDirectory } = await import('../../store/ca-directory.ts');
  const { revocableSerial } = await import('../revocation/revocable-serial.ts');
  const { comment } = options;
  const act = actOf(context, comment === undefined ? {} : { reason: comment });
  const directory = await openCaDirectory(pathOf(context, options.caDir), { act });
  context.resources.use(directory);
  const serial = await revocableSerial(context, what, directory);
  const { release, revoke } = await import('../../ca/revoke.ts');
  const now = context.clock();
  const outcome = change
    ? await revoke(directory.store, serial, change, now)
    : await release(directory.store, serial, now);
  noteFor(outcome, now, context);
  context.print(options.json ? json(summaryOf(outcome)) : textOf(outcome));
}

/** What to record; undefined releases a hold. */
function changeOf({ reason, invalidityDate, release = false }: RevokeOptions) {
  if (release && (reason !== undefined || invalidityDate)) {
    throw new PkiError('USAGE', 'give either --release or --reason');
  }
  if (release) return undefined;
  if (reason !== undefined) return { reason, invalidityDate };
  throw new PkiError('USAGE', 'give --reason, or --release for a certificate on hold', {
    hints: [`reasons: ${Object.keys(REVOCATION_REASONS).join(', ')}`],
  });
}

/** What somebody who revokes may not expect. */
function noteFor({ record, changed }: RevocationOutcome, now: Date, { note }: CliContext): void {
  const { status, notAfter } = record;
  if (!changed) return;
  if (status === 'intent') note('pki: its issuance was interrupted; it may not exist');
  if (notAfter < now) note(`pki: it was valid until ${timeText(notAfter)}; one CRL will list it`);
}

function textOf({ record, changed }: RevocationOutcome): string {
  const { serial, revocation } = record;
  const { revokedAt, reason, invalidityDate } = revocationFields(revocation) ?? {};
  return (
    `${headline(reason, changed)}\n` +
    table([
      ['serial', serial],
      ['subject', shownName(record)],
      ...(reason ? [['reason', reason] as const] : []),
      ...(revokedAt ? [['since', revokedAt] as const] : []),
      ...(invalidityDate ? [['invalid since', invalidityDate] as const] : []),
    ])
  );
}

function headline(reason: string | undefined, changed: boolean): string {
  if (reason === undefined) return changed ? 'released' : 'not on hold, nothing to do';
  const done = reason === 'certificateHold' ? 'on hold' : 'revoked';
  return changed ? done : `${done} already, nothing to do`;
}

const summaryOf = ({ record, changed }: RevocationOutcome) => ({
  serial: record.serial,
  subject: record.subject,
  status: statusOf(record),
  ...revocationFields(record.revocation),
  changed,
});

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** A day, of which the start is meant, or a time; both in UTC. */
function utcTime(text: string): Date {
  const date = new Date(DATE.test(text) ? `${text}T00:00:00Z` : text);
  const isTime = (DATE.test(text) || TIME.test(text)) && !Number.isNaN(date.getTime());
  if (isTime && timeText(date).startsWith(text)) return date;
  throw new InvalidArgumentError('it has to be as in 2030-01-31 or 2030-01-31T12:00:00Z');
}
