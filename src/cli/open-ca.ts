import { join, resolve } from 'node:path';
import { type Issuer, issuerOf } from '../ca/issuer.ts';
import type { KeysConfig } from '../ca/issuer-keys.ts';
import type { KeyAccess } from '../signers/key-access.ts';
import { parseKeyRef } from '../signers/key-ref.ts';
import { blockedKeyFiles } from '../store/blocked-key-files.ts';
import { CA_FILES, type CaDirectory, openCaDirectory } from '../store/ca-directory.ts';
import { filesIn } from '../store/files-in.ts';
import { type ActOptions, actOf } from './act.ts';
import { mustNotRunBack } from './clock-back.ts';
import type { CliContext } from './context.ts';
import { withHsmConfig } from './hsm/hsm-config.ts';
import type { TokenKeyOptions } from './hsm/hsm-options.ts';
import { keyAccess, pathOf, type SecretOptions } from './options.ts';
import { policiesOf } from './policies.ts';
import type { CaSecrets } from './secrets.ts';

/** The CA in a directory; everything that it opens is closed when the command ends. */
export interface OpenCa {
  readonly directory: CaDirectory;
  readonly issuer: Issuer;
  /** What opening its keys may ask for. */
  readonly access: KeyAccess;
}

/** What is asked of certificates beyond what the CA asks itself. */
interface IssuingOptions {
  readonly policy?: string;
  /** Lists of blocked keys besides those in the directory. */
  readonly blockedKeys?: readonly string[];
}

/** `readOnly` for commands that only look: they leave the store as it is. */
export async function openCa(
  context: CliContext,
  caDir: string,
  options: SecretOptions & TokenKeyOptions & IssuingOptions & ActOptions,
  { readOnly = false, secrets }: { readonly readOnly?: boolean; readonly secrets?: CaSecrets } = {},
): Promise<OpenCa> {
  const { resources } = context;
  const act = readOnly ? undefined : actOf(context, options);
  const opened = await openCaDirectory(pathOf(context, caDir), { readOnly, act });
  const directory = resources.use(opened);
  if (!readOnly) await mustNotRunBack(context, directory.store);
  const { certificate, certificatePath, chain, config, path } = directory;
  const policies = policiesOf(config.policy, options.policy);
  const blockedKeys = blockedKeyFiles([
    ...filesIn(join(path, CA_FILES.blockedKeys), join(caDir, CA_FILES.blockedKeys)),
    ...(options.blockedKeys ?? []).map((file) => ({ path: pathOf(context, file), shown: file })),
  ]);
  const issuerCrls = async () => {
    const { readCrls } = await import('./read-crls.ts');
    const files = filesIn(join(path, CA_FILES.issuerCrls), join(caDir, CA_FILES.issuerCrls));
    return (await Promise.all(files.map(({ shown }) => readCrls(context, shown)))).flat();
  };
  const complete = await withHsmConfig(context, options, config.hsm);
  const keys = movedKeys(config.keys, complete, context.cwd);
  const access = keyAccess(context, complete, path, secrets);
  const issuer = resources.use(issuerOf(certificate, certificatePath, keys, access));
  return { directory, issuer: { ...issuer, policies, chain, blockedKeys, issuerCrls }, access };
}

/** `--key` names the signing key where it is now; that it is the CA's is proven when it is opened. */
function movedKeys(keys: KeysConfig, { key, pkcs11Lib }: TokenKeyOptions, cwd: string): KeysConfig {
  if (key === undefined) return keys;
  const ref = parseKeyRef(key, pkcs11Lib === undefined ? undefined : resolve(cwd, pkcs11Lib));
  const moved = ref.kind === 'file' ? { ...ref, path: resolve(cwd, ref.path) } : ref;
  return { ...keys, signing: { algorithm: keys.signing.algorithm, key: moved } };
}
