import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { algorithmNamed } from '../src/algorithms/registry.ts';
import { verifySignature } from '../src/algorithms/verify.ts';
import { issue, selfSign } from '../src/ca/authority.ts';
import { issuerOf } from '../src/ca/issuer.ts';
import { verifyRequest } from '../src/ca/request.ts';
import type { CaStore } from '../src/ca/store.ts';
import { profileNamed } from '../src/profiles/built-in.ts';
import { generatePkcs8 } from '../src/signers/generate-key.ts';
import { DEFAULT_HSM_SETTINGS } from '../src/signers/hsm-settings.ts';
import { importPkcs8, softwareSigner } from '../src/signers/software-key.ts';
import { SqliteStore } from '../src/store/sqlite-store.ts';

const CERTIFICATES = 300;

/** Adds the time of each call of a function to `spent`. */
function timed<Arguments extends unknown[], Result>(
  spent: { ms: number },
  work: (...args: Arguments) => Promise<Result>,
) {
  return async (...args: Arguments): Promise<Result> => {
    const start = performance.now();
    try {
      return await work(...args);
    } finally {
      spent.ms += performance.now() - start;
    }
  };
}

/** Issues certificates with a key in memory, one after the other; a line of figures. */
export async function measureLibrary(name: string, directory: string): Promise<string> {
  const algorithm = algorithmNamed(name);
  const signer = softwareSigner(await importPkcs8(await generatePkcs8(algorithm), name));
  const [signing, storing] = [{ ms: 0 }, { ms: 0 }];
  const store = SqliteStore.create(join(directory, `${name}.db`));
  const parts = {
    store: timedStore(store, storing),
    clock: () => new Date(),
    entropy: (length: number) => randomBytes(length),
  };
  const timedSigner = {
    algorithm: signer.algorithm,
    publicKey: signer.publicKey,
    sign: timed(signing, (message: Uint8Array) => signer.sign(message)),
    async [Symbol.asyncDispose]() {},
  };
  const keys = { signer: timedSigner, alternative: undefined, async [Symbol.asyncDispose]() {} };
  const subject = [{ type: 'CN', value: 'Bench' }];
  const root = await selfSign({ subject, keys, profile: profileNamed('root-ca') }, parts);
  const config = { signing: { algorithm: name, key: { kind: 'file' as const, path: 'none' } } };
  const access = {
    directory,
    passphrase: none,
    pin: none,
    note: () => undefined,
    hsm: DEFAULT_HSM_SETTINGS,
    interactive: false,
    environment: {},
    secretVariables: [],
    resources: new AsyncDisposableStack(),
  };
  const issuer = { ...issuerOf(root.certificate, 'root', config, access), open: async () => keys };
  const csr = await request();
  const profile = profileNamed('tls-server');
  const once = async () => {
    const proven = await verifyRequest(csr, 'request');
    return issue({ request: proven, profile, subject: [], subjectAltName: [] }, issuer, parts);
  };
  for (let index = 0; index < 50; index++) await once(); // warms up
  signing.ms = 0;
  storing.ms = 0;
  const start = performance.now();
  let last = await once();
  for (let index = 1; index < CERTIFICATES; index++) last = await once();
  const total = performance.now() - start;
  const { tbsDer: message, signature, signatureAlgorithm: identifier } = last.certificate;
  const verifying = { ms: 0 };
  const verify = timed(verifying, verifySignature);
  for (let index = 0; index < CERTIFICATES; index++) {
    await verify({ spki: signer.publicKey, identifier, message, signature });
    await timed(verifying, verifyRequest)(csr, 'request');
  }
  store[Symbol.dispose]();
  const share = (ms: number) => `${((100 * ms) / total).toFixed(0).padStart(3)} %`;
  return [
    `${name.padEnd(12)} ${((1000 * CERTIFICATES) / total).toFixed(0).padStart(5)} certificates/s`,
    `signing ${share(signing.ms)}`,
    `verifying ${share(verifying.ms)}`,
    `store ${share(storing.ms)}`,
    `all else ${share(total - signing.ms - verifying.ms - storing.ms)}`,
  ].join('   ');
}

const none = (): Promise<never> => Promise.reject(new Error('no secret is needed'));

/** The store itself, but for what issuing calls. */
const timedStore = (store: SqliteStore, spent: { ms: number }): CaStore =>
  new Proxy<CaStore>(store, {
    get(_, name) {
      const value = Reflect.get(store, name);
      if (typeof value !== 'function') return value;
      const method = value.bind(store);
      return String(name).startsWith('record') ? timed(spent, method) : method;
    },
  });

/** A request for a P-256 key; made with @peculiar/x509, as a requester would. */
async function request(): Promise<Uint8Array> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const csr = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: 'CN=a.example.com',
      keys: {
        publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']) as CryptoKey,
        privateKey: privateKey.toCryptoKey(algorithm, false, ['sign']) as CryptoKey,
      },
      signingAlgorithm: algorithm,
    },
    globalThis.crypto,
  );
  return new Uint8Array(csr.rawData);
}
