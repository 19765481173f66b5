import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/path/validate-path.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { vectors } from '../support/tools.ts';

const path = vectors('hackathon-r5');
const absent = path ? '' : ' (test vectors are not here: set PKI_TEST_VECTORS)';

const trustAnchors = (path ? ['bc', 'openssl-composite'] : []).flatMap((provider) =>
  readdirSync(join(path ?? '', provider))
    .filter((file) => file.endsWith('_ta.der'))
    .map((file) => join(provider, file)),
);

/** A trust anchor that has to hold under itself, as the file says that it is one. */
function verdict(file: string) {
  const certificate = parseCertificate(Uint8Array.from(readFileSync(join(path ?? '', file))));
  return validatePath({
    certificate,
    intermediates: [],
    trust: [certificate],
    at: new Date('2026-10-01T00:00:00Z'),
    requireAlternative: file.includes('catalyst'),
  });
}

const PREHASHED = /-with-(sha|shake)\d+-/;
const of = (pattern: RegExp) => trustAnchors.filter((file) => pattern.test(file));
const sound = trustAnchors.filter((file) => !PREHASHED.test(file));

describe.skipIf(!path)(`trust anchors of the IETF hackathon${absent}`, () => {
  it.each(sound)('%s holds under itself', async (file) => {
    const { problems, signatures } = await verdict(file);
    expect(problems).toEqual([]);
    const isPair = /1\.5\.5\.7\.6\.|\/catalyst/.test(file);
    expect(signatures.length).toBe(isPair ? 2 : 1);
  });

  it.each(of(/ml-dsa.*-with-sha512/))('%s is HashML-DSA, and named so', async (file) => {
    const [, oid = ''] = /sha512-([\d.]+)_ta/.exec(file) ?? [];
    expect((await verdict(file)).problems).toEqual([
      expect.stringContaining(
        `: its signature algorithm ${oid} is HashML-DSA, which is not allowed in certificates (RFC 9881 §8.3) (signature, `,
      ),
    ]);
  });

  it.each(of(/slh-dsa.*-with-/))('%s is HashSLH-DSA, and named so', async (file) => {
    const [, oid = ''] = /-([\d.]+)_ta/.exec(file) ?? [];
    expect((await verdict(file)).problems).toEqual([
      expect.stringContaining(
        `: its signature algorithm ${oid} is HashSLH-DSA, which is not supported`,
      ),
    ]);
  });

  it('are there of each kind, so that none of these tests is empty', () => {
    const kinds = [
      /\/ml-dsa-\d\d-2\./,
      /7\.6\.\d+_ta/,
      /catalyst/,
      /\/slh-dsa[a-z0-9-]*-2\./,
      PREHASHED,
    ];
    expect(kinds.map((kind) => of(kind).length)).toEqual([3, 36, 3, 24, 15]);
  });
});
