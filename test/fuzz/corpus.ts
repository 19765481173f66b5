import { createPrivateKey } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { pemBlocks } from '../../src/der/pem.ts';
import { vectors } from '../support/tools.ts';
import { world } from '../support/world.ts';
import { TEXT_SEEDS } from './text-seeds.ts';

/** The passphrase of encrypted seeds. */
export const PASSPHRASE = 'fuzz';

/** Makes files of all kinds: our own, and those of others as far as they are here. */
export async function makeCorpus(corpus: string): Promise<void> {
  const own = join(corpus, 'own');
  mkdirSync(own, { recursive: true });
  await makeOwn(own);
  for (const [folder, pattern, label] of KINDS) {
    for (const name of readdirSync(own, { recursive: true, encoding: 'utf8' })) {
      if (pattern.test(name)) save(corpus, folder, name, join(own, name), label);
    }
  }
  for (const name of ['ca', 'backup']) {
    cpSync(join(own, name), join(corpus, name), { recursive: true });
  }
  for (const [index, root] of rootCertificates.entries()) {
    const der = pemBlocks(root)[0]?.der;
    if (der && index % 10 === 0) put(corpus, 'certificates', `root-${index}`, der);
  }
  saveVectors(corpus);
  saveEncrypted(corpus);
  for (const [folder, texts] of Object.entries(TEXT_SEEDS)) {
    for (const [index, text] of texts.entries()) {
      put(corpus, folder, `${index}`.padStart(2, '0'), Buffer.from(text, 'utf8'));
    }
  }
}

/** Folder, which of our own files go into it, and the label of the PEM that they are in. */
const KINDS: readonly (readonly [folder: string, file: RegExp, label?: string])[] = [
  ['certificates', /\.crt$/, 'CERTIFICATE'],
  ['requests', /\.csr$/, 'CERTIFICATE REQUEST'],
  ['own-requests', /^a(-[a-z]+)?\.csr$/, 'CERTIFICATE REQUEST'],
  ['keys', /^[^/]*\.key$/, 'PRIVATE KEY'],
  ['crls', /\.crl$/],
  ['own-crls', /^ca\/crl\/(ca|delta)\.crl$/],
  ['ocsp-requests', /\.orq$/],
  ['ocsp-responses', /\.ors$/],
  ['profiles', /^[^/]*\.yaml$/],
  ['configurations', /ca\.yaml$/],
  ['stores', /^ca\/ca\.db$/],
];

async function makeOwn(cwd: string): Promise<void> {
  const pki = world({ cwd });
  const run = async (line: string) => {
    const { status, stderr } = await pki(...line.split(' '));
    if (status !== 0) throw new Error(`pki ${line}: ${stderr}`);
  };
  for (const line of COMMANDS) await run(line);
  for (const name of PROFILES) {
    const { stdout } = await pki('profile', 'export', name);
    writeFileSync(join(cwd, `${name}.yaml`), stdout);
  }
}

const PROFILES = [
  'tls-server',
  'tls-client',
  'issuing-ca',
  'ocsp-signing',
  'email',
  'code-signing',
  'cross-ca',
];

