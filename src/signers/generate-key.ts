import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import type {
  ClassicalAlgorithm,
  CompositeAlgorithm,
  KeyAlgorithm,
  SlhDsaAlgorithm,
} from '../algorithms/algorithm.ts';
import { nativeIsThere } from '../algorithms/post-quantum.ts';
import { rawPkcs8 } from '../algorithms/private-key-forms.ts';
import { encodePkcs8 } from './private-key.ts';

/** Makes a key pair and returns its private key as PKCS #8, DER; ML-DSA and ML-KEM as the seed. */
export async function generatePkcs8(algorithm: KeyAlgorithm): Promise<Uint8Array> {
  switch (algorithm.family) {
    case 'classical':
      return generateClassical(algorithm);
    case 'slh-dsa':
      return generateSlhDsa(algorithm);
    case 'composite':
      return generateComposite(algorithm);
    default:
      return rawPkcs8(algorithm, { seed: randomBytes(algorithm.seedBytes) });
  }
}

/** Both halves are made here and nowhere else used (draft-ietf-lamps-pq-composite-sigs-19 §10.3). */
async function generateComposite(algorithm: CompositeAlgorithm): Promise<Uint8Array> {
  const mlDsaSeed = randomBytes(algorithm.mlDsa.seedBytes);
  const classical = await generateClassical(algorithm.classical);
  return encodePkcs8({ kind: 'composite', algorithm, mlDsaSeed, classical });
}

async function generateSlhDsa(algorithm: SlhDsaAlgorithm): Promise<Uint8Array> {
  if (nativeIsThere()) {
    return exported((done) => generateKeyPair(algorithm.name, {}, done));
  }
  const { nobleSets } = await import('../algorithms/noble-sets.ts');
  return rawPkcs8(algorithm, { expanded: nobleSets[algorithm.name].keygen().secretKey });
}

function generateClassical({ key }: ClassicalAlgorithm): Promise<Uint8Array> {
  return exported((done) => {
    if (key.kind === 'rsa') generateKeyPair('rsa', { modulusLength: key.bits }, done);
    else if (key.kind === 'ec') generateKeyPair('ec', { namedCurve: key.curve }, done);
    else if (key.curve === 'ed25519') generateKeyPair('ed25519', {}, done);
    else generateKeyPair('ed448', {}, done);
  });
}

type Done = (error: Error | null, publicKey: KeyObject, privateKey: KeyObject) => void;

/** On a thread: a large key takes seconds, in which an interruption has to get through. */
async function exported(generate: (done: Done) => void): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<KeyObject>();
  generate((error, _, privateKey) => (error ? reject(error) : resolve(privateKey)));
  const pkcs8 = (await promise).export({ format: 'der', type: 'pkcs8' });
  return Uint8Array.from(pkcs8);
}
