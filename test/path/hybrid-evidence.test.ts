import { describe, expect, it } from 'vitest';
import { type PathInput, validatePath } from '../../src/path/validate-path.ts';
import { type Crl, encodeTbsCertList, parseCrl } from '../../src/x509/crl.ts';
import { EXTENSION_OID } from '../../src/x509/extensions.ts';
import { encodeSigned } from '../../src/x509/signed.ts';
import { tool, tryTool } from '../support/tools.ts';
import { bouncyCastleVerdicts } from './bouncy-castle-verdict.ts';
import { type Chain, chain, inputOf, KeyRing } from './chain.ts';
import { cn, isCa, make, pemOf, usage } from './made-certificates.ts';
import { entry, makeCrl } from './made-crls.ts';
import { basicOf, good, NO_CHECK, noon, purpose, respond, saying } from './made-responses.ts';
import { fileOf } from './openssl-verdict.ts';

// CRLs and OCSP responses of composite and Catalyst CAs in a path: ours and Bouncy Castle's verdict.

const judge = tool('bc-judge');
const installed = judge ? '' : ': it is not installed: run scripts/install-tools --judges';

const RINGS: Readonly<Record<string, KeyRing>> = {
  composite: new KeyRing('MLDSA44-ECDSA-P256-SHA256'),
  catalyst: new KeyRing('ecdsa-p256', 'ml-dsa-44'),
};
const KINDS = Object.keys(RINGS);
const ringOf = (kind: string): KeyRing => RINGS[kind] ?? new KeyRing('ed25519');
const party = (kind: string, name: string) => ringOf(kind).party(name, cn(name));

const OCSP_CA = { extensions: [isCa(), usage(0, 5, 6)] };
const chains = Object.fromEntries(
  await Promise.all(
    KINDS.map(async (kind) => [kind, await chain(ringOf(kind), OCSP_CA, OCSP_CA, {})] as const),
  ),
);
const chainOf = (kind: string): Chain => chains[kind] ?? expect.unreachable();

const problemsOf = async (kind: string, rest: Partial<PathInput>) =>
  (await validatePath({ ...inputOf(chainOf(kind)), ...rest })).problems;

/** A copy with a bit of one octet turned over. */
function turned(octets: Uint8Array, position: number): Uint8Array {
  const copy = Uint8Array.from(octets);
  copy[position] = (copy[position] ?? 0) ^ 1;
  return copy;
}

/** One half of a composite is at the beginning, the other at the end. */
const withWrongSignature = ({ tbsDer, signatureAlgorithm, signature }: Crl, position: number) =>
  parseCrl(encodeSigned(tbsDer, signatureAlgorithm, turned(signature, position)));

/** The alternative signature is wrong, and the classical one over it is right. */
async function withWrongAlternative({ tbs }: Crl): Promise<Crl> {
  const { signer } = await party('catalyst', 'CA 1');
  const extensions = tbs.extensions.map((one) =>
    one.oid === EXTENSION_OID.altSignatureValue ? { ...one, value: turned(one.value, 99) } : one,
  );
  const der = encodeTbsCertList({ ...tbs, extensions });
  return parseCrl(encodeSigned(der, signer.algorithm.identifier, await signer.sign(der)));
}

/** What Bouncy Castle has to say of a CRL. */
interface CrlVerdict {
  readonly signature: boolean;
  readonly alternative: 'true' | 'false' | 'absent';
  readonly entries?: readonly string[];
}

interface CrlQuestion {
  readonly name: string;
  readonly kind: string;
  readonly crl: Crl;
  /** Undefined if the certificate is good. */
  readonly problem: RegExp | undefined;
  readonly theirs: CrlVerdict;
}

const WRONG = /^CN=leaf: CRL 5 of CN=CA 1 does not count: its .* does not verify/;

async function crlQuestions(kind: string): Promise<readonly CrlQuestion[]> {
  const issuer = await party(kind, 'CA 1');
  const serial = chainOf(kind).leaf.tbs.serialNumber;
  const alternative = kind === 'catalyst' ? 'true' : 'absent';
  const silent = await makeCrl(issuer);
  const telling = await makeCrl(issuer, { revoked: [entry(1n, 'superseded'), entry(serial)] });
  const ofRoot = await makeCrl({ ...(await party(kind, 'Root')), name: cn('CA 1') });
  const question = (
    name: string,
    crl: Crl,
    problem: CrlQuestion['problem'],
    theirs: Partial<CrlVerdict> = {},
  ) => ({ name, kind, crl, problem, theirs: { signature: true, alternative, ...theirs } as const });
  const last = silent.signature.length - 1;
  const refused = { signature: false };
  return [
    question('that is empty', silent, undefined, { entries: [] }),
    question('that tells of it', telling, /^CN=leaf: it is revoked since .*, keyCompromise, says/, {
      entries: ['1 superseded', `${serial.toString(16)} keyCompromise`],
    }),
    question('with a wrong first octet', withWrongSignature(silent, 9), WRONG, refused),
    question('with a wrong last octet', withWrongSignature(silent, last), WRONG, refused),
    question('by the key of the root', ofRoot, /it was signed by another key of CN=CA 1/, {
      ...refused,
      alternative: kind === 'catalyst' ? 'false' : 'absent',
    }),
    ...(kind === 'catalyst'
      ? [
          question('with a wrong alternative one', await withWrongAlternative(silent), WRONG, {
            alternative: 'false',
          }),
        ]
      : []),
  ];
}

