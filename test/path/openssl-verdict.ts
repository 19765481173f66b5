import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../support/temporary.ts';
import { runTool, tool, tryTool } from '../support/tools.ts';
import { AT, type Chain } from './chain.ts';
import { pemOf } from './made-certificates.ts';

const cwd = temporaryDirectory();

/** A file of that name for OpenSSL to read; its path. */
export function fileOf(name: string, contents: string | Uint8Array): string {
  const path = join(cwd, name);
  writeFileSync(path, contents);
  return path;
}

/** Whether OpenSSL verifies the chain, strictly, with these options more. */
export function opensslVerdict(
  { root, intermediates, leaf }: Chain,
  ...options: readonly string[]
): { accepted: boolean; output: string } {
  const untrusted =
    intermediates.length > 0 ? ['-untrusted', fileOf('ca.pem', pemOf(...intermediates))] : [];
  const { status, output } = tryTool(
    tool('openssl-3.5') ?? '',
    ...['verify', '-x509_strict', '-check_ss_sig', '-attime', String(AT.getTime() / 1000)],
    ...[...options, '-CAfile', fileOf('root.pem', pemOf(root))],
    ...[...untrusted, fileOf('leaf.pem', pemOf(leaf))],
  );
  return { accepted: status === 0, output };
}

/** The 5 of OpenSSL 3.5.7; what calls itself 4 is newer than all of those. */
export function opensslMinor(openssl: string): number {
  const [, major, minor] = /^OpenSSL (\d+)\.(\d+)/.exec(runTool(openssl, 'version')) ?? [];
  return major === '3' ? Number(minor) : Number.POSITIVE_INFINITY;
}
