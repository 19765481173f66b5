import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { algorithmNamed } from '../../src/algorithms/registry.ts';
import { type AuthorityParts, selfSign } from '../../src/ca/authority.ts';
import { type Issuer, selfIssuer } from '../../src/ca/issuer.ts';
import type { IssuerKeys } from '../../src/ca/issuer-keys.ts';
import { profileNamed } from '../../src/profiles/built-in.ts';
import { generatePkcs8 } from '../../src/signers/generate-key.ts';
import type { Signer } from '../../src/signers/signer.ts';
import { importPkcs8, softwareSigner } from '../../src/signers/software-key.ts';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { knownExtensions } from '../../src/x509/extensions.ts';

/** A signer with a new key in memory; a composite's name gives a hybrid one. */
export async function newSigner(name: string): Promise<Signer> {
  const algorithm = algorithmNamed(name);
  return softwareSigner(await importPkcs8(await generatePkcs8(algorithm), name, algorithm));
}

/** Keys of a CA in memory. */
export async function newKeys(signing: string, alternative?: string): Promise<IssuerKeys> {
  return {
    signer: await newSigner(signing),
    alternative: alternative === undefined ? undefined : await newSigner(alternative),
    async [Symbol.asyncDispose]() {},
  };
}

/** A store in a file of its own, the real clock and real random octets. */
export function newParts(directory: string): AuthorityParts & { readonly store: SqliteStore } {
  const store = SqliteStore.create(join(directory, `${randomBytes(6).toString('hex')}.db`));
  return { store, clock: () => new Date(), entropy: (length) => randomBytes(length) };
}

/** A root CA whose keys are `keys`, as an issuer of further certificates. */
export async function newIssuer(keys: IssuerKeys, parts: AuthorityParts): Promise<Issuer> {
  const subject = [{ type: 'CN', value: 'Test Root CA' }];
  const profile = profileNamed('root-ca');
  const { certificate } = await selfSign({ subject, keys, profile }, parts);
  return issuerWith(certificate, keys);
}

/** An issuer that has this certificate, whatever it says. */
export const issuerWith = (certificate: Certificate, keys: IssuerKeys): Issuer => ({
  ...selfIssuer([], keys),
  name: certificate.tbs.subject,
  certificate,
  extensions: knownExtensions(certificate.tbs.extensions),
});
