import { algorithmNamed, isTokenAlgorithm } from '../../algorithms/registry.ts';
import { verifySignature } from '../../algorithms/verify.ts';
import { type IssuerKeys, issuerKeys, type KeysConfig } from '../../ca/issuer-keys.ts';
import { NO_POLICY, policyNamed } from '../../ca/policy/policy.ts';
import { recordOwn } from '../../ca/record-own.ts';
import { PkiError } from '../../errors.ts';
import type { KeyAccess } from '../../signers/key-access.ts';
import { keyFileText } from '../../signers/key-file.ts';
import { openSigner } from '../../signers/open-signer.ts';
import type { Signer } from '../../signers/signer.ts';
import { StagedCaDirectory } from '../../store/ca-directory.ts';
import { nameText, parseName } from '../../x509/names.ts';
import { actOf } from '../act.ts';
import type { CliContext } from '../context.ts';
import { preferencesOf, withHsmConfig } from '../hsm/hsm-config.ts';
import { keyAccess } from '../options.ts';
import { type CreatedCa, keyPlaces } from './create-ca.ts';
import { type ExistingKey, existingKeys } from './existing-keys.ts';
import type { InitCaOptions } from './init-ca-options.ts';
import { findInToken, type KeyMaking, type OpenKey } from './make-ca-keys.ts';
import {
  RECEIVED_PROFILE,
  type ReceivedCertificate,
  receivedCertificate,
} from './received-certificate.ts';

/**
 * Makes the directory of a CA that has its certificate and keys already. Keys in files are copied,
 * those in tokens stay; each proves by a signature that it belongs to the certificate.
 */
export async function importCa(
  context: CliContext,
  directory: string,
  given: InitCaOptions & { readonly import: string },
): Promise<CreatedCa> {
  const { resources, clock } = context;
  const options = await withHsmConfig(context, given);
  const received = await receivedCertificate(context, options.import, options.chain);
  const scheme = schemeOf(options, received);
  const { signing, mlDsa, passphrase } = await existingKeys(context, options);
  const staged = resources.use(new StagedCaDirectory(directory, actOf(context, options)));
  const access: KeyAccess = {
    ...keyAccess(context, options, staged.path),
    ...(passphrase && { passphrase: async () => passphrase }),
  };
  const making = { staged, access, passphrase, resources };
  const first = await takeKey(signing, 'ca.key', making, options.algorithm);
  const second = mlDsa && (await takeKey(mlDsa, 'ml-dsa.key', making));
  const config: KeysConfig = {
    signing: first.config,
    ...(scheme && second && { hybrid: { scheme, mlDsa: second.config } }),
  };
  await mustBelong(issuerKeys(config, first.signer, second?.signer), received);
  const { certificate, chain, warnings } = received;
  await recordOwn(certificate, RECEIVED_PROFILE, { store: staged.store, clock });
  const policy = policyNamed(options.policy ?? NO_POLICY);
  const about = { name: commonName(received), keys: config, ...(policy && { policy }) };
  await staged.writeCa({ ...about, hsm: preferencesOf(options) }, certificate, chain);
  if (context.interrupted.aborted) throw new PkiError('INTERRUPTED', 'interrupted'); // being undone
  staged.commit();
  const notes = [...warnings, NOT_IMPORTED];
  return { certificate, keys: keyPlaces(config), policy: options.policy, notes };
}

const NOT_IMPORTED = 'what this CA has issued before is not in its store';

/** With a second key, the certificate tells whether that signs by itself or as a half. */
function schemeOf(
  { mlDsaKey }: InitCaOptions,
  { extensions, name }: ReceivedCertificate,
): 'catalyst' | 'composite' | undefined {
  const hasAlternative = extensions.subjectAltPublicKeyInfo !== undefined;
  if (mlDsaKey !== undefined) return hasAlternative ? 'catalyst' : 'composite';
  if (!hasAlternative) return undefined;
  throw new PkiError('USAGE', `${name} has an alternative key; name it with --ml-dsa-key`);
}

/** Copies a key into the directory, or finds it in its tokens. */
async function takeKey(
  key: ExistingKey,
  fileName: string,
  making: KeyMaking,
  algorithmName?: string,
): Promise<OpenKey> {
  const { staged, passphrase, access, resources } = making;
  const algorithm = algorithmName === undefined ? undefined : algorithmNamed(algorithmName);
  if (key.kind === 'in-token') {
    if (algorithm === undefined) return findInToken(key, making);
    if (isTokenAlgorithm(algorithm)) return findInToken({ ...key, algorithm }, making);
    throw new PkiError('USAGE', `${algorithm.name} is not made or used in tokens`);
  }
  const path = staged.writeKey(fileName, keyFileText(key.pkcs8, passphrase));
  const ref = { kind: 'file', path } as const;
  const signer = resources.use(await openSigner(ref, access, algorithm));
  return { config: { algorithm: signer.algorithm.name, key: ref }, signer };
}

async function mustBelong(
  { signer, alternative }: IssuerKeys,
  { certificate, extensions, name }: ReceivedCertificate,
): Promise<void> {
  await mustSignFor(signer, certificate.tbs.publicKey, `the public key in ${name}`);
  const spki = extensions.subjectAltPublicKeyInfo;
  if (alternative) await mustSignFor(alternative, spki, `the alternative public key in ${name}`);
}

const MESSAGE = Buffer.from('pki: does this key belong to the certificate?');

async function mustSignFor(
  signer: Signer,
  spki: Uint8Array | undefined,
  what: string,
): Promise<void> {
  const { algorithm, publicKey } = signer;
  const { identifier } = algorithm;
  const same = spki && Buffer.compare(spki, publicKey) === 0;
  const problem = same
    ? await verifySignature({
        ...{ spki, identifier, message: MESSAGE },
        signature: await signer.sign(MESSAGE),
      })
    : 'it is another one';
  if (problem === undefined) return;
  throw new PkiError('KEY_UNAVAILABLE', `the ${algorithm.name} key is not ${what}`, {
    hints: [`${problem}; give the key that the certificate was made for`],
  });
}

/** What people call the CA. */
function commonName({ certificate: { tbs } }: ReceivedCertificate): string {
  const subject = parseName(tbs.subject);
  return subject.find(({ type }) => type === 'CN')?.value ?? nameText(subject);
}
