import { globSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { it } from 'vitest';

const PLACES = ['/usr/lib/*/pkcs11-spy.so', resolve('.cache/debian/**/pkcs11-spy.so')];

/** OpenSC's module that writes down each call before it hands it on to the real one. */
export interface Pkcs11Spy {
  readonly module: string;
  /** How often each function was called while `work` ran. */
  calls(work: () => Promise<unknown>): Promise<ReadonlyMap<string, number>>;
}

/** A spy before `module`; undefined where OpenSC has none. */
export function pkcs11Spy(module: string, directory: string): Pkcs11Spy | undefined {
  const spy = PLACES.flatMap((place) => globSync(place))[0];
  if (!spy) return undefined;
  const log = join(directory, 'pkcs11-spy.log');
  process.env['PKCS11SPY'] = module;
  process.env['PKCS11SPY_OUTPUT'] = log;
  return {
    module: spy,
    async calls(work) {
      rmSync(log, { force: true });
      await work();
      const names = readFileSync(log, 'utf8').matchAll(/^\d+: (C_\w+)$/gm);
      const counts = new Map<string, number>();
      for (const [, name = ''] of names) counts.set(name, (counts.get(name) ?? 0) + 1);
      return counts;
    },
  };
}

/** A test that needs the spy; where there is none it is skipped, and says why. */
export function itWithSpy(
  spy: Pkcs11Spy | undefined,
  title: string,
  test: (spy: Pkcs11Spy) => Promise<void>,
): void {
  if (spy) it(title, () => test(spy));
  else it.skip(`${title} (pkcs11-spy of OpenSC is not installed)`);
}
