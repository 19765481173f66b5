import { COMMAND_TARGETS } from './command-targets.ts';
import { CONTENT_TARGETS } from './content-targets.ts';
import { STORE_TARGETS } from './store-targets.ts';
import type { Target } from './target.ts';

/** Every reader of octets that somebody else made. */
export const TARGETS: readonly Target[] = [
  ...COMMAND_TARGETS,
  ...STORE_TARGETS,
  ...CONTENT_TARGETS,
];
