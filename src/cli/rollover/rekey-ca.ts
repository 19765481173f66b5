import { rehearse } from '../../ca/authority.ts';
import { openIssuer } from '../../ca/issuer.ts';
import { type CrossCertificates, crossCertify, crossProfile } from '../../ca/rollover.ts';
import { DAY } from '../../der/time.ts';
import { lostExtensions } from '../../profiles/continued.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { parseName } from '../../x509/names.ts';
import type { CliContext } from '../context.ts';
import { type CreatedCa, certified, commitCa, keyPlaces, ownOf } from '../hierarchy/create-ca.ts';
import { openParent } from '../hierarchy/parent.ts';
import { type PlannedCa, planCa, type StagedCa, stageCa } from '../hierarchy/stage-ca.ts';
import { withHsmConfig } from '../hsm/hsm-config.ts';
import type { OpenCa } from '../open-ca.ts';
import { pathOf } from '../options.ts';
import { plannedAlgorithms } from '../policies.ts';
import { CROSS_FILES } from './cross-files.ts';
import { mustBeNew, mustGoOn, openOldCa } from './old-ca.ts';
import { withOldPolicy, withSameAlgorithm } from './old-choices.ts';
import { type Overlap, overlapOf } from './overlap.ts';
import { mustFitTogether, type NewKeyOptions } from './rekey-options.ts';
import { lostText, type Recorded, tellLeft } from './told.ts';

/** A CA that goes on with a new key, in a directory of its own. */
export interface RekeyedCa extends CreatedCa {
  readonly overlap: Overlap;
  /** Undefined under a parent, whose certificates hold for both keys. */
  readonly cross: CrossCertificates | undefined;
}

/** What is known before a key is made or used. */
interface PlannedRekey {
  readonly options: NewKeyOptions;
  readonly old: OpenCa;
  readonly parent: OpenCa | undefined;
  readonly planned: PlannedCa;
}

/**
 * Makes a new key for the CA in `--ca-dir`, under its name, and a directory for that; or nothing
 * at all, but for what the old CA or the parent has recorded, which is told.
 */
export async function rekeyCa(context: CliContext, given: NewKeyOptions): Promise<RekeyedCa> {
  const plan = await planRekey(context, given);
  const { options, old, parent, planned } = plan;
  await old.issuer.open();
  await parent?.issuer.open();
  const others = parent ? [old, parent] : [old];
  const made = await stageCa(context, pathOf(context, options.dir), planned, others);
  mustBeNew(made.keys, old);
  const { certificate, notes } = await certified(context, planned.ca, ownOf(made), parent);
  const recorded: Recorded[] = parent ? [['the parent', certificate]] : [];
  try {
    const cross = parent ? undefined : await crossed(context, plan, made, certificate);
    if (cross) recorded.push([`the CA in ${options.caDir}`, cross.newWithOld.certificate]);
    const { name } = old.directory.config;
    await commitCa(context, name, planned, made, certificate, parent);
    const lost = lostExtensions(old.directory.certificate, certificate);
    return {
      certificate,
      keys: keyPlaces(made.config),
      policy: planned.options.policy,
      notes: [...notes, ...lost.map(lostText)],
      overlap: await overlapOf(old, certificate, cross?.newWithOld.certificate),
      cross,
    };
  } catch (error) {
    if (!made.staged.committed)
      for (const left of recorded) tellLeft(context, left, 'whose key is gone');
    throw error;
  }
}

/** Throws what would be refused once a key is made, also of the cross-certificate by the old CA. */
async function planRekey(context: CliContext, given: NewKeyOptions): Promise<PlannedRekey> {
  mustFitTogether(given);
  const old = await openOldCa(context, given);
  const parent = await openParent(context, given);
  mustGoOn(old, parent, context.clock());
  const { certificate } = old.directory;
  const complete = await withHsmConfig(context, withOldPolicy(given, old, parent));
  const options = withSameAlgorithm(complete, old, context.cwd);
  const subject = parseName(certificate.tbs.subject);
  const planned = await planCa(context, options, subject, parent, certificate);
  if (!parent) {
    const { notAfter } = certificate.tbs;
    const ca = { ...planned.ca, profile: crossProfile(certificate, notAfter), clamp: true };
    delete ca.validityDays;
    await rehearse({ ...ca, planned: plannedAlgorithms(planned.keys) }, context, old.issuer);
  }
  return { options, old, parent, planned };
}

/** Has each key certify the other one, and writes the certificates into the new directory. */
async function crossed(
  { clock, entropy }: CliContext,
  { options: { overlap }, old }: PlannedRekey,
  { keys, staged }: StagedCa,
  certificate: Certificate,
): Promise<CrossCertificates> {
  const { directory, issuer } = old;
  const world = { clock, entropy };
  const until = overlap === undefined ? undefined : new Date(clock().getTime() + overlap * DAY);
  const cross = await crossCertify(
    {
      issuer: { ...issuer, certificate: directory.certificate },
      parts: { ...world, store: directory.store },
    },
    { issuer: openIssuer(certificate, keys), parts: { ...world, store: staged.store } },
    until,
  );
  staged.writeCross(CROSS_FILES.newWithOld, cross.newWithOld.certificate);
  staged.writeCross(CROSS_FILES.oldWithNew, cross.oldWithNew.certificate);
  return cross;
}
