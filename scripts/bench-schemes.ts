import { algorithmNamed } from '../src/algorithms/registry.ts';
import { verifySignature } from '../src/algorithms/verify.ts';
import { generatePkcs8 } from '../src/signers/generate-key.ts';
import type { Signer } from '../src/signers/signer.ts';
import { importPkcs8, softwareSigner } from '../src/signers/software-key.ts';
import { REFERENCE, SCHEMES, type Scheme } from './schemes.ts';

const ROUNDS = 15;

/** Operations that take longer than this are measured in fewer rounds. Milliseconds. */
const SLOW = 100;

const SLOW_ROUNDS = 3;

/** Each round repeats an operation for about so long. Milliseconds. */
const BATCH = 20;

/** As long as the TBSCertificate of a server with an ML-DSA-65 key. Octets. */
const message = Buffer.alloc(2200, 0x55);

interface Operation {
  readonly run: () => Promise<void>;
  readonly repeat: number;
  readonly rounds: number;
  /** Milliseconds of one run, one entry a round. */
  readonly times: number[];
}

interface Measured {
  readonly name: string;
  readonly sign: Operation;
  readonly verify: Operation;
}

/** Times of signing and verifying with keys in memory, as rows of the table in docs/hybrid.md. */
export async function measureSchemes(): Promise<string> {
  const measured: Measured[] = [];
  for (const scheme of SCHEMES) measured.push(await prepared(scheme));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { sign, verify } of measured) {
      for (const operation of [sign, verify]) {
        if (round < operation.rounds) operation.times.push(await once(operation));
      }
    }
  }
  const reference = measured.find(({ name }) => name === REFERENCE.name);
  if (!reference) throw new Error('the reference was not measured');
  const rows = measured.map(({ name, sign, verify }) => [
    name,
    ...columns(sign, reference.sign),
    ...columns(verify, reference.verify),
  ]);
  const head = ['scheme', 'sign, ms', 'ratio', 'verify, ms', 'ratio'];
  const rule = ['---', ...head.slice(1).map(() => '---:')];
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Both keys of Catalyst sign, and both signatures are verified. */
async function prepared({ name, signing, alternative }: Scheme): Promise<Measured> {
  const signers = [await newSigner(signing)];
  if (alternative !== undefined) signers.push(await newSigner(alternative));
  const signatures = await Promise.all(signers.map((signer) => signer.sign(message)));
  const sign = async () => {
    for (const signer of signers) await signer.sign(message);
  };
  const verify = async () => {
    for (const [index, { publicKey: spki, algorithm }] of signers.entries()) {
      const { identifier } = algorithm;
      const signature = signatures[index] ?? new Uint8Array(0);
      const problem = await verifySignature({ spki, identifier, message, signature });
      if (problem !== undefined) throw new Error(`${name}: ${problem}`);
    }
  };
  return { name, sign: await operation(sign), verify: await operation(verify) };
}

async function newSigner(name: string): Promise<Signer> {
  const algorithm = algorithmNamed(name);
  return softwareSigner(await importPkcs8(await generatePkcs8(algorithm), name, algorithm));
}

/** Warms up, and finds out how often to repeat. */
async function operation(run: () => Promise<void>): Promise<Operation> {
  const single = { run, repeat: 1, rounds: 1, times: [] };
  await once(single);
  const took = await once(single);
  const repeat = Math.max(1, Math.ceil(BATCH / took));
  return { run, repeat, rounds: took > SLOW ? SLOW_ROUNDS : ROUNDS, times: [] };
}

async function once({ run, repeat }: Operation): Promise<number> {
  const start = performance.now();
  for (let count = 0; count < repeat; count++) await run();
  return (performance.now() - start) / repeat;
}

function columns({ times }: Operation, reference: Operation): readonly string[] {
  const [time, one] = [median(times), median(reference.times)];
  return [time.toPrecision(2), (time / one).toPrecision(2)].map((text) => String(Number(text)));
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
