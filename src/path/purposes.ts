import type { ExtendedKeyUsage, KeyUsage } from '../x509/extensions.ts';

/** What somebody wants to use a certificate for, and what it has to say then. */
export interface Purpose {
  readonly name: string;
  /** Undefined for any. */
  readonly extKeyUsage: ExtendedKeyUsage | undefined;
  /** Of these one at least, where the certificate has a keyUsage (RFC 5280 §4.2.1.12). */
  readonly keyUsage: readonly KeyUsage[];
  /** Whether the certificate has to name the purpose itself, rather than say nothing or any. */
  readonly named: boolean;
  /** Whether an extKeyUsage in CA certificates has to allow it too. */
  readonly chained: boolean;
}

const SIGNS: readonly KeyUsage[] = ['digitalSignature', 'nonRepudiation'];
const AGREES: readonly KeyUsage[] = ['digitalSignature', 'keyEncipherment', 'keyAgreement'];

/** `--purpose`, its help and its rules are made from these rows. */
// biome-ignore format: a table
export const PURPOSES: readonly Purpose[] = [
  { name: 'tls-server',    extKeyUsage: 'serverAuth',      keyUsage: AGREES,                              named: false, chained: true },
  { name: 'tls-client',    extKeyUsage: 'clientAuth',      keyUsage: ['digitalSignature', 'keyAgreement'], named: false, chained: true },
  { name: 'email',         extKeyUsage: 'emailProtection', keyUsage: [...AGREES, 'nonRepudiation'],       named: false, chained: true },
  { name: 'code-signing',  extKeyUsage: 'codeSigning',     keyUsage: ['digitalSignature'],                named: true,  chained: true },
  { name: 'time-stamping', extKeyUsage: 'timeStamping',    keyUsage: SIGNS,                               named: true,  chained: true },
  { name: 'ocsp-signing',  extKeyUsage: 'ocspSigning',     keyUsage: SIGNS,                               named: true,  chained: false },
  { name: 'any',           extKeyUsage: undefined,         keyUsage: [],                                  named: false, chained: false },
];
