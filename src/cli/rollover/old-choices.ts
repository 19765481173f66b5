import { PkiError } from '../../errors.ts';
import { tokenKeyRefs } from '../hsm/token-key-refs.ts';
import type { OpenCa } from '../open-ca.ts';
import type { NewKeyOptions } from './rekey-options.ts';

/** The options, with the policy that the CA follows already, or its parent, unless one is named. */
export function withOldPolicy(
  options: NewKeyOptions,
  { directory }: OpenCa,
  parent: OpenCa | undefined,
): NewKeyOptions {
  const followed = directory.config.policy ?? parent?.directory.config.policy;
  return { ...(followed && { policy: followed.name }), ...options };
}

/**
 * The options, with the algorithm of the old key where they name none for one that is made: a
 * weaker one must not come of leaving something out.
 */
export function withSameAlgorithm(
  options: NewKeyOptions,
  { directory: { path, config } }: OpenCa,
  cwd: string,
): NewKeyOptions {
  const { algorithm, hybrid, policy, pkcs11GenerateKey } = options;
  if (algorithm !== undefined || hybrid !== undefined || policy !== undefined) return options;
  if (tokenKeyRefs(options, cwd) && !pkcs11GenerateKey) return options; // the key has its own
  const { signing, hybrid: before } = config.keys;
  if (!before) return { ...options, algorithm: signing.algorithm };
  throw new PkiError('USAGE', `the CA in ${path} is a hybrid, ${before.scheme}`, {
    hints: ['say with --hybrid or --algorithm which keys the new one gets'],
  });
}
