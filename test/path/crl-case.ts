import type { Crl } from '../../src/x509/crl.ts';
import type { Extension } from '../../src/x509/extensions.ts';
import { freshestCrlExtension } from '../../src/x509/pointers.ts';
import { type Chain, chain, KeyRing, type Level } from './chain.ts';
import { cn, type Party } from './made-certificates.ts';
import { type MadeCrl, makeCrl } from './made-crls.ts';

/** A chain of a root and a leaf, CRLs, and what is to come of it. */
export interface CrlCase {
  readonly name: string;
  readonly made: () => Promise<{ readonly chain: Chain; readonly crls: readonly Crl[] }>;
  readonly problems?: readonly string[];
  /** Options of OpenSSL beside -crl_check. */
  readonly openssl?: readonly string[];
  readonly opensslDiffers?: string;
  /** The first minor version of OpenSSL 3 that knows of the rule; 5 if absent. */
  readonly opensslSince?: number;
}

export const keys = new KeyRing('ed25519');
export const other = new KeyRing('ed25519');
export const root = (): Promise<Party> => keys.party('Root', cn('Root'));

type Rest = Pick<CrlCase, 'problems' | 'openssl' | 'opensslDiffers' | 'opensslSince'>;
type Crls = (leaf: bigint, issuer: Party) => readonly (MadeCrl | Promise<Crl>)[];

/** CRLs of the root, for a leaf with these extensions. */
export function told(
  name: string,
  crls: Crls,
  rest: Rest = {},
  levels: readonly Level[] = [{}, {}],
): CrlCase {
  const made = async () => {
    const [made, issuer] = [await chain(keys, ...levels), await root()];
    const wanted = crls(made.leaf.tbs.serialNumber, issuer).map((one) =>
      one instanceof Promise ? one : makeCrl(issuer, one),
    );
    return { chain: made, crls: await Promise.all(wanted) };
  };
  return { name, made, ...rest };
}

export const at = (extension: Extension): readonly Level[] => [{}, { extensions: [extension] }];

export const URL = 'http://crl.example/1.crl';
export const DELTAS = ['-use_deltas'];
export const EXTENDED = ['-extended_crl'];
export const REVOKED = '(revoked, RFC 5280 §6.3.3 (i), (j))';
export const REVOKED_BY = (crl: string, reason = 'keyCompromise') => [
  `CN=leaf: it is revoked since 2026-05-01T00:00:00Z, ${reason}, says ${crl} of CN=Root ${REVOKED}`,
];
export const refused = (why: string, crl = 'CRL 5') => [
  `CN=leaf: ${crl} of CN=Root does not count: ${why}`,
];

/** Says where delta CRLs are: else OpenSSL does not look for any. */
export const FULL = { extensions: freshestCrlExtension(['http://crl.example/delta.crl']) };

export const lapsed = { nextUpdate: new Date('2026-06-01T11:59:59Z') };
