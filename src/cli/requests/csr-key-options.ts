import { type Command, Option } from 'commander';
import type { HybridScheme } from '../../ca/issuer-keys.ts';
import { PkiError } from '../../errors.ts';
import { collect } from '../collect.ts';
import {
  addHsmAccessOptions,
  addTokenKeyOptions,
  type TokenKeyOptions,
} from '../hsm/hsm-options.ts';
import { debugOption, type SecretOptions } from '../options.ts';

/** Options that name the keys of a request. */
export interface CsrKeyOptions extends SecretOptions, TokenKeyOptions {
  readonly algorithm?: string;
  readonly hybrid?: HybridScheme;
  readonly mlDsaKey?: string;
  readonly relatedCert?: string;
  readonly relatedKey?: string;
  readonly relatedUri?: readonly string[];
  readonly signerCert?: string;
  readonly signerKey?: string;
}

export function addCsrKeyOptions(command: Command): Command {
  addTokenKeyOptions(command, 'key of the request: a file, or an RFC 7512 URI (pkcs11:…)')
    .option('--algorithm <name>', 'how to sign with an RSA key: rsa-3072 or rsa-3072-pss')
    .addOption(
      new Option('--hybrid <scheme>', 'pair the key with an ML-DSA key').choices([
        'catalyst',
        'composite',
      ]),
    )
    .option('--ml-dsa-key <key>', 'that key: a file, or an RFC 7512 URI')
    .option('--related-cert <file>', 'certificate that the new one shall refer to (RFC 9763)')
    .option('--related-key <key>', 'its key: a file, or an RFC 7512 URI')
    .option(
      '--related-uri <uri>',
      'where it can be had; may be given several times (default: sent along)',
      collect,
    )
    .option('--signer-cert <file>', 'for a key that cannot sign: certificate of one that signs')
    .option('--signer-key <key>', 'its key: a file, or an RFC 7512 URI')
    .option(
      '--passphrase-file <file>',
      'passphrase of the key files; otherwise PKI_PASSPHRASE, or asked for',
    );
  return addHsmAccessOptions(command).addOption(debugOption());
}

/** Contradictions are errors, found before a key is opened. */
export function mustAgree(options: CsrKeyOptions): void {
  const { hybrid, mlDsaKey, relatedCert, relatedKey, signerCert, signerKey } = options;
  const needs: readonly (readonly [unknown, string, unknown, string])[] = [
    [hybrid, '--hybrid', mlDsaKey, '--ml-dsa-key'],
    [mlDsaKey, '--ml-dsa-key', hybrid, '--hybrid'],
    [relatedCert, '--related-cert', relatedKey, '--related-key'],
    [relatedKey, '--related-key', relatedCert, '--related-cert'],
    [options.relatedUri, '--related-uri', relatedCert, '--related-cert'],
    [signerCert, '--signer-cert', signerKey, '--signer-key'],
    [signerKey, '--signer-key', signerCert, '--signer-cert'],
  ];
  for (const [given, option, needed, other] of needs) {
    if (given === undefined || needed !== undefined) continue;
    throw new PkiError('USAGE', `${option} needs ${other}`);
  }
  if (hybrid === undefined || signerCert === undefined) return;
  throw new PkiError('USAGE', 'give either --hybrid or --signer-cert');
}
