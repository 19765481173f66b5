import { splitPublicKey } from '../../algorithms/composite.ts';
import { parseSpki } from '../../algorithms/spki.ts';
import type { PublicHalf } from '../../ca/issuer.ts';
import type { IssuerKeys } from '../../ca/issuer-keys.ts';
import { timeText } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import { nameText, parseName } from '../../x509/names.ts';
import type { CliContext } from '../context.ts';
import { openOther } from '../hierarchy/parent.ts';
import type { OpenCa } from '../open-ca.ts';
import { OLD_SECRETS } from '../secrets.ts';
import type { RekeyOptions } from './rekey-options.ts';

/** The CA that gets a new key; its secrets are its own. */
export function openOldCa(context: CliContext, options: RekeyOptions): Promise<OpenCa> {
  const files = { passphraseFile: options.oldPassphraseFile, pinFile: options.oldPinFile };
  return openOther(context, options.caDir, files, options, OLD_SECRETS);
}

/** Throws unless the CA can go on at `now`, under `parent` if it is under one. */
export function mustGoOn(
  { directory: { path, certificate } }: OpenCa,
  parent: OpenCa | undefined,
  now: Date,
): void {
  const { tbs } = certificate;
  if (tbs.notAfter < now) {
    throw new PkiError('POLICY', `the CA in ${path} expired at ${timeText(tbs.notAfter)}`, {
      hints: ['nothing is left to go over from; make a new CA with "pki init-ca"'],
    });
  }
  const selfIssued = Buffer.compare(tbs.issuer, tbs.subject) === 0;
  const issuer = nameText(parseName(tbs.issuer));
  if (!parent) {
    if (selfIssued) return;
    throw new PkiError('USAGE', `the CA in ${path} is under ${issuer}`, {
      hints: ['name the directory of that with --parent'],
    });
  }
  if (selfIssued) {
    throw new PkiError('USAGE', `the CA in ${path} is a root, and --parent is not for that`);
  }
  if (Buffer.compare(parent.issuer.name, tbs.issuer) === 0) return;
  const found = nameText(parseName(parent.issuer.name));
  throw new PkiError('POLICY', `the CA in ${path} is under ${issuer}, not under ${found}`, {
    hints: ['the new key has to be certified by the CA that certified the old one'],
  });
}

/** Throws POLICY where one of the keys is one of the old CA's: they would not be two CAs. */
export function mustBeNew(
  { signer, alternative }: IssuerKeys,
  { directory, issuer }: OpenCa,
): void {
  const old = [issuer.signing, issuer.alternative].flatMap(keysOf);
  const same = [signer, alternative]
    .flatMap(keysOf)
    .some((key) => old.some((known) => Buffer.compare(known, key) === 0));
  if (!same) return;
  throw new PkiError('POLICY', `the key is one that the CA in ${directory.path} has already`, {
    hints: [
      'name another key, or have one made with --pkcs11-generate-key',
      'two directories of one name and key would count their CRLs apart',
    ],
  });
}

/** The octets of a key, and of both halves of a composite. */
function keysOf(half: PublicHalf | undefined): readonly Uint8Array[] {
  if (!half) return [];
  const { publicKey } = parseSpki(half.publicKey);
  if (half.algorithm.family !== 'composite') return [publicKey];
  const halves = splitPublicKey(half.algorithm, publicKey);
  return halves ? [publicKey, halves.mlDsa, parseSpki(halves.classical).publicKey] : [publicKey];
}
