import type { Command } from 'commander';

/** What `pki csr show` and `pki csr verify` take. */
export const addInspectOptions = (command: Command): Command =>
  command
    .argument('<file>', 'PKCS #10 request, PEM or DER; "-" is standard input')
    .option('--related <file>', 'related certificate that it refers to (RFC 9763)')
    .option('--signer-cert <file>', 'certificate of another key that signed it (RFC 9883)');
