import { certify, type Issued, type NewCa, selfSign } from '../../ca/authority.ts';
import type { IssuerKeys, KeysConfig } from '../../ca/issuer-keys.ts';
import { recordOwn } from '../../ca/record-own.ts';
import type { CaStore } from '../../ca/store.ts';
import { PkiError } from '../../errors.ts';
import { printKeyRef } from '../../signers/key-ref.ts';
import { type Certificate, serialText } from '../../x509/certificate.ts';
import type { NameAttribute } from '../../x509/names.ts';
import type { CliContext } from '../context.ts';
import { preferencesOf, withHsmConfig } from '../hsm/hsm-config.ts';
import type { OpenCa } from '../open-ca.ts';
import type { NamedCaOptions } from './init-ca-options.ts';
import { openParent } from './parent.ts';
import { type PlannedCa, planCa, type StagedCa, stageCa } from './stage-ca.ts';

export interface CreateCaInput {
  readonly options: NamedCaOptions;
  /** Absolute path of the directory to make. */
  readonly directory: string;
  readonly subject: readonly NameAttribute[];
}

/** For people: where a key is. */
export interface KeyPlace {
  readonly algorithm: string;
  readonly key: string;
}

export interface CreatedCa {
  readonly certificate: Certificate;
  readonly keys: readonly KeyPlace[];
  /** Name of the policy that the CA follows, if one was asked for or is the parent's. */
  readonly policy: string | undefined;
  readonly notes: readonly string[];
}

/**
 * Makes a CA: keys, certificate and directory, or nothing at all. Under a parent, that one is
 * opened before a key is made, and has recorded the certificate before the directory appears.
 */
export async function createCa(
  context: CliContext,
  { options: given, directory, subject }: CreateCaInput,
): Promise<CreatedCa> {
  const options = await withHsmConfig(context, given);
  const parent = await openParent(context, options);
  const planned = await planCa(context, options, subject, parent);
  await parent?.issuer.open();
  const made = await stageCa(context, directory, planned, parent ? [parent] : []);
  const { certificate, notes } = await certified(context, planned.ca, ownOf(made), parent);
  try {
    await commitCa(context, given.name, planned, made, certificate, parent);
  } catch (error) {
    if (parent) context.note(`pki: warning: ${leftBehind(certificate)}`);
    throw error;
  }
  const { policy, keys: plan } = planned;
  const reused = plan.hybrid && plan.signing.kind === 'in-token' && policy?.reusedKeyNote;
  return {
    certificate,
    keys: keyPlaces(made.config),
    policy: planned.options.policy,
    notes: reused ? [...notes, reused] : notes,
  };
}

/** A CA whose keys are open, and its store. */
export interface OwnParts {
  readonly keys: IssuerKeys;
  readonly store: CaStore;
}

export const ownOf = ({ keys, staged }: StagedCa): OwnParts => ({ keys, store: staged.store });

/** The certificate of a CA whose keys are made: by itself or by its parent, and recorded. */
export async function certified(
  { clock, entropy }: CliContext,
  ca: NewCa,
  { keys, store }: OwnParts,
  parent: OpenCa | undefined,
): Promise<Issued> {
  const own = { store, clock, entropy };
  if (!parent) return selfSign({ ...ca, keys }, own);
  const parts = { ...own, store: parent.directory.store };
  const issued = await certify({ ...ca, keys }, parent.issuer, parts);
  await recordOwn(issued.certificate, ca.profile.name, own);
  return issued;
}

/** The certificates above those of a CA under `parent`. */
export const chainUnder = (parent: OpenCa | undefined): readonly Certificate[] =>
  parent ? [parent.directory.certificate, ...parent.directory.chain] : [];

/** Writes what is left, and puts the directory in its place. */
export async function commitCa(
  context: CliContext,
  name: string,
  { options, policy }: PlannedCa,
  { config, staged }: StagedCa,
  certificate: Certificate,
  parent: OpenCa | undefined,
): Promise<void> {
  const hsm = preferencesOf(options);
  const chain = chainUnder(parent);
  await staged.writeCa({ name, keys: config, ...(policy && { policy }), hsm }, certificate, chain);
  if (context.interrupted.aborted) throw new PkiError('INTERRUPTED', 'interrupted'); // being undone
  staged.commit();
}

const leftBehind = ({ tbs }: Certificate): string =>
  `the parent has recorded the certificate ${serialText(tbs.serialNumber)}, whose key is gone; revoke it there`;

/** Every place of every key. */
export const keyPlaces = ({ signing, hybrid }: KeysConfig): readonly KeyPlace[] =>
  [signing, ...(hybrid ? [hybrid.mlDsa] : [])].flatMap(({ algorithm, key, replicas = [] }) =>
    [key, ...replicas].map((ref) => ({ algorithm, key: printKeyRef(ref) })),
  );
