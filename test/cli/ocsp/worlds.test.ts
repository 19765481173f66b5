import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem } from '../../../src/der/pem.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tool, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { delegated, ocspCa, succeed } from './ca.ts';

const judge = tool('bc-judge');
const installed = judge ? '' : ': it is not installed: run scripts/install-tools --judges';
const cwd = temporaryDirectory();
const pki = world({ cwd });
const path = (name: string) => join(cwd, name);

/** A CA of each kind, and the algorithm that Bouncy Castle finds in its key and in its delegate's. */
const CAS: Readonly<Record<string, { options: readonly string[]; keys: readonly string[] }>> = {
  ecdsa: { options: ['--algorithm', 'ecdsa-p384'], keys: ['EC', 'EC'] },
  'ml-dsa': { options: ['--algorithm', 'ml-dsa-65'], keys: ['ML-DSA-65', 'ML-DSA-65'] },
  catalyst: { options: ['--hybrid', 'catalyst'], keys: ['EC', 'EC'] },
  composite: {
    options: ['--algorithm', 'MLDSA65-ECDSA-P384-SHA512'],
    keys: ['MLDSA65-ECDSA-P384-SHA512', 'MLDSA65-ECDSA-P384-SHA512'],
  },
};

const verdicts = (...pairs: readonly string[]) => {
  const { status, output } = tryTool(judge ?? '', 'ocsp', ...pairs.map(path));
  const lines = output.trimEnd().split('\n');
  return { status, verdicts: lines.map((line) => ({ ...JSON.parse(line), file: '' })) };
};

describe.skipIf(!judge)(`Bouncy Castle${installed}`, () => {
  beforeAll(async () => {
    for (const [dir, { options }] of Object.entries(CAS)) {
      await ocspCa(pki, cwd, dir, ...options);
      for (const [by, responder] of [
        ['ca', []],
        ['delegate', delegated(dir)],
      ] as const) {
        for (const name of ['good', 'bad']) {
          const about = ['--cert', `${dir}-${name}.crt`, '--issuer', `${dir}/ca.crt`, '--nonce'];
          await succeed(pki, 'ocsp', 'request', ...about, '--out', 'request.der', '--force');
          const files = ['--request', 'request.der', '--out', `${dir}-${by}-${name}.ocsp`];
          await succeed(pki, 'ocsp', 'respond', '--ca-dir', dir, ...files, ...responder);
        }
      }
    }
  }, 60_000);

  it.each(Object.entries(CAS))('verifies responses of %s and of its delegate', (dir, { keys }) => {
    const files = ['ca-good', 'ca-bad', 'delegate-good', 'delegate-bad'];
    const pairs = files.flatMap((name) => [`${dir}-${name}.ocsp`, `${dir}/ca.crt`]);
    const [own, theirs] = keys;
    const signed = { file: '', signature: true };
    expect(verdicts(...pairs)).toEqual({
      status: 0,
      verdicts: [
        { ...signed, by: 'ca', key: own, statuses: ['good'] },
        { ...signed, by: 'ca', key: own, statuses: ['revoked'] },
        { ...signed, by: 'delegate', key: theirs, statuses: ['good'] },
        { ...signed, by: 'delegate', key: theirs, statuses: ['revoked'] },
      ],
    });
  });

  it.each(Object.keys(CAS))('has our verdict on certificates of %s, by responses', async (dir) => {
    const files: string[] = [];
    const ours: boolean[] = [];
    for (const by of ['ca', 'delegate']) {
      for (const [name, about] of [
        ['good', 'good'],
        ['bad', 'bad'],
        ['good', 'bad'],
      ] as const) {
        const response = `${dir}-${by}-${about}.ocsp`;
        const argv = [`${dir}-${name}.crt`, '--trust', `${dir}/ca.crt`, '--ocsp', response];
        ours.push((await pki('verify', ...argv)).status === 0);
        const chain = path(`${dir}-${by}-${name}-${about}.pem`);
        const certificate = readFileSync(path(`${dir}-${name}.crt`), 'utf8');
        writeFileSync(chain, certificate + pem('OCSP RESPONSE', readFileSync(path(response))));
        files.push(chain, path(`${dir}/ca.crt`), new Date().toISOString());
      }
    }
    const { output } = tryTool(judge ?? '', 'path', ...files);
    const theirs = output.trimEnd().split('\n');
    expect(theirs.map((line) => JSON.parse(line).path)).toEqual(ours);
    expect(ours).toEqual([true, false, false, true, false, false]);
  });

  it('refuses one that was changed, and one of another CA', () => {
    const octets = readFileSync(path('composite-ca-good.ocsp'));
    octets[octets.length - 1] = (octets.at(-1) ?? 0) ^ 1;
    writeFileSync(path('changed.ocsp'), octets);
    const pairs = ['changed.ocsp', 'composite/ca.crt', 'ecdsa-delegate-good.ocsp', 'ml-dsa/ca.crt'];
    expect(verdicts(...pairs)).toMatchObject({
      status: 1,
      verdicts: [{ signature: false }, { signature: false }],
    });
  });
});
