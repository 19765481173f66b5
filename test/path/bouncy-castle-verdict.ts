import { pem } from '../../src/der/pem.ts';
import type { Crl } from '../../src/x509/crl.ts';
import { tool, tryTool } from '../support/tools.ts';
import { AT, type Chain } from './chain.ts';
import { pemOf } from './made-certificates.ts';
import { crlPem } from './made-crls.ts';
import { fileOf } from './openssl-verdict.ts';

/** A path, and what there is to tell whether its certificates are revoked. */
export interface JudgedPath {
  readonly chain: Chain;
  readonly crls?: readonly Crl[];
  /** OCSPResponse about the leaf, DER. */
  readonly ocsp?: Uint8Array;
  /** {@link AT} if absent. */
  readonly at?: Date;
}

export interface PathVerdict {
  readonly accepted: boolean;
  readonly output: string;
}

/** Bouncy Castle's verdicts on paths, one program for all of them: it takes a second to start. */
export function bouncyCastleVerdicts(paths: readonly JudgedPath[]): readonly PathVerdict[] {
  const files = paths.flatMap(({ chain, crls = [], ocsp, at = AT }, number) => {
    const certificates = [chain.leaf, ...chain.intermediates.toReversed()];
    const response = ocsp ? pem('OCSP RESPONSE', ocsp) : '';
    return [
      fileOf(`${number}.pem`, pemOf(...certificates) + crlPem(...crls) + response),
      fileOf(`${number}-root.pem`, pemOf(chain.root)),
      at.toISOString(),
    ];
  });
  const { output } = tryTool(tool('bc-judge') ?? '', 'path', ...files);
  const lines = output.trimEnd().split('\n');
  return lines.map((line) => ({ accepted: JSON.parse(line).path === true, output: line }));
}
