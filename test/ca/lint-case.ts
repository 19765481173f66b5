import type { Draft } from '../../src/ca/draft.ts';
import type { Issuer } from '../../src/ca/issuer.ts';
import type { TbsCertificate } from '../../src/x509/certificate.ts';

/** What the cases are made of: issuers, and drafts that pass every lint. */
export interface LintWorld {
  readonly issuer: Issuer;
  readonly hybrid: Issuer;
  readonly self: Issuer;
  drafted(profile: string, by: Issuer, key?: string): Draft;
}

export interface LintCase {
  readonly id: string;
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
