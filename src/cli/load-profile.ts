import { join } from 'node:path';
import { builtInNamed, profileNamed } from '../profiles/built-in.ts';
import { compileProfile } from '../profiles/compile.ts';
import type { Profile } from '../profiles/profile-config.ts';
import type { ProfileFiles, ResolvedProfile } from '../profiles/resolve.ts';
import { CA_FILES, mustBeCa } from '../store/ca-directory.ts';
import { profileFiles } from '../store/profile-files.ts';
import type { CliContext } from './context.ts';
import { pathOf } from './options.ts';

/** A profile of the CA in `caDir`, an absolute path, or else a built-in one. */
export async function loadProfile(caDir: string, name: string): Promise<Profile> {
  const files = profileFiles(join(caDir, CA_FILES.profiles));
  if (!files.has(name)) return profileNamed(name, files.names());
  return compileProfile((await resolvedProfile(files, name)).config);
}

/** Whether {@link loadProfile} finds one. */
export const hasProfile = (caDir: string, name: string): boolean =>
  profileFiles(join(caDir, CA_FILES.profiles)).has(name) || builtInNamed(name) !== undefined;

/** The profiles of the CA that `--ca-dir` names, which has to be one; none without it. */
export function filesOfCa(context: CliContext, caDir: string | undefined): ProfileFiles {
  if (caDir === undefined) return { names: () => [], has: () => false, read: () => undefined };
  const path = pathOf(context, caDir);
  mustBeCa(path);
  return profileFiles(join(path, CA_FILES.profiles), join(caDir, CA_FILES.profiles));
}

/** A profile among the files, or else a built-in one, with all that it says. */
export async function resolvedProfile(files: ProfileFiles, name: string): Promise<ResolvedProfile> {
  const { resolvedBuiltIn, resolveProfile } = await import('../profiles/resolve.ts'); // loads slowly
  const found = resolveProfile(files, name);
  return found ?? resolvedBuiltIn(builtInNamed(name) ?? profileNamed(name, files.names()));
}
