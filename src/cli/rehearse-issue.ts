import { draft } from '../ca/draft.ts';
import { approve } from '../ca/lint.ts';
import { mustPassTrial } from '../ca/trial-certificate.ts';
import type { CliContext } from './context.ts';
import { describeDraft } from './describe/describe-draft.ts';
import { descriptionText } from './describe/describe-text.ts';
import type { IssueOptions } from './issue-certificate.ts';
import { mustFindRoom, mustWriteSeparateFiles } from './issue-outputs.ts';
import { givenDetails, issuableProfile, requested } from './issue-request.ts';
import { openCa } from './open-ca.ts';
import { json } from './present.ts';
import { printable } from './printable.ts';

/**
 * Shows what `pki issue` would sign, then throws what it would throw by policy. The CA's keys stay
 * closed, its store and the disk as they are.
 */
export async function rehearseIssue(context: CliContext, options: IssueOptions): Promise<void> {
  const profile = await issuableProfile(context, options);
  mustWriteSeparateFiles(context, options);
  mustFindRoom(context, options);
  const ca = await openCa(context, options.caDir, options, { readOnly: true });
  const { request, pkcs8 } = await requested(context, options, { profile, ca });
  const drafted = draft(request, profile, ca.issuer, givenDetails(options), context);
  const notes = [...drafted.notes, ...(pkcs8 ? [STAND_IN] : [])];
  for (const note of notes) context.note(`pki: note: ${printable(note)}`);
  const description = { profile: profile.name, ...describeDraft(drafted.tbs) };
  context.print(options.json ? json({ ...description, notes }) : descriptionText(description));
  await mustPassTrial(approve(drafted, ca.issuer), ca.issuer);
  context.note('pki: note: it would be signed; nothing was signed, recorded or written');
}

const STAND_IN = 'the key is a stand-in, made for this and thrown away';
