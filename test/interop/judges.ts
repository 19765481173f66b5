import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runTool, tool, tryTool } from '../support/tools.ts';

/** What somebody else's implementation says of a certificate. */
export interface Judgement {
  readonly accepted: boolean;
  /** What it printed, for the message of a failing test. */
  readonly output: string;
}

/** Does the issuer vouch for the certificate? Paths of PEM files; a CA's own certificate is both. */
export interface Question {
  readonly certificate: string;
  readonly issuer: string;
}

/** One implementation that verifies a certificate under its issuer's. */
export interface Judge {
  readonly name: string;
  /** Why it is not there; undefined if it is. */
  readonly missing: string | undefined;
  /** Answers in the order of the questions; much faster than one at a time. */
  judgeAll(questions: readonly Question[]): readonly Judgement[];
  judge(certificate: string, issuer: string): Judgement;
}

function judgeOf(title: string, missing: string | undefined, judgeAll: Judge['judgeAll']): Judge {
  return {
    name: title,
    missing,
    judgeAll,
    judge(certificate, issuer) {
      const [judgement] = judgeAll([{ certificate, issuer }]);
      if (!judgement) throw new Error(`${title} did not answer`);
      return judgement;
    },
  };
}

function judgeWith(
  name: Parameters<typeof tool>[0],
  title: string,
  judgeAll: (path: string, questions: readonly Question[]) => readonly Judgement[],
): Judge {
  const path = tool(name);
  const missing = path
    ? undefined
    : `${title} is not installed: run scripts/install-tools --judges`;
  return judgeOf(title, missing, (questions) => judgeAll(path ?? '', questions));
}

/** OpenSSL takes all certificates of one issuer at once. */
const openssl = (name: 'openssl-3.0' | 'openssl-3.5', title: string): Judge =>
  judgeWith(name, title, (path, questions) => {
    const outputs = new Map<string, string>();
    for (const [issuer, group] of Map.groupBy(questions, (question) => question.issuer)) {
      const certificates = group.map(({ certificate }) => certificate);
      const options = ['-x509_strict', '-check_ss_sig', '-CAfile', issuer];
      outputs.set(issuer, tryTool(path, 'verify', ...options, ...certificates).output);
    }
    return questions.map(({ certificate, issuer }) => {
      const output = outputs.get(issuer) ?? '';
      return { accepted: output.split('\n').includes(`${certificate}: OK`), output };
    });
  });

export const OPENSSL_3_0 = openssl('openssl-3.0', 'OpenSSL 3.0');
export const OPENSSL_3_5 = openssl('openssl-3.5', 'OpenSSL ≥ 3.5');

/** Bouncy Castle verifies composites and, where there is one, the alternative signature. */
export const BOUNCY_CASTLE = judgeWith('bc-judge', 'Bouncy Castle', (path, questions) => {
  const files = questions.flatMap(({ certificate, issuer }) => [certificate, issuer]);
  const lines = tryTool(path, 'cert', ...files).output.split('\n');
  return questions.map((_, index) => {
    const output = lines[index] ?? '';
    const { signature, alternative } = JSON.parse(output) as BouncyCastleVerdict;
    return { accepted: signature && alternative !== 'false', output };
  });
});

interface BouncyCastleVerdict {
  readonly signature: boolean;
  readonly alternative?: 'true' | 'false' | 'absent';
}

export const BOTAN = judgeWith('botan', 'Botan', (path, questions) =>
  questions.map(({ certificate, issuer }) => {
    const { output } = tryTool(path, 'cert_verify', certificate, issuer);
    return { accepted: output.startsWith('Certificate passes validation checks'), output };
  }),
);

/** Certificate usages of NSS: a TLS server, any CA. */
const NSS_USAGE = { leaf: '1', ca: '11' } as const;

/** NSS, the library of Firefox, judges for a purpose and takes the issuer as trusted. */
export const NSS = judgeWith('vfychain', 'NSS', (path, questions) =>
  questions.map(({ certificate, issuer }) => {
    const usage = certificate === issuer ? NSS_USAGE.ca : NSS_USAGE.leaf;
    const files = ['-a', certificate, '-a', '-t', issuer];
    const { output } = tryTool(path, '-pp', '-u', usage, ...files);
    return { accepted: output.startsWith('Chain is good!'), output };
  }),
);

/** Node's own class: signatures, names and keys, but no dates or purposes. */
export const NODE = judgeOf('Node', undefined, (questions) =>
  questions.map(({ certificate, issuer }) => {
    try {
      const [subject, ca] = [certificate, issuer].map(
        (path) => new X509Certificate(readFileSync(path)),
      );
      const accepted = !!ca && !!subject?.checkIssued(ca) && subject.verify(ca.publicKey);
      return { accepted, output: `with a key of type ${subject?.publicKey.asymmetricKeyType}` };
    } catch (error) {
      return { accepted: false, output: String(error) }; // keys of unknown algorithms
    }
  }),
);

/** All judges, in the order of the matrix's columns. */
export const JUDGES: readonly Judge[] = [OPENSSL_3_0, OPENSSL_3_5, BOTAN, BOUNCY_CASTLE, NODE, NSS];

/** What zlint holds to be an error, by the names of its lints. */
export function zlintErrors(path: string, certificate: string): readonly string[] {
  const results = JSON.parse(runTool(path, certificate)) as Record<string, { result: string }>;
  return Object.entries(results)
    .filter(([, { result }]) => result === 'error' || result === 'fatal')
    .map(([lint]) => lint);
}