const COMMANDS: readonly string[] = [
  'init-ca --name Root --dir ca --no-passphrase --algorithm ecdsa-p256',
  'init-ca --name RSA --dir rsa --no-passphrase --algorithm rsa-2048',
  'init-ca --name Catalyst --dir catalyst --no-passphrase --hybrid catalyst --algorithm ecdsa-p256 --ml-dsa ml-dsa-44',
  'init-ca --name Composite --dir composite --no-passphrase --hybrid composite --algorithm ecdsa-p256 --ml-dsa ml-dsa-44',
  'init-ca --name Sub --dir sub --no-passphrase --parent ca --algorithm ecdsa-p256 --path-length 0',
  'issue --ca-dir ca --cn a.example --dns b.example --dns *.c.example --ip 192.0.2.1 --ip 2001:db8::1 --out a.crt --key-out a.key',
  'issue --ca-dir sub --cn d.example --out d.crt --key-out d.key --key-algorithm ml-dsa-44',
  'issue --ca-dir catalyst --cn e.example --out e.crt --key-out e.key',
  'issue --ca-dir composite --cn f.example --out f.crt --key-out f.key',
  'issue --ca-dir ca --profile tls-client --cn Alice --email alice@example.com --out g.crt --key-out g.key',
  'issue --ca-dir ca --profile ocsp-signing --cn OCSP --out ocsp.crt --key-out ocsp.key',
  'key generate --algorithm ed25519 --out ed25519.key --no-passphrase',
  'key generate --algorithm rsa-2048 --out rsa.key --no-passphrase',
  'key generate --algorithm ml-dsa-44 --out ml-dsa.key --no-passphrase',
  'key generate --algorithm ml-kem-512 --out ml-kem.key --no-passphrase',
  'csr create --key a.key --cn a.example --dns b.example --ip 192.0.2.1 --rid 1.2.3.4 --upn u@example.com --dirname CN=x --out a.csr',
  'csr create --key a.key --subject CN=x,OU=y,O=z,DC=example --email x@example.com --out a-names.csr',
  'csr create --key rsa.key --subject CN=Z\\C3\\A9,O=Example\\,x,C=CZ --uri https://example.com/ --out rsa.csr',
  'csr create --key ml-dsa.key --cn m.example --out ml-dsa.csr',
  'csr create --key a.key --hybrid catalyst --ml-dsa-key ml-dsa.key --cn h.example --out catalyst.csr',
  'csr create --key a.key --hybrid composite --ml-dsa-key ml-dsa.key --cn h.example --out composite.csr',
  'csr create --key ml-dsa.key --related-cert a.crt --related-key a.key --related-uri https://example.com/a.crt --cn r.example --out related.csr',
  'csr create --key ml-kem.key --signer-cert a.crt --signer-key a.key --cn kem.example --out kem.csr',
  'ocsp request --cert a.crt --issuer ca/ca.crt --nonce --out a.orq',
  'ocsp request --cert ocsp.crt --issuer ca/ca.crt --hash sha256 --out b.orq',
  'ocsp respond --ca-dir ca --request a.orq --out own.ors',
  'ocsp respond --ca-dir ca --request b.orq --responder-cert ocsp.crt --responder-key ocsp.key --out delegated.ors',
  'revoke --ca-dir ca g.crt --reason keyCompromise --invalidity-date 2026-01-01T00:00:00Z',
  'revoke --ca-dir ca ocsp.crt --reason superseded',
  'crl --ca-dir ca --out ca.pem',
  'crl --ca-dir catalyst --out catalyst.pem',
  'crl --ca-dir ca --delta --out delta.pem',
  'store backup --ca-dir ca backup',
];

/** Other people's certificates and keys; of SLH-DSA, which takes long, none. */
function saveVectors(corpus: string): void {
  for (const path of [['hackathon-r5', 'bc'], ['hackathon-r5', 'openssl-composite'], ['rfc9881']]) {
    const directory = vectors(...path);
    for (const name of directory ? readdirSync(directory).toSorted() : []) {
      const file = join(directory ?? '', name);
      if (/slh|sphincs|^bad/i.test(name)) continue;
      if (/(_ta\.der|\.crt)$/.test(name)) save(corpus, 'certificates', name, file, 'CERTIFICATE');
      if (/(_priv\.der|\.priv)$/.test(name)) save(corpus, 'keys', name, file, 'PRIVATE KEY');
    }
  }
}

/** Of few iterations, or there would be few rounds. */
function saveEncrypted(corpus: string): void {
  for (const cipher of ['aes-128-cbc', 'aes-256-cbc', 'des-ede3-cbc']) {
    const key = createPrivateKey(readFileSync(join(corpus, 'own/a.key')));
    const der = key.export({ type: 'pkcs8', format: 'der', cipher, passphrase: PASSPHRASE });
    put(corpus, 'encrypted-keys', cipher, der);
  }
}

/** Takes off PEM of that label; what is in no such PEM stays as it is. */
function save(corpus: string, folder: string, name: string, file: string, label?: string): void {
  const octets = readFileSync(file);
  const block = pemBlocks(octets.toString('latin1')).find((one) => one.label === label);
  put(corpus, folder, name.replaceAll('/', '-'), block?.der ?? octets);
}

function put(corpus: string, folder: string, name: string, octets: Uint8Array): void {
  mkdirSync(join(corpus, folder), { recursive: true });
  writeFileSync(join(corpus, folder, name), octets);
}
