import { OPERATOR_VARIABLE } from './act.ts';
import { CLOCK_BACK_VARIABLE } from './clock-back.ts';
import { DEBUG_VARIABLE } from './options.ts';
import { SECRET_KINDS } from './secrets.ts';

/** A variable of the environment that pki reads. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly purpose: string;
}

/** All that there are, but for those that an option names and those that a PKCS#11 module reads. */
export const ENVIRONMENT: readonly EnvironmentVariable[] = [
  ...SECRET_KINDS.map(({ variable, what, fileOption }) => ({
    name: variable,
    purpose: `the ${what}, unless ${fileOption} gives it`,
  })),
  { name: OPERATOR_VARIABLE, purpose: 'who is at work, for the audit trail, beside the account' },
  {
    name: CLOCK_BACK_VARIABLE,
    purpose: 'lets a CA issue though the clock is before its last act; for once',
  },
  { name: DEBUG_VARIABLE, purpose: '"pkcs11" logs each PKCS#11 call, as --debug pkcs11 does' },
];
