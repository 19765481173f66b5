import { runTool, tool, tryTool } from '../support/tools.ts';

/** What somebody else's implementation says of a certificate. */
export interface Judgement {
  readonly accepted: boolean;
  /** What it printed, for the message of a failing test. */
  readonly output: string;
}

/** One implementation that verifies a certificate under its issuer's; paths of PEM files. */
export interface Judge {
  readonly name: string;
  /** Why it is not there; undefined if it is. */
  readonly missing: string | undefined;
  judge(certificate: string, issuer: string): Judgement;
}

function judgeWith(
  name: Parameters<typeof tool>[0],
  title: string,
  run: (path: string, certificate: string, issuer: string) => Judgement,
): Judge {
  const path = tool(name);
  const missing = path
    ? undefined
    : `${title} is not installed: run scripts/install-tools --judges`;
  return { name: title, missing, judge: (...files) => run(path ?? '', ...files) };
}

const openssl = (name: 'openssl-3.0' | 'openssl-3.5', title: string): Judge =>
  judgeWith(name, title, (path, certificate, issuer) => {
    const { status, output } = tryTool(
      path,
      ...['verify', '-x509_strict', '-check_ss_sig', '-CAfile', issuer, certificate],
    );
    return { accepted: status === 0, output };
  });

export const OPENSSL_3_0 = openssl('openssl-3.0', 'OpenSSL 3.0');
export const OPENSSL_3_5 = openssl('openssl-3.5', 'OpenSSL ≥ 3.5');

/** Bouncy Castle verifies composites and, where there is one, the alternative signature. */
export const BOUNCY_CASTLE = judgeWith('bc-judge', 'Bouncy Castle', (path, certificate, issuer) => {
  const { status, output } = tryTool(path, 'cert', certificate, issuer);
  return { accepted: status === 0, output };
});

export const BOTAN = judgeWith('botan', 'Botan', (path, certificate, issuer) => {
  const { output } = tryTool(path, 'cert_verify', certificate, issuer);
  return { accepted: output.startsWith('Certificate passes validation checks'), output };
});

/** What zlint holds to be an error, by the names of its lints. */
export function zlintErrors(path: string, certificate: string): readonly string[] {
  const results = JSON.parse(runTool(path, certificate)) as Record<string, { result: string }>;
  return Object.entries(results)
    .filter(([, { result }]) => result === 'error' || result === 'fatal')
    .map(([lint]) => lint);
}
