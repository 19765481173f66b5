import { consulted } from '../../ca/authority.ts';
import { draft } from '../../ca/draft.ts';
import { approve } from '../../ca/lint.ts';
import { mustPassTrial } from '../../ca/trial-certificate.ts';
import type { CliContext } from '../context.ts';
import { describeDraft } from '../describe/describe-draft.ts';
import { descriptionText } from '../describe/describe-text.ts';
import { json } from '../present.ts';
import { printable } from '../printable.ts';
import type { IssueJob } from './issue-job.ts';
import { mustFindRoom, mustWriteSeparateFiles, type OutputOptions } from './issue-outputs.ts';

/**
 * Shows what would be signed, then throws what it would throw by policy. The CA's keys stay closed,
 * its store and the disk as they are.
 */
export async function rehearseIssue(
  context: CliContext,
  options: OutputOptions & { readonly json?: boolean },
  { ca: { directory, issuer }, profile, details, ...job }: IssueJob,
): Promise<void> {
  mustWriteSeparateFiles(context, options);
  mustFindRoom(context, options);
  const { request, pkcs8 } = await job.requested();
  const parts = { store: directory.store, clock: context.clock };
  const bare = draft(request, profile, issuer, details, context);
  const drafted = await consulted(bare, issuer, parts);
  const remarks = job.remarks?.(drafted.tbs) ?? [];
  const notes = [...drafted.notes, ...remarks, ...(pkcs8 ? [STAND_IN] : [])];
  for (const note of notes) context.note(`pki: note: ${printable(note)}`);
  const description = { profile: profile.name, ...describeDraft(drafted.tbs) };
  context.print(options.json ? json({ ...description, notes }) : descriptionText(description));
  await mustPassTrial(approve(drafted, issuer), issuer);
  context.note('pki: note: it would be signed; nothing was signed, recorded or written');
}

const STAND_IN = 'the key is a stand-in, made for this and thrown away';
