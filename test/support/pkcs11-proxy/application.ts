import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Handle, PKCS11, Template } from 'pkcs11js';
import { expect } from 'vitest';
import { PIN, type SoftHsm } from '../softhsm.ts';
import { CKA, CKF, CKM, CKO, CKU } from './cryptoki.ts';

const RW = CKF.SERIAL_SESSION | CKF.RW_SESSION;

/** What the templates of a key pair have besides the least. */
export interface Templates {
  readonly public?: Template;
  readonly private?: Template;
}

/** A bare user of a module, which asks for exactly what a test says. */
export class Application implements Disposable {
  readonly library: PKCS11;

  private constructor(library: PKCS11) {
    this.library = library;
  }

  static async load(module: string): Promise<Application> {
    const imported = await import('pkcs11js');
    const { PKCS11: Library } =
      'default' in imported ? (imported.default as typeof imported) : imported;
    const library = new Library();
    library.load(module);
    library.C_Initialize({ flags: CKF.OS_LOCKING_OK });
    return new Application(library);
  }

  /** The slot of the token; SoftHSM has one more, for the next token. */
  slot(): Handle {
    const [slot] = this.library.C_GetSlotList(true);
    if (!slot) throw new Error('there is no token');
    return slot;
  }

  open(flags: number = RW): Handle {
    return this.library.C_OpenSession(this.slot(), flags);
  }

  login(pin = PIN, user: number = CKU.USER): Handle {
    const session = this.open();
    this.library.C_Login(session, user, pin);
    return session;
  }

  find(session: Handle, template: Template): readonly Handle[] {
    this.library.C_FindObjectsInit(session, template);
    const found = this.library.C_FindObjects(session, 16);
    this.library.C_FindObjectsFinal(session);
    return found;
  }

  /** The half of a key pair that has the ID of one octet. */
  privateKey(session: Handle, id = ID[0]): Handle {
    return this.#key(session, CKO.PRIVATE_KEY, id);
  }

  publicKey(session: Handle, id = ID[0]): Handle {
    return this.#key(session, CKO.PUBLIC_KEY, id);
  }

  #key(session: Handle, value: number, id = 0): Handle {
    const template = [
      { type: CKA.CLASS, value },
      { type: CKA.ID, value: Buffer.of(id) },
    ];
    const [found] = this.find(session, template);
    if (!found) throw new Error(`there is no key ${id}`);
    return found;
  }

  mechanisms(): readonly number[] {
    return this.library.C_GetMechanismList(this.slot());
  }

  attribute(session: Handle, object: Handle, type: number): Buffer {
    const [attribute] = this.library.C_GetAttributeValue(session, object, [{ type }]);
    return attribute?.value ?? Buffer.alloc(0);
  }

  sign(session: Handle, key: Handle, data: Buffer, mechanism: number = CKM.ECDSA): Buffer {
    this.library.C_SignInit(session, { mechanism }, key);
    return this.library.C_Sign(session, data, Buffer.alloc(512));
  }

  /** A key pair of P-256; the templates have CKA_TOKEN, what a key needs, and what is given. */
  generate(session: Handle, id: Buffer, more: Templates = {}) {
    const named = [
      { type: CKA.TOKEN, value: true },
      { type: CKA.ID, value: id },
    ];
    return this.library.C_GenerateKeyPair(
      session,
      { mechanism: CKM.EC_KEY_PAIR_GEN },
      [...named, { type: CKA.EC_PARAMS, value: P256 }, ...(more.public ?? [])],
      [...named, { type: CKA.SIGN, value: true }, ...(more.private ?? [])],
    );
  }

  [Symbol.dispose](): void {
    this.library.C_Finalize();
    this.library.close();
  }
}

/** OBJECT IDENTIFIER prime256v1 in DER. */
const P256 = Buffer.from('06082a8648ce3d030107', 'hex');

/** CKA_ID of the key that most tests use. */
export const ID = Buffer.of(1);

export const MESSAGE = Buffer.from('message');
export const DIGEST = createHash('sha256').update(MESSAGE).digest();

/** The public key as pkcs11-tool reads it from the real module. */
export function publicKeyOf(hsm: SoftHsm, token: string, id: string, directory: string): KeyObject {
  const file = join(directory, `${id}.spki`);
  hsm.pkcs11Tool(token, '--read-object', '--type', 'pubkey', '--id', id, '--output-file', file);
  return createPublicKey({ key: readFileSync(file), format: 'der', type: 'spki' });
}

/** Whether it is an ECDSA signature of {@link MESSAGE} with SHA-256. */
export const verifies = (
  key: KeyObject,
  signature: Buffer,
  dsaEncoding: 'ieee-p1363' | 'der' = 'ieee-p1363',
): boolean => verify('sha256', MESSAGE, { key, dsaEncoding }, signature);

/** What pkcs11js throws for this CKR_*. */
export const refusedWith = (code: number): unknown => expect.objectContaining({ code });
