import { join } from 'node:path';
import { algorithmNamed } from '../../algorithms/registry.ts';
import { type NewCa, rehearse } from '../../ca/authority.ts';
import { type KeysConfig, signatureAlgorithms } from '../../ca/issuer-keys.ts';
import { DAY, timeText } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import { profileNamed, ROOT_CA } from '../../profiles/built-in.ts';
import { continued, lostExtensions } from '../../profiles/continued.ts';
import type { KeyAccess } from '../../signers/key-access.ts';
import { readKeyFile } from '../../signers/key-file.ts';
import type { Secret } from '../../signers/secret.ts';
import { finishCaChange, StagedCaChange } from '../../store/ca-change.ts';
import { mustBeCa, openCaDirectory } from '../../store/ca-directory.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { parseName } from '../../x509/names.ts';
import type { CliContext } from '../context.ts';
import { type KeyPlan, mlDsaOf, planMlDsaKey } from '../hierarchy/ca-key-plan.ts';
import { type CreatedCa, certified, chainUnder, keyPlaces } from '../hierarchy/create-ca.ts';
import { makeKey, type OpenKey } from '../hierarchy/make-ca-keys.ts';
import { openParent } from '../hierarchy/parent.ts';
import { ISSUING_CA } from '../hierarchy/stage-ca.ts';
import { withHsmConfig } from '../hsm/hsm-config.ts';
import { newPassphrase } from '../new-passphrase.ts';
import { type OpenCa, openCa } from '../open-ca.ts';
import { pathOf } from '../options.ts';
import { mustGoOn } from './old-ca.ts';
import { type Overlap, overlapOf } from './overlap.ts';
import { mustKeepKey, type RekeyOptions } from './rekey-options.ts';
import { lostText, tellLeft } from './told.ts';

/** A CA with another certificate for its key, in the same directory. */
export interface RenewedCa extends CreatedCa {
  /** Undefined where a change was finished that had been interrupted. */
  readonly overlap: Overlap | undefined;
}

/** What is known before a key is made or used. */
interface PlannedRenewal {
  readonly ca: OpenCa;
  readonly parent: OpenCa | undefined;
  readonly next: NewCa;
  /** An ML-DSA key to be added. */
  readonly added: KeyPlan | undefined;
}

/**
 * Gives a CA another certificate for the key that it has, and perhaps an ML-DSA key beside that. One
 * store goes on, and the files change together or not at all; a change that was interrupted on its
 * way is finished, and nothing else done.
 */
export async function renewCa(context: CliContext, options: RekeyOptions): Promise<RenewedCa> {
  mustKeepKey(options);
  const path = pathOf(context, options.caDir);
  mustBeCa(path);
  if (finishCaChange(path)) return finished(context, path);
  const plan = await planRenewal(context, options);
  const { ca, parent, next, added } = plan;
  const { certificate: before, config, store } = ca.directory;
  const keys = await ca.issuer.open();
  await parent?.issuer.open();
  const change = context.resources.use(new StagedCaChange(path));
  const made = added && (await addedKey(context, options, ca, added, change));
  const all = { ...keys, ...(made && { alternative: made.signer }) };
  const { certificate, notes } = await certified(context, next, { keys: all, store }, parent);
  try {
    const changed = { ...config, keys: withKey(config.keys, made) };
    await change.write({ config: changed, certificate, chain: chainUnder(parent), before });
    if (context.interrupted.aborted) throw new PkiError('INTERRUPTED', 'interrupted'); // being undone
    const overlap = await overlapOf(ca, certificate);
    change.commit();
    const lost = lostExtensions(before, certificate).map(lostText);
    return {
      certificate,
      keys: keyPlaces(changed.keys),
      policy: config.policy?.name,
      notes: [...notes, ...lost, ...reused(plan)],
      overlap,
    };
  } catch (error) {
    const by = parent ? 'the parent' : `the CA in ${options.caDir}`;
    if (!change.committed) tellLeft(context, [by, certificate], 'which has not taken its place');
    throw error;
  }
}

