/**
 * The process that a PKCS#11 module runs in: it performs one request after the other. A module is
 * foreign code that may hang or crash, which must not take pki with it.
 */
import { createRequire } from 'node:module';
import type * as Pkcs11Js from 'pkcs11js';
import type { ModuleRequest, ModuleResponse } from './library.ts';

/** Loaded at once, while the process that asks is still busy with other things; not as ESM, which is slower. */
const binding = ((): typeof Pkcs11Js | { readonly failure: unknown } => {
  try {
    return createRequire(import.meta.filename)('pkcs11js') as typeof Pkcs11Js;
  } catch (failure) {
    return { failure }; // for the first request, which can tell it
  }
})();

let library: Pkcs11Js.PKCS11 | undefined;

function perform({ name, args }: ModuleRequest): unknown {
  if (name !== 'load') {
    const call = library?.[name] as ((...args: readonly unknown[]) => unknown) | undefined;
    return call?.apply(library, [...args]);
  }
  if ('failure' in binding) throw binding.failure;
  const [path, hidden] = args as readonly [string, readonly string[]];
  for (const variable of hidden) delete process.env[variable]; // secrets that are not the module's
  library = new binding.PKCS11();
  return library.load(path);
}

async function answer(request: ModuleRequest): Promise<ModuleResponse> {
  const { id } = request;
  try {
    // `request` stays referenced until then: a thread of pkcs11js reads its octets
    return { id, result: await perform(request) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') {
      return { id, returnCode: error.code };
    }
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const code = error instanceof Error && 'code' in error ? String(error.code) : name;
    return { id, failure: { name: code, message } };
  }
}

// a terminal sends these to every process at it; the one that waits for us decides
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('message', async (request: ModuleRequest) => {
  const response = await answer(request);
  if (process.connected) process.send?.(response);
});
