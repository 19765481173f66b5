import type { Draft } from '../../../src/ca/draft.ts';
import type { Issuer } from '../../../src/ca/issuer.ts';
import { namedBitString } from '../../../src/der/writer.ts';
import type { TbsCertificate } from '../../../src/x509/certificate.ts';
import { KEY_USAGES, type KeyUsage } from '../../../src/x509/extensions.ts';

/** What the cases are made of: issuers, and drafts that pass every lint. */
export interface LintWorld {
  readonly issuer: Issuer;
  readonly hybrid: Issuer;
  readonly self: Issuer;
  drafted(profile: string, by: Issuer, key?: string): Draft;
}

export interface LintCase {
  readonly id: string;
  /** The rule of zlint that refuses the same, if it has one. */
  readonly zlint?: string;
  /** A draft that passes but for what was spoilt. */
  readonly spoil: (world: LintWorld) => { drafted: Draft; issuer: Issuer };
}

/** A case of a draft under the usual issuer with some fields of its TBS replaced. */
export const tbsCase = (
  id: string,
  change: (tbs: TbsCertificate, world: LintWorld) => Partial<TbsCertificate>,
  {
    profile = 'tls-server',
    key = 'ecdsa-p256',
    by = 'issuer' as 'issuer' | 'hybrid' | 'self',
  } = {},
): LintCase => ({
  id,
  spoil: (world) => {
    const issuer = world[by];
    const drafted = world.drafted(profile, issuer, key);
    const tbs = { ...drafted.tbs, ...change(drafted.tbs, world) };
    return { drafted: { ...drafted, tbs }, issuer };
  },
});

/** A case that zlint has to agree with. */
export const agreed = (zlint: string, lintCase: LintCase): LintCase => ({ ...lintCase, zlint });

/** A case of a sound draft with one more extension. */
export const extensionCase = (
  id: string,
  oid: string,
  value: Uint8Array,
  { critical = false, profile = 'issuing-ca' } = {},
): LintCase => tbsCase(id, (tbs) => replaced(tbs, oid, value, critical), { profile });

/** The value of keyUsage. */
export const usages = (...names: readonly KeyUsage[]): Uint8Array =>
  namedBitString(names.map((name) => KEY_USAGES.indexOf(name)));

/** Replaces one extension, or adds it; undefined removes it. */
export function replaced(
  { extensions }: TbsCertificate,
  oid: string,
  value: Uint8Array | undefined,
  critical = extensions.find((extension) => extension.oid === oid)?.critical ?? false,
): Partial<TbsCertificate> {
  const others = extensions.filter((extension) => extension.oid !== oid);
  return { extensions: value ? [...others, { oid, critical, value }] : others };
}

/** For a case of a CA. */
export const CA = { profile: 'issuing-ca' };
