import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import * as slh from '@noble/post-quantum/slh-dsa.js';

/** The parameter sets of @noble/post-quantum by our names. Loading them costs milliseconds. */
export const nobleSets = {
  'ml-dsa-44': ml_dsa44,
  'ml-dsa-65': ml_dsa65,
  'ml-dsa-87': ml_dsa87,
  'slh-dsa-sha2-128s': slh.slh_dsa_sha2_128s,
  'slh-dsa-sha2-128f': slh.slh_dsa_sha2_128f,
  'slh-dsa-sha2-192s': slh.slh_dsa_sha2_192s,
  'slh-dsa-sha2-192f': slh.slh_dsa_sha2_192f,
  'slh-dsa-sha2-256s': slh.slh_dsa_sha2_256s,
  'slh-dsa-sha2-256f': slh.slh_dsa_sha2_256f,
  'slh-dsa-shake-128s': slh.slh_dsa_shake_128s,
  'slh-dsa-shake-128f': slh.slh_dsa_shake_128f,
  'slh-dsa-shake-192s': slh.slh_dsa_shake_192s,
  'slh-dsa-shake-192f': slh.slh_dsa_shake_192f,
  'slh-dsa-shake-256s': slh.slh_dsa_shake_256s,
  'slh-dsa-shake-256f': slh.slh_dsa_shake_256f,
};
