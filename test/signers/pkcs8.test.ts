import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { derFromFile } from '../../src/der/pem.ts';
import { DerError } from '../../src/der/reader.ts';
import { integer, NULL, objectIdentifier, octetString, sequence } from '../../src/der/writer.ts';
import { keyFileText } from '../../src/signers/key-file.ts';
import { decryptPkcs8, encryptPkcs8 } from '../../src/signers/pkcs8.ts';
import { Secret } from '../../src/signers/secret.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { runTool, tool, tryTool } from '../support/tools.ts';
import { pkcs8For } from './software-keys.ts';

const directory = temporaryDirectory();
const passphrase = new Secret('pässphrase');
const plain = await pkcs8For('ecdsa-p256');

describe('an encrypted key', () => {
  it('opens with its passphrase', () => {
    const opened = decryptPkcs8(encryptPkcs8(plain, passphrase), passphrase, 'ca.key');
    expect(Uint8Array.from(opened)).toEqual(plain);
  });

  it('is encrypted differently each time', () => {
    const [one, other] = [encryptPkcs8(plain, passphrase), encryptPkcs8(plain, passphrase)];
    expect(one).not.toEqual(other);
  });

  it('does not open with another passphrase', () => {
    const encrypted = encryptPkcs8(plain, passphrase);
    expect(() => decryptPkcs8(encrypted, new Secret('passphrase'), 'ca.key')).toThrow(
      expect.objectContaining({ code: 'AUTH', message: 'wrong passphrase for ca.key' }),
    );
  });
});

/** EncryptedPrivateKeyInfo with the parameters of PBKDF2 and the scheme as given. */
function envelope({
  pbkdf2 = sequence(octetString(Buffer.alloc(16)), integer(1000)),
  scheme = '1.2.840.113549.1.5.13',
  cipher = '2.16.840.1.101.3.4.1.42',
}): Uint8Array {
  const derivation = sequence(objectIdentifier('1.2.840.113549.1.5.12'), pbkdf2);
  const encryption = sequence(objectIdentifier(cipher), octetString(Buffer.alloc(16)));
  const parameters = sequence(derivation, encryption);
  return sequence(sequence(objectIdentifier(scheme), parameters), octetString(Buffer.alloc(32)));
}

describe('the parameters of an encrypted key', () => {
  const open = (encrypted: Uint8Array) => decryptPkcs8(encrypted, passphrase, 'ca.key');

  it.each([0, 10_000_001, 0x7fff_ffff])('may not ask for %i iterations', (iterations) => {
    const pbkdf2 = sequence(octetString(Buffer.alloc(16)), integer(iterations));
    expect(() => open(envelope({ pbkdf2 }))).toThrow(
      new DerError(`${iterations} iterations are out of bounds`),
    );
  });

  it('may not ask for more iterations than fit into a number', () => {
    const pbkdf2 = sequence(octetString(Buffer.alloc(16)), integer(2n ** 64n));
    expect(() => open(envelope({ pbkdf2 }))).toThrow(new DerError('an INTEGER is out of range'));
  });

  it.each([
    ['PBES1', { scheme: '1.2.840.113549.1.5.10' }],
    ['triple DES', { cipher: '1.2.840.113549.3.7' }],
    [
      'another PRF',
      {
        pbkdf2: sequence(
          octetString(Buffer.alloc(16)),
          integer(1000),
          sequence(objectIdentifier('1.2.840.113549.2.8'), NULL),
        ),
      },
    ],
  ])('of %s are not supported', (_, part) => {
    expect(() => open(envelope(part))).toThrow(
      expect.objectContaining({
        code: 'KEY_UNAVAILABLE',
        message: 'ca.key is encrypted in a way that is not supported',
      }),
    );
  });
});

describe.each(['openssl-3.0', 'openssl-3.5'] as const)('between pki and %s', (name) => {
  const openssl = tool(name);
  const options = { skip: !openssl };
  const installed = openssl ? '' : ' (not installed: run scripts/install-tools)';
  const run = (...args: string[]) => runTool(openssl ?? '', ...args);
  const source = join(directory, 'plain.pem');
  writeFileSync(source, keyFileText(plain));

  it(`an encrypted key that we write is read${installed}`, options, () => {
    const path = join(directory, `ours-${name}.pem`);
    writeFileSync(path, keyFileText(plain, passphrase));
    const read = run('pkey', '-in', path, '-passin', `pass:${passphrase.reveal()}`);
    expect(read).toBe(run('pkey', '-in', source));
    const wrong = tryTool(openssl ?? '', 'pkey', '-in', path, '-passin', 'pass:wrong');
    expect(wrong.status).toBe(1);
  });

  it.each([
    ['aes-128-cbc', 'hmacWithSHA1'],
    ['aes-192-cbc', 'hmacWithSHA384'],
    ['aes-256-cbc', 'hmacWithSHA512'],
    ['aes-256-cbc', 'hmacWithSHA256'],
  ])(`its keys in %s with %s are opened${installed}`, options, (cipher, prf) => {
    const text = run(
      ...['pkcs8', '-topk8', '-in', source, '-v2', cipher, '-v2prf', prf, '-iter', '4096'],
      ...['-passout', `pass:${passphrase.reveal()}`],
    );
    const der = derFromFile(Buffer.from(text), ['ENCRYPTED PRIVATE KEY']);
    const opened = decryptPkcs8(der ?? new Uint8Array(0), passphrase, 'theirs.pem');
    expect(Uint8Array.from(opened)).toEqual(plain);
  });

  it(`its keys under scrypt are refused, with a way forward${installed}`, options, () => {
    const pass = ['-passout', 'pass:x'];
    const text = run('pkcs8', '-topk8', '-in', source, '-scrypt', '-scrypt_N', '1024', ...pass);
    const der = derFromFile(Buffer.from(text), ['ENCRYPTED PRIVATE KEY']) ?? new Uint8Array(0);
    expect(() => decryptPkcs8(der, new Secret('x'), 'theirs.pem')).toThrow(
      expect.objectContaining({
        code: 'KEY_UNAVAILABLE',
        message: 'theirs.pem is encrypted in a way that is not supported',
        hints: [
          'encrypt it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000',
        ],
      }),
    );
  });
});
