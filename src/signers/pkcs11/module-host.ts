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

/** At once where the function gives its result at once, so that it is known which call hangs. */
function answer(request: ModuleRequest, respond: (response: ModuleResponse) => void): void {
  const { id } = request;
  try {
    const result = perform(request);
    if (!(result instanceof Promise)) {
      respond({ id, result });
      return;
    }
    result.then(
      // `request` stays referenced until then: a thread of pkcs11js reads its octets
      (value) => respond({ id: request.id, result: value }),
      (error) => respond(failed(id, error)),
    );
  } catch (error) {
    respond(failed(id, error));
  }
}

function failed(id: number, error: unknown): ModuleResponse {
  const code = returnCodeOf(error);
  if (code !== undefined) return { id, returnCode: code };
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const known = error instanceof Error && 'code' in error ? String(error.code) : name;
  return { id, failure: { name: known, message } };
}

/** pkcs11js leaves out the property for one of its functions, C_FindObjects: there the text has it. */
function returnCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'number') return error.code;
  const [, code] = /^CKR_\w+:(\d+)$/.exec(error.message) ?? [];
  return code === undefined ? undefined : Number(code);
}

// a terminal sends these to every process at it; the one that waits for us decides
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('message', (request: ModuleRequest) =>
  answer(request, (response) => {
    if (process.connected) process.send?.(response);
  }),
);
