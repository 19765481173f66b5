import type { KeyConfig } from '../../ca/issuer-keys.ts';
import { sameOctets } from '../../der/same-octets.ts';
import { printKeyRef } from '../../signers/key-ref.ts';
import type { CaDirectory } from '../../store/ca-directory.ts';
import { EXTENSION_OID } from '../../x509/extensions.ts';
import { printable } from '../printable.ts';
import type { KeyPlaces } from './describe-algorithm.ts';

/** What a CA directory tells of where keys are. */
export type CaKeys = Pick<CaDirectory, 'certificate' | 'config'>;

/**
 * Where the CA has the private keys behind a public key, as its configuration names the places; none
 * if the key is not the CA's own. A URI that holds a PIN is refused where it is read.
 */
export function keyPlaces(ca: CaKeys | undefined, spki: Uint8Array): KeyPlaces {
  if (!ca) return [];
  const { tbs } = ca.certificate;
  const { signing, hybrid } = ca.config.keys;
  const alternative = tbs.extensions.find(
    ({ oid }) => oid === EXTENSION_OID.subjectAltPublicKeyInfo,
  )?.value;
  if (sameOctets(spki, tbs.publicKey)) {
    const isComposite = hybrid?.scheme === 'composite';
    return (isComposite ? [hybrid.mlDsa, signing] : [signing]).map(placesOf);
  }
  return hybrid && alternative && sameOctets(spki, alternative) ? [placesOf(hybrid.mlDsa)] : [];
}

const placesOf = ({ key, replicas = [] }: KeyConfig): readonly string[] =>
  [key, ...replicas].map((place) => printable(printKeyRef(place)));
