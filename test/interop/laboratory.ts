import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openKeys } from '../../src/ca/issuer-keys.ts';
import { pem, pemBlocks } from '../../src/der/pem.ts';
import { Secret } from '../../src/signers/secret.ts';
import { openCaDirectory } from '../../src/store/ca-directory.ts';
import { tokenAccess } from '../signers/on-softhsm.ts';
import { noSoftHsm, PIN, type SoftHsm, softHsmIn } from '../support/softhsm.ts';
import { PASSPHRASE, world } from '../support/world.ts';
import { classicalForgery, DNS_NAME, forgeries } from './forgeries.ts';
import { EXISTING_KEYS, type Row } from './rows.ts';

/** Certificates of one CA, as paths of PEM files. */
export interface Specimens {
  readonly ca: string;
  /** For a server with an ECDSA key, which everybody knows. */
  readonly leaf: string;
  /** For a server whose key is of the same kind as the CA's. */
  readonly ownKind?: string;
  readonly forgeries: readonly string[];
  /** The alternative signature is wrong, and only that. */
  readonly classicalForgery?: string;
}

/** Why there is no such CA here; undefined if there can be one. */
export const missingFor = ({ group }: Row): string | undefined =>
  group === 'token' ? noSoftHsm() : undefined;

const isCatalyst = ({ kind }: Row): boolean => kind.startsWith('catalyst ');

const TOKEN = 'CA Token';

/** Makes CAs and certificates to be judged, in a directory of its own. */
export class Laboratory {
  readonly #directory: string;
  readonly #pki: ReturnType<typeof world>;
  #hsm: SoftHsm | undefined;
  #count = 0;

  constructor(directory: string) {
    this.#directory = directory;
    this.#pki = world({ cwd: directory, env: { PKCS11_PIN: PIN, PKI_PASSPHRASE: PASSPHRASE } });
  }

  async specimens(row: Row): Promise<Specimens> {
    this.#count += 1;
    const directory = join(this.#directory, `ca ${this.#count}`);
    const token = row.group === 'token' ? this.#token() : [];
    const name = ['--name', `Root ${row.name}`, '--dir', directory];
    const open = isCatalyst(row) ? [] : ['--no-passphrase']; // encryption takes its time
    await this.#run('init-ca', ...name, ...open, ...token, ...row.options);
    const leaf = await this.#issue(directory, 'leaf');
    const der = pemBlocks(readFileSync(leaf, 'latin1'))[0]?.der ?? new Uint8Array();
    const write = (file: string, octets: Uint8Array) => {
      writeFileSync(join(directory, file), pem('CERTIFICATE', octets));
      return join(directory, file);
    };
    return {
      ca: join(directory, 'ca.crt'),
      leaf,
      ...(row.keyAlgorithm && {
        ownKind: await this.#issue(directory, 'own', '--key-algorithm', row.keyAlgorithm),
      }),
      forgeries: forgeries(der).map((octets, index) => write(`forged-${index}.crt`, octets)),
      ...(isCatalyst(row) && {
        classicalForgery: write('classical.crt', await forgedAlternative(directory, der)),
      }),
    };
  }

  async #issue(directory: string, file: string, ...options: readonly string[]): Promise<string> {
    const path = join(directory, `${file}.crt`);
    const names = ['--cn', DNS_NAME, '--ip', '2001:db8::1'];
    const files = ['--out', path, '--key-out', join(directory, `${file}.key`)];
    await this.#run('issue', '--ca-dir', directory, ...names, ...files, ...options);
    return path;
  }

  async #run(...argv: readonly string[]): Promise<void> {
    const { status, stderr } = await this.#pki(...argv);
    if (status !== 0) throw new Error(stderr);
  }

  /** Options that name the token; it is made, with its keys, when the first row needs it. */
  #token(): readonly string[] {
    if (!this.#hsm) {
      this.#hsm = softHsmIn(this.#directory);
      this.#hsm.token(TOKEN);
      for (const { type, label, id } of EXISTING_KEYS) this.#hsm.key(TOKEN, type, label, id);
    }
    return ['--pkcs11-lib', this.#hsm.module, '--pkcs11-token', TOKEN];
  }
}

/** The CA's own classical key signs, wherever it is. */
async function forgedAlternative(directory: string, der: Uint8Array): Promise<Uint8Array> {
  using ca = await openCaDirectory(directory, { readOnly: true });
  const access = { ...tokenAccess(), directory, passphrase: async () => new Secret(PASSPHRASE) };
  await using _resources = access.resources;
  await using keys = await openKeys(ca.config.keys, access);
  return classicalForgery(der, keys.signer);
}
