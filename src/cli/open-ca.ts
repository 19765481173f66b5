import { type Issuer, issuerOf } from '../ca/issuer.ts';
import { type CaDirectory, openCaDirectory } from '../store/ca-directory.ts';
import type { CliContext } from './context.ts';
import { keyAccess, pathOf, type SecretOptions } from './options.ts';

/** The CA in a directory; everything that it opens is closed when the command ends. */
export interface OpenCa {
  readonly directory: CaDirectory;
  readonly issuer: Issuer;
}

export async function openCa(
  context: CliContext,
  caDir: string,
  options: SecretOptions,
): Promise<OpenCa> {
  const { resources } = context;
  const directory = resources.use(await openCaDirectory(pathOf(context, caDir)));
  const { certificate, certificatePath, config, path } = directory;
  const access = keyAccess(context, options, path);
  const issuer = resources.use(issuerOf(certificate, certificatePath, config.keys, access));
  return { directory, issuer };
}
