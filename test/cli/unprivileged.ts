import { tryTool } from '../support/tools.ts';

/** Begins a command line whose program may read and write only what its user may, also as root. */
export const UNPRIVILEGED: readonly [string, ...string[]] =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search']
    : ['env'];

/** Why that cannot be; undefined if it can. */
export const notUnprivileged = (): string | undefined => {
  const [program, ...options] = UNPRIVILEGED;
  return tryTool(program, ...options, 'true').status === 0
    ? undefined
    : 'root cannot give up reading everything here: there is no setpriv';
};
