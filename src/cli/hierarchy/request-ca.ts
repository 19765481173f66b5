import { usedKeys } from '../../ca/audit.ts';
import { requestForCa } from '../../ca/authority.ts';
import { pem } from '../../der/pem.ts';
import { sha256 } from '../../der/sha256.ts';
import { PkiError } from '../../errors.ts';
import { nameText } from '../../x509/names.ts';
import type { CliContext } from '../context.ts';
import { preferencesOf, withHsmConfig } from '../hsm/hsm-config.ts';
import { pathOf } from '../options.ts';
import { OutputFile } from '../output-file.ts';
import { type CreateCaInput, type KeyPlace, keyPlaces } from './create-ca.ts';
import { planCa, stageCa } from './stage-ca.ts';

export interface RequestedCa {
  /** PKCS #10, PEM. */
  readonly request: string;
  readonly keys: readonly KeyPlace[];
}

/** Makes the keys of a CA and a request for them, which a CA that is not here will sign. */
export async function requestCa(
  context: CliContext,
  { options: given, directory, subject }: CreateCaInput,
  out: string,
): Promise<RequestedCa> {
  const output =
    out === '-'
      ? undefined
      : context.resources.use(new OutputFile(pathOf(context, out), { mode: 0o644, force: false }));
  const planned = await planCa(context, await withHsmConfig(context, given), subject);
  const { staged, config, keys } = await stageCa(context, directory, planned);
  const { der } = await requestForCa(keys, subject, context.clock());
  const request = pem('CERTIFICATE REQUEST', der);
  const requestHash = sha256(der);
  const made = { event: 'request', subject: nameText(subject), requestHash } as const;
  await staged.store.recordAct({ ...made, keys: usedKeys(keys) }, context.clock());
  output?.write(request);
  const { policy, options } = planned;
  const hsm = preferencesOf(options);
  const about = { name: given.name, keys: config, ...(policy && { policy }), hsm };
  await staged.writeRequest(about, request);
  if (context.interrupted.aborted) throw new PkiError('INTERRUPTED', 'interrupted'); // being undone
  staged.commit();
  output?.commit(); // whatever comes of that, the directory has the request too
  return { request, keys: keyPlaces(config) };
}
