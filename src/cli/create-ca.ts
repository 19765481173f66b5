import type { ClassicalAlgorithm, MlDsaAlgorithm } from '../algorithms/algorithm.ts';
import { rehearse, selfSign } from '../ca/authority.ts';
import { type KeyConfig, type KeysConfig, openKeys } from '../ca/issuer-keys.ts';
import { profileNamed, ROOT_CA } from '../profiles/built-in.ts';
import { keyFileText } from '../signers/file-signer.ts';
import type { KeyAccess } from '../signers/key-access.ts';
import { type Pkcs11KeyRef, printKeyRef } from '../signers/key-ref.ts';
import type { Secret } from '../signers/secret.ts';
import { generatePkcs8 } from '../signers/software-key.ts';
import { StagedCaDirectory } from '../store/ca-directory.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { NameAttribute } from '../x509/names.ts';
import {
  type CaKeyPlan,
  type InitCaOptions,
  planCaKeys,
  type SigningKeyPlan,
} from './ca-key-plan.ts';
import type { CliContext } from './context.ts';
import { keyAccess } from './options.ts';
import { chooseSecret, PASSPHRASE } from './secrets.ts';

export interface CreateCaInput {
  readonly options: InitCaOptions;
  /** Absolute path of the directory to make. */
  readonly directory: string;
  readonly subject: readonly NameAttribute[];
}

export interface CreatedCa {
  readonly certificate: Certificate;
  /** For people: where each key is. */
  readonly keys: readonly { readonly algorithm: string; readonly key: string }[];
  readonly notes: readonly string[];
}

/** Makes a CA: keys, certificate and directory, or nothing at all. */
export async function createCa(
  context: CliContext,
  { options, directory, subject }: CreateCaInput,
): Promise<CreatedCa> {
  const plan = planCaKeys(options, context.cwd);
  const { resources, clock, entropy } = context;
  const root = {
    subject,
    profile: profileNamed(ROOT_CA),
    ...(options.days !== undefined && { validityDays: options.days }),
  };
  await rehearse(root, { clock, entropy });
  const staged = resources.use(new StagedCaDirectory(directory));
  const passphrase = await choosePassphrase(context, options, plan);
  const access: KeyAccess = {
    ...keyAccess(context, options, staged.path),
    ...(passphrase && { passphrase: async () => passphrase }),
  };
  const config = await makeKeys(plan, { staged, access, passphrase, resources });
  const keys = resources.use(await openKeys(config, access));
  const parts = { store: staged.store, clock, entropy };
  const { certificate, notes } = await selfSign({ ...root, keys }, parts);
  await staged.writeCa({ name: options.name, keys: config }, certificate);
  staged.commit();
  const all = [config.signing, ...(config.hybrid ? [config.hybrid.mlDsa] : [])];
  const printed = all.map(({ algorithm, key }) => ({ algorithm, key: printKeyRef(key) }));
  return { certificate, keys: printed, notes };
}

/** One passphrase for all key files of the CA; undefined if there are none, or by request. */
async function choosePassphrase(
  context: CliContext,
  { passphrase, passphraseFile }: InitCaOptions,
  { signing, hybrid }: CaKeyPlan,
): Promise<Secret | undefined> {
  if (signing.kind !== 'new-file' && !hybrid) return undefined;
  if (passphrase) {
    return chooseSecret(context, PASSPHRASE, passphraseFile, 'new passphrase for the CA key');
  }
  context.note('pki: warning: --no-passphrase leaves the CA key unencrypted on the disk');
  return undefined;
}

interface KeyMaking {
  readonly staged: StagedCaDirectory;
  readonly access: KeyAccess;
  readonly passphrase: Secret | undefined;
  readonly resources: AsyncDisposableStack;
}

async function makeKeys({ signing, hybrid }: CaKeyPlan, making: KeyMaking): Promise<KeysConfig> {
  const { staged, passphrase } = making;
  const inFile = async (
    algorithm: ClassicalAlgorithm | MlDsaAlgorithm,
    name: string,
  ): Promise<KeyConfig> => {
    const text = keyFileText(await generatePkcs8(algorithm), passphrase);
    return { algorithm: algorithm.name, key: { kind: 'file', path: staged.writeKey(name, text) } };
  };
  const config: KeysConfig = {
    signing:
      signing.kind === 'new-file'
        ? await inFile(signing.algorithm, 'ca.key')
        : await inToken(signing, making),
  };
  if (!hybrid) return config;
  return {
    ...config,
    hybrid: { scheme: hybrid.scheme, mlDsa: await inFile(hybrid.mlDsa, 'ml-dsa.key') },
  };
}

/** Finds or makes the key in the token, and names it so precisely that it is found again. */
async function inToken(
  plan: Exclude<SigningKeyPlan, { kind: 'new-file' }>,
  { staged, access, resources }: KeyMaking,
): Promise<KeyConfig> {
  const { generatePkcs11Signer, openPkcs11Signer } = await import(
    '../signers/pkcs11/pkcs11-signer.ts'
  );
  const named = (algorithm: string, key: Pkcs11KeyRef): KeyConfig => ({ algorithm, key });
  if (plan.kind === 'in-token') {
    await using signer = await openPkcs11Signer(plan.ref, access, plan.algorithm);
    return named(signer.algorithm.name, signer.ref);
  }
  const generating = generatePkcs11Signer(plan.ref, access, plan.algorithm);
  resources.defer(async () => {
    // an interruption does not stop the token: the key is there a moment later, and has to go
    const generated = await generating.catch(() => undefined);
    if (!staged.committed) await generated?.undo(); // no CA came of it
    await generated?.signer[Symbol.asyncDispose]();
  });
  const { signer } = await generating;
  return named(signer.algorithm.name, signer.ref);
}
