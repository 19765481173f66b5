import { algorithmNamed, compositeOf } from '../../algorithms/registry.ts';
import { describeKey, keyUse } from '../../algorithms/spki.ts';
import type { CertifiedKey, RequestInput, RequestKeys } from '../../ca/make-request.ts';
import { PkiError } from '../../errors.ts';
import { openPublicKey } from '../../signers/file-signer.ts';
import { HybridSigner } from '../../signers/hybrid-signer.ts';
import type { KeyAccess } from '../../signers/key-access.ts';
import type { KeyRef } from '../../signers/key-ref.ts';
import { openSigner } from '../../signers/open-signer.ts';
import type { Signer } from '../../signers/signer.ts';
import { certsOnlyUri } from '../../x509/certs-only.ts';
import type { CliContext } from '../context.ts';
import { withHsmConfig } from '../hsm/hsm-config.ts';
import { flagOf, NAMING, tokenKeyRefs, uriKeyRef } from '../hsm/token-key-refs.ts';
import { keyAccess, pathOf } from '../options.ts';
import { readCertificates } from '../read-certificates.ts';
import { askSecret, PASSPHRASE } from '../secrets.ts';
import { type CsrKeyOptions, mustAgree } from './csr-key-options.ts';

/** Where keys come from. What it opens is closed when the command ends. */
interface KeySource {
  readonly context: CliContext;
  readonly options: CsrKeyOptions;
  readonly access: KeyAccess;
}

/** Opens every key that a request is made with. */
export async function openCsrKeys(
  context: CliContext,
  given: CsrKeyOptions,
): Promise<Pick<RequestInput, 'keys' | 'related'>> {
  mustAgree(given);
  const options = await withHsmConfig(context, given);
  const access: KeyAccess = {
    ...keyAccess(context, options, context.cwd),
    // each file may have one of its own; where they come from the same source they are the same
    passphrase: (path) =>
      askSecret(context, PASSPHRASE, options.passphraseFile, `passphrase of ${path}`),
  };
  const source = { context, options, access };
  const keys = options.signerCert === undefined ? await ownKeys(source) : await statedKey(source);
  const related = await relatedKey(source);
  return { keys, ...(related && { related }) };
}

async function ownKeys(source: KeySource): Promise<RequestKeys> {
  const { algorithm, hybrid, mlDsaKey } = source.options;
  const named = algorithm === undefined ? undefined : algorithmNamed(algorithm);
  const ref = requestKeyRef(source);
  if (hybrid === undefined || mlDsaKey === undefined) {
    return { kind: 'own', signer: await open(source, ref, named) };
  }
  const pair = named?.family === 'composite' ? named : undefined;
  const signer = await open(source, ref, pair?.classical ?? named);
  const mlDsa = await open(source, keyRef(source, mlDsaKey), pair?.mlDsa);
  if (signer.algorithm.family !== 'classical' || mlDsa.algorithm.family !== 'ml-dsa') {
    throw new PkiError('USAGE', '--hybrid pairs a classical key with an ML-DSA key', {
      hints: [`--key is for ${signer.algorithm.name}, --ml-dsa-key for ${mlDsa.algorithm.name}`],
    });
  }
  if (hybrid === 'catalyst') return { kind: 'own', signer, alternative: mlDsa };
  const composite = compositeOf(signer.algorithm, mlDsa.algorithm);
  source.context.note(`pki: note: ${FRESH}`);
  return { kind: 'own', signer: new HybridSigner(composite, mlDsa, signer) };
}

/** Whether they were made for it cannot be seen. */
const FRESH =
  'the halves of a composite must not be used for anything else (draft-ietf-lamps-pq-composite-sigs-19 §10.3)';

/** A key that cannot sign, such as ML-KEM's, with the certified key that signs for it. */
async function statedKey(source: KeySource): Promise<RequestKeys> {
  const { context, options, access } = source;
  const ref = requestKeyRef(source);
  if (ref.kind !== 'file') {
    throw new PkiError('USAGE', 'keys that cannot sign are used in files only', {
      hints: ['a key in a token signs its own request: leave --signer-cert out'],
    });
  }
  const publicKey = await openPublicKey(pathOf(context, ref.path), access);
  if (keyUse(publicKey) !== 'encryption') {
    throw new PkiError('USAGE', `a key for ${describeKey(publicKey)} signs its own request`, {
      hints: ['leave --signer-cert and --signer-key out: they are for keys that cannot (RFC 9883)'],
    });
  }
  const by = await certifiedKey(source, options.signerCert, options.signerKey);
  if (!by) throw new TypeError('no certificate of a signer');
  return { kind: 'stated', publicKey, by };
}

async function relatedKey(source: KeySource): Promise<RequestInput['related']> {
  const { relatedCert, relatedKey: key, relatedUri } = source.options;
  const related = await certifiedKey(source, relatedCert, key);
  return related && { ...related, locations: relatedUri ?? [certsOnlyUri(related.chain)] };
}

/** A key and its certificate, with the certificates that were in the same file. */
async function certifiedKey(
  source: KeySource,
  file: string | undefined,
  key: string | undefined,
): Promise<(CertifiedKey & { readonly chain: Parameters<typeof certsOnlyUri>[0] }) | undefined> {
  if (file === undefined || key === undefined) return undefined;
  const chain = await readCertificates(source.context, file);
  return { certificate: chain[0], chain, signer: await open(source, keyRef(source, key)) };
}

const open = async (
  { context, access }: KeySource,
  ...[ref, algorithm]: [ref: KeyRef, algorithm?: Signer['algorithm'] | undefined]
): Promise<Signer> => context.resources.use(await openSigner(ref, access, algorithm));

/** The key that the certificate is asked for. */
function requestKeyRef({ context, options }: KeySource): KeyRef {
  const { key, pkcs11Lib } = options;
  if (key !== undefined && !key.startsWith('pkcs11:')) {
    const stray = NAMING.find((option) => options[option] !== undefined);
    if (stray) throw new PkiError('USAGE', `give either --key or ${flagOf(stray)}`);
    return fileRef(key);
  }
  if (key === undefined && pkcs11Lib === undefined) {
    throw new PkiError('USAGE', 'name the key with --key, or its token with --pkcs11-lib');
  }
  const refs = tokenKeyRefs(options, context.cwd) ?? [];
  const [ref, ...others] = refs;
  if (ref && others.length === 0) return ref;
  throw new PkiError('USAGE', `a request has one key, and ${refs.length} tokens are named`);
}

const keyRef = ({ context, options }: KeySource, text: string): KeyRef =>
  text.startsWith('pkcs11:') ? uriKeyRef(options, text, context.cwd) : fileRef(text);

const fileRef = (text: string): KeyRef => ({ kind: 'file', path: text.replace(/^file:/, '') });