const crlsOf = async ({ kind, crl }: CrlQuestion) => [
  crl,
  await makeCrl(await party(kind, 'Root')),
];

const CRL_QUESTIONS = (await Promise.all(KINDS.map(crlQuestions))).flat();

describe('a CRL', () => {
  it.each(CRL_QUESTIONS)('of a $kind CA $name', async (question) => {
    const revocation = { crls: await crlsOf(question), responses: [], required: 'all' } as const;
    const problems = await problemsOf(question.kind, { revocation });
    if (question.problem) expect(problems[0]).toMatch(question.problem);
    else expect(problems).toEqual([]);
  });

  describe.skipIf(!judge)(`by Bouncy Castle${installed}`, async () => {
    const files = CRL_QUESTIONS.flatMap(({ kind, crl }, number) => [
      fileOf(`${number}.crl`, crl.der),
      fileOf(`${kind}-ca.crt`, pemOf(...chainOf(kind).intermediates)),
    ]);
    const lines = judge ? tryTool(judge, 'crl', ...files).output.split('\n') : [];
    const paths = await Promise.all(
      CRL_QUESTIONS.map(async (one) => ({ chain: chainOf(one.kind), crls: await crlsOf(one) })),
    );
    const verdicts = judge ? bouncyCastleVerdicts(paths) : [];
    const asked = CRL_QUESTIONS.map((one, index) => ({
      ...{ ...one, line: lines[index] ?? '', verdict: verdicts[index] },
    }));

    it.each(asked)('of a $kind CA $name', ({ theirs, line, verdict, problem }) => {
      expect(JSON.parse(line)).toMatchObject({ ...theirs, number: '5', base: null });
      // in a path it does not look at alternative signatures
      const accepted = problem === undefined || theirs.alternative === 'false';
      expect(verdict).toMatchObject({ accepted: accepted && theirs.signature });
    });
  });
});

interface OcspQuestion {
  readonly name: string;
  readonly kind: string;
  /** OCSPResponse, DER. */
  readonly response: Uint8Array;
  readonly problem: RegExp | undefined;
}

const NOT_COUNTED = /^CN=leaf: the OCSP response does not count: /;

async function ocspQuestions(kind: string): Promise<readonly OcspQuestion[]> {
  const [issuer, root] = [await party(kind, 'CA 1'), await party(kind, 'Root')];
  const delegate = await party(kind, 'Responder');
  const [ca] = chainOf(kind).intermediates;
  if (!ca) throw new Error('there is a CA');
  const single = good(ca, chainOf(kind).leaf.tbs.serialNumber);
  const revoked = { kind: 'revoked', at: noon.before, reason: 1 } as const;
  const extensions = [purpose('ocspSigning'), NO_CHECK, usage(0)];
  const responder = await make({ subject: delegate, issuer, extensions });
  const ofRoot = await make({ subject: delegate, issuer: root, extensions });
  const unmarked = await make({ subject: delegate, issuer, extensions: [usage(0)] });
  const byDelegate = saying(delegate, single);
  const sound = await respond(saying(issuer, single), issuer);
  const question = (name: string, response: Uint8Array, problem?: RegExp) => ({
    ...{ name, kind, response, problem },
  });
  const unknown = saying(issuer, { ...single, status: { kind: 'unknown' } });
  return [
    question('that says good', sound),
    question(
      'that says revoked',
      await respond(saying(issuer, { ...single, status: revoked }), issuer),
      /^CN=leaf: it is revoked since 2026-06-01T11:59:59Z, says /,
    ),
    question('that knows nothing', await respond(unknown, issuer), /does not know it/),
    question('with a wrong last octet', turned(sound, sound.length - 1), NOT_COUNTED),
    question('of a delegate', await respond(byDelegate, delegate, responder)),
    question('of a delegate of the root', await respond(byDelegate, delegate, ofRoot), NOT_COUNTED),
    question('of no delegate', await respond(byDelegate, delegate, unmarked), NOT_COUNTED),
    question('of the root', await respond(saying(root, single), root), NOT_COUNTED),
    question('about another', await respond(saying(issuer, good(ca, 5n)), issuer), /none of the/),
  ];
}

const OCSP_QUESTIONS = (await Promise.all(KINDS.map(ocspQuestions))).flat();

describe('an OCSP response', () => {
  it.each(OCSP_QUESTIONS)('of a $kind CA $name', async ({ kind, response, problem }) => {
    const responses = [{ basic: basicOf(response), name: 'the OCSP response' }];
    const revocation = { crls: [], responses, required: 'leaf' } as const;
    const problems = await problemsOf(kind, { revocation, at: noon.at });
    if (problem) expect(problems[0]).toMatch(problem);
    else expect(problems).toEqual([]);
  });

  describe.skipIf(!judge)(`in a path of Bouncy Castle${installed}`, () => {
    const paths = OCSP_QUESTIONS.map(({ kind, response }) => ({
      ...{ chain: chainOf(kind), ocsp: response, at: noon.at },
    }));
    const verdicts = judge ? bouncyCastleVerdicts(paths) : [];

    it.each(OCSP_QUESTIONS.map((one, index) => ({ ...one, verdict: verdicts[index] })))(
      'of a $kind CA $name',
      ({ problem, verdict }) => {
        expect(verdict).toMatchObject({ accepted: problem === undefined });
      },
    );
  });
});
