import type { Command } from 'commander';
import { PkiError } from '../../errors.ts';
import { collect } from '../collect.ts';

/** Options about certificates that a request refers to. */
export interface EvidenceOptions {
  readonly related?: string;
  readonly signerCert?: string;
  readonly trust?: readonly string[];
}

export const addEvidenceOptions = (command: Command): Command =>
  command
    .option('--related <file>', 'related certificate that the request refers to (RFC 9763)')
    .option('--signer-cert <file>', 'certificate of another key that signed it (RFC 9883)')
    .option(
      '--trust <file>',
      'roots for those two, where this CA did not issue them; may be given several times',
      collect,
    );

/** Without a request there is nothing that could refer to anything. */
export function mustHaveNoEvidence({ related, signerCert, trust }: EvidenceOptions): void {
  const given = { '--related': related, '--signer-cert': signerCert, '--trust': trust };
  const stray = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (stray !== undefined) throw new PkiError('USAGE', `${stray} needs --csr`);
}
