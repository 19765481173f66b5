import { join } from 'node:path';
import { runTool, tool } from '../support/tools.ts';

/** Why tests with requests and certificates of OpenSSL cannot run here; undefined if they can. */
export const noOpenssl = (): string | undefined =>
  tool('openssl-3.0') ? undefined : 'OpenSSL is not installed: run scripts/install-tools';

export function openssl(...args: readonly string[]): string {
  const path = tool('openssl-3.0');
  if (!path) throw new Error(noOpenssl());
  return runTool(path, ...args);
}

/** Has OpenSSL make a key and a request for it, `name.key` and `name.csr`; returns the latter. */
export function request(directory: string, name: string, ...args: readonly string[]): string {
  const [key, csr] = [join(directory, `${name}.key`), join(directory, `${name}.csr`)];
  const made = args.some((arg) => arg === '-newkey' || arg === '-key') ? [] : P256;
  openssl('req', '-new', '-nodes', '-keyout', key, '-out', csr, ...made, ...args);
  return csr;
}

const P256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
