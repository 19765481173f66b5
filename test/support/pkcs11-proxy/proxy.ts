import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { noSoftHsm, type SoftHsm, softHsm } from '../softhsm.ts';
import { temporaryDirectory } from '../temporary.ts';
import { buildProxy, noProxy } from './build.ts';
import { PERSONALITIES, type PersonalityName } from './personalities.ts';
import { type Fault, planText, type Settings } from './plan.ts';

/** A PKCS#11 module that forwards to a real one and misbehaves as it is told, at any time. */
export interface Pkcs11Proxy {
  /** Path of the module, to load in the place of the real one. */
  readonly module: string;
  /** From now on these happen, and no others; their calls are counted from here. */
  faults(...faults: readonly Fault[]): void;
  /** From now on the module behaves like that of a vendor, or as it is told. */
  personality(personality: PersonalityName | Settings): void;
  /** Back to plain forwarding and an empty log. */
  clear(): void;
  /** How often each function was called since {@link clear}, in all processes. */
  calls(): ReadonlyMap<string, number>;
  /**
   * The calls since {@link clear} in the order in which they returned, and what the application got:
   * `C_Sign 0x0`; of faults `C_Sign 0x30 withheld` if the real module was not asked, and
   * `C_Sign 0x30 lost` if its answer was replaced; `C_Sign hangs`; `C_Sign aborts`.
   */
  log(): readonly string[];
}

/**
 * Puts the proxy before `module`, for this process and those that it starts. One for a test file:
 * its settings are variables of the environment. Call it at the top of the file.
 */
export const pkcs11Proxy = (module: string): Pkcs11Proxy =>
  pkcs11ProxyIn(temporaryDirectory(), module);

/** The same with its files in a directory of the caller's, outside vitest too. */
export function pkcs11ProxyIn(directory: string, module: string): Pkcs11Proxy {
  const [plan, log] = [join(directory, 'plan'), join(directory, 'log')];
  process.env['PKI_PROXY_MODULE'] = module;
  process.env['PKI_PROXY_PLAN'] = plan;
  process.env['PKI_PROXY_LOG'] = log;
  let [faults, settings, generation]: [readonly Fault[], Settings, number] = [[], {}, 0];
  const write = () => {
    // each set of faults has a file to count in, so that late calls do not count for the next one
    const counts = join(directory, `counts-${generation}`);
    writeFileSync(`${plan}.new`, planText(faults, settings, counts));
    renameSync(`${plan}.new`, plan); // the module reads either the old one or the new one
  };
  const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []);
  return {
    module: buildProxy(),
    faults(...rows) {
      faults = rows;
      generation += 1;
      write();
    },
    personality(wanted) {
      settings = typeof wanted === 'string' ? PERSONALITIES[wanted].settings : wanted;
      write();
    },
    clear() {
      [faults, settings] = [[], {}];
      rmSync(plan, { force: true });
      rmSync(log, { force: true });
    },
    calls() {
      const counts = new Map<string, number>();
      for (const line of lines()) {
        const [name = ''] = line.split(' ');
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      return counts;
    },
    log: lines,
  };
}

/** Tests with the proxy before SoftHSM2; where one of them is missing, they are skipped and say why. */
export function describeBehindProxy(
  title: string,
  tests: (hsm: SoftHsm, proxy: Pkcs11Proxy) => void,
): void {
  const missing = noSoftHsm() ?? noProxy();
  if (missing) {
    it.skip(`${title} (${missing})`);
    return;
  }
  describe(title, () => {
    const hsm = softHsm();
    tests(hsm, pkcs11Proxy(hsm.module));
  });
}
