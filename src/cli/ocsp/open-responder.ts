import { algorithmsOfKey, describeKey } from '../../algorithms/spki.ts';
import { type Issuer, issuerOf } from '../../ca/issuer.ts';
import { delegatedResponder, type OcspResponder, ownResponder } from '../../ca/ocsp-responder.ts';
import type { CaStore } from '../../ca/store.ts';
import { PkiError } from '../../errors.ts';
import type { KeyRef } from '../../signers/key-ref.ts';
import { openCaDirectory } from '../../store/ca-directory.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { knownExtensions } from '../../x509/extensions.ts';
import { parseName } from '../../x509/names.ts';
import { actOf } from '../act.ts';
import type { CliContext } from '../context.ts';
import { withHsmConfig } from '../hsm/hsm-config.ts';
import { uriKeyRef } from '../hsm/token-key-refs.ts';
import { openCa } from '../open-ca.ts';
import { keyAccess, pathOf } from '../options.ts';
import { partOf, readCertificates } from '../read-certificates.ts';
import { askSecret, PASSPHRASE } from '../secrets.ts';
import { mustAgree, type ResponderOptions } from './responder-options.ts';

export interface OpenResponder {
  readonly responder: OcspResponder;
  readonly store: CaStore;
}

/**
 * Who answers for the CA in a directory. The store is only read, unless `recorded`; the keys are
 * opened when they are needed: with a delegated responder, those of the CA never.
 */
export async function openResponder(
  context: CliContext,
  options: ResponderOptions,
  { recorded = false } = {},
): Promise<OpenResponder> {
  mustAgree(options);
  const readOnly = !recorded;
  const { caDir, responderCert, responderKey } = options;
  if (responderCert === undefined || responderKey === undefined) {
    const { directory, issuer } = await openCa(context, caDir, options, { readOnly });
    return { responder: ownResponder(issuer), store: directory.store };
  }
  const act = recorded ? actOf(context, options) : undefined;
  const directory = await openCaDirectory(pathOf(context, caDir), { readOnly, act });
  const { certificate, store, config } = context.resources.use(directory);
  const complete = await withHsmConfig(context, options, config.hsm);
  const delegate = await openDelegate(context, complete, responderCert, responderKey);
  return { responder: await delegatedResponder(certificate, delegate), store };
}

async function openDelegate(
  context: CliContext,
  options: ResponderOptions,
  file: string,
  keyText: string,
): Promise<Issuer> {
  const [certificate] = await readCertificates(context, file);
  const { algorithm, key } = partOf(file, () => readDelegate(certificate));
  if (!algorithm) {
    throw new PkiError('USAGE', `the key in ${file} (${key}) cannot sign`, {
      hints: ['issue a certificate for a responder with --profile ocsp-signing'],
    });
  }
  const access = {
    ...keyAccess(context, options, context.cwd),
    passphrase: (path: string) =>
      askSecret(context, PASSPHRASE, options.passphraseFile, `passphrase of ${path}`),
  };
  const keyRef: KeyRef = keyText.startsWith('pkcs11:')
    ? uriKeyRef(options, keyText, context.cwd)
    : { kind: 'file', path: keyText.replace(/^file:/, '') };
  const keys = { signing: { algorithm: algorithm.name, key: keyRef } };
  return context.resources.use(issuerOf(certificate, file, keys, access));
}

/** Throws DerError where the name, the extensions or the key cannot be read: lints go by them. */
function readDelegate({ tbs: { subject, extensions, publicKey } }: Certificate) {
  parseName(subject);
  knownExtensions(extensions);
  return { algorithm: algorithmsOfKey(publicKey)[0], key: describeKey(publicKey) };
}