async function finished({ resources }: CliContext, path: string): Promise<RenewedCa> {
  const { certificate, config } = resources.use(await openCaDirectory(path, { readOnly: true }));
  const notes = ['a change that had been interrupted was finished; nothing else was done'];
  const policy = config.policy?.name;
  return { certificate, keys: keyPlaces(config.keys), policy, notes, overlap: undefined };
}

async function planRenewal(context: CliContext, given: RekeyOptions): Promise<PlannedRenewal> {
  const ca = await openCa(context, given.caDir, given);
  const parent = await openParent(context, given);
  mustGoOn(ca, parent, context.clock());
  const { certificate, config } = ca.directory;
  const options = await withHsmConfig(context, given, config.hsm);
  const mlDsa = mlDsaOf(options, options.hybrid, undefined);
  if (mlDsa) mustTakeMlDsa(ca);
  const { days, clamp } = options;
  const next: NewCa = {
    subject: parseName(certificate.tbs.subject),
    profile: continued(profileNamed(parent ? ISSUING_CA : ROOT_CA), certificate),
    ...(days !== undefined && { validityDays: days }),
    ...(clamp !== undefined && { clamp }),
    policies: ca.issuer.policies ?? [],
    continues: certificate,
  };
  mustLastLonger(next, certificate, context.clock());
  const { signing, alternative } = signatureAlgorithms(config.keys);
  await rehearse({ ...next, planned: [signing, mlDsa ?? alternative] }, context, parent?.issuer);
  return { ca, parent, next, added: mlDsa && planMlDsaKey(options, mlDsa, context.cwd) };
}

function mustLastLonger(
  { validityDays, profile }: NewCa,
  { tbs: { notAfter } }: Certificate,
  now: Date,
): void {
  const days = validityDays ?? profile.validityDays ?? 0;
  if (now.getTime() + days * DAY >= notAfter.getTime()) return;
  const end = timeText(notAfter);
  throw new PkiError(
    'POLICY',
    `the new certificate would end before the old one, which lasts until ${end}`,
    { hints: ['give more days: what the CA has issued may last as long'] },
  );
}

function mustTakeMlDsa({ directory: { path, config } }: OpenCa): void {
  const { signing, hybrid } = config.keys;
  if (hybrid) {
    throw new PkiError('USAGE', `the CA in ${path} has an ML-DSA key already`, {
      hints: ['leave --hybrid out to renew its certificate, or name a new directory with --dir'],
    });
  }
  if (algorithmNamed(signing.algorithm).family === 'classical') return;
  throw new PkiError('USAGE', '--hybrid pairs a classical key with an ML-DSA key', {
    hints: [`the key of the CA in ${path} is ${signing.algorithm}`],
  });
}

async function addedKey(
  context: CliContext,
  options: RekeyOptions,
  ca: OpenCa,
  plan: KeyPlan,
  staged: StagedCaChange,
): Promise<OpenKey> {
  const passphrase =
    plan.kind === 'new-file' ? await samePassphrase(context, options, ca) : undefined;
  const access: KeyAccess = {
    ...ca.access,
    directory: staged.path,
    ...(passphrase && { passphrase: async () => passphrase }),
  };
  return makeKey(plan, 'ml-dsa.key', { staged, access, passphrase, resources: context.resources });
}

/** That of the key file which the CA has, since one is asked for; else a new one. */
async function samePassphrase(
  context: CliContext,
  options: RekeyOptions,
  { access, directory: { path, config } }: OpenCa,
): Promise<Secret | undefined> {
  const { key } = config.keys.signing;
  if (key.kind !== 'file' || !options.passphrase) {
    return newPassphrase(context, options, 'the ML-DSA key');
  }
  const file = join(path, key.path);
  const { encryption } = await readKeyFile(file, access.passphrase);
  return encryption === undefined
    ? newPassphrase(context, options, 'the ML-DSA key')
    : access.passphrase(file);
}

const withKey = (keys: KeysConfig, made: OpenKey | undefined): KeysConfig =>
  made ? { ...keys, hybrid: { scheme: 'catalyst', mlDsa: made.config } } : keys;

/** What a policy has to say of a key that others rely on already. */
const reused = ({ ca, added }: PlannedRenewal): readonly string[] =>
  added ? (ca.issuer.policies ?? []).flatMap(({ reusedKeyNote }) => reusedKeyNote ?? []) : [];
