import { join } from 'node:path';
import { algorithmNamed } from '../src/algorithms/registry.ts';
import { selfSign } from '../src/ca/authority.ts';
import { type Issuer, selfIssuer } from '../src/ca/issuer.ts';
import { answerOcsp } from '../src/ca/ocsp.ts';
import { OcspCache } from '../src/ca/ocsp-cache.ts';
import { ownResponder } from '../src/ca/ocsp-responder.ts';
import { profileNamed } from '../src/profiles/built-in.ts';
import { generatePkcs8 } from '../src/signers/generate-key.ts';
import { importPkcs8, softwareSigner } from '../src/signers/software-key.ts';
import { SqliteStore } from '../src/store/sqlite-store.ts';
import { knownExtensions } from '../src/x509/extensions.ts';
import { certId } from '../src/x509/ocsp-cert-id.ts';
import { encodeOcspRequest } from '../src/x509/ocsp-request.ts';

const REQUESTS = 500;
const DAY = 86_400_000; // milliseconds

/** Answers about one certificate, signed each time and from the cache; a line of figures. */
export async function measureOcsp(name: string, directory: string): Promise<string> {
  const store = SqliteStore.create(join(directory, `ocsp-${name}.db`));
  const parts = { store, clock: () => new Date() };
  const issuer = await issuerFor(name, store);
  const responder = ownResponder(issuer);
  const { tbs } = responder.ca;
  const request = encodeOcspRequest(certId(tbs, tbs.serialNumber, 'sha1'));
  const measure = async (cache?: OcspCache) => {
    const start = performance.now();
    for (let round = 0; round < REQUESTS; round++) {
      await answerOcsp(request, responder, DAY, { ...parts, ...(cache && { cache }) });
    }
    return (performance.now() - start) / REQUESTS;
  };
  await measure(); // the first ones warm up
  const [signed, cached] = [await measure(), await measure(new OcspCache())];
  store[Symbol.dispose]();
  const columns = [signed, cached].map((ms) => `${ms.toFixed(3).padStart(8)} ms`);
  return `${name.padEnd(28)}  signed ${columns[0]}  cached ${columns[1]}  ratio ${(signed / cached).toFixed(1)}`;
}

async function issuerFor(name: string, store: SqliteStore): Promise<Issuer> {
  const algorithm = algorithmNamed(name);
  const signer = softwareSigner(await importPkcs8(await generatePkcs8(algorithm), name, algorithm));
  const keys = { signer, alternative: undefined, async [Symbol.asyncDispose]() {} };
  const parts = {
    store,
    clock: () => new Date(),
    entropy: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  };
  const subject = [{ type: 'CN', value: 'Bench' }];
  const { certificate } = await selfSign(
    { subject, keys, profile: profileNamed('root-ca') },
    parts,
  );
  const extensions = knownExtensions(certificate.tbs.extensions);
  return { ...selfIssuer([], keys), name: certificate.tbs.subject, certificate, extensions };
}
