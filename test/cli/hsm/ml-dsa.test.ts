import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BOUNCY_CASTLE, type Judge, OPENSSL_3_5 } from '../../interop/judges.ts';
import { describeOnNss } from '../../signers/on-nss.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

/** One kind of CA whose keys are all in a token, and who can judge what it signs. */
interface Row {
  readonly name: string;
  readonly options: readonly string[];
  readonly judges: readonly Judge[];
  readonly verdict?: object;
}

const ALTERNATIVE = [
  '--ml-dsa-key',
  'pkcs11:token=nss;object=alternative',
  '--ml-dsa-generate-key',
];
const HALF = ['--ml-dsa-key', 'pkcs11:token=nss;object=half', '--ml-dsa-generate-key'];

const ROWS: readonly Row[] = [
  ...['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'].map((name) => ({
    name,
    options: ['--algorithm', name],
    judges: [OPENSSL_3_5, BOUNCY_CASTLE],
  })),
  {
    name: 'catalyst',
    options: ['--hybrid', 'catalyst', ...ALTERNATIVE],
    judges: [BOUNCY_CASTLE],
    verdict: { signature: true, alternative: 'true' },
  },
  {
    name: 'composite',
    options: ['--hybrid', 'composite', ...HALF],
    judges: [BOUNCY_CASTLE],
    verdict: { signature: true },
  },
];

describeOnNss('a CA with ML-DSA inside a token', (nss) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: nss.pin } });
  const token = [
    ...['--pkcs11-lib', nss.module, '--pkcs11-init-reserved', nss.initReserved],
    ...['--pkcs11-token', nss.label],
  ];
  const init = (name: string, ...options: readonly string[]) =>
    pki('init-ca', '--name', name, '--dir', name, ...token, ...options);

  describe.each(ROWS)('$name', ({ name, options, judges, verdict }) => {
    const leaf = join(cwd, `${name}.crt`);

    beforeAll(async () => {
      const made = ['--pkcs11-generate-key', '--pkcs11-key-label', `${name}-key`];
      expect(await init(name, ...options, ...made)).toMatchObject({ status: 0, stderr: '' });
      const issue = ['issue', '--ca-dir', name, '--cn', 'a.example', '--out', leaf];
      expect(await pki(...issue, '--key-out', `${name}.key`)).toMatchObject({
        status: 0,
        stderr: '',
      });
    });

    for (const judge of judges) {
      it.skipIf(judge.missing)(`is accepted by ${judge.missing ?? judge.name}`, () => {
        const ca = join(cwd, name, 'ca.crt');
        for (const certificate of [leaf, ca]) {
          const { accepted, output } = judge.judge(certificate, ca);
          expect(output).not.toBe('');
          expect(accepted).toBe(true);
          if (verdict) expect(JSON.parse(output)).toMatchObject(verdict);
        }
      });
    }
  });

  it('cannot be made with a composite half that exists', async () => {
    const existing = ['--ml-dsa-key', 'pkcs11:token=nss;object=half'];
    const made = ['--pkcs11-generate-key', '--pkcs11-key-label', 'reuse'];
    expect(await init('reuse', '--hybrid', 'composite', ...existing, ...made)).toMatchObject({
      status: 3,
      stderr:
        'pki: error: a composite key must not reuse a key that exists\n' +
        'pki: hint: add --ml-dsa-generate-key: both halves are made for the composite and used for nothing else (draft-ietf-lamps-pq-composite-sigs-19 §10.3)\n',
    });
  });

  it('is a Catalyst CA with an ML-DSA key that was there already', async () => {
    const existing = ['--ml-dsa-key', 'pkcs11:token=nss;object=ml-dsa-65-key'];
    const classical = ['--pkcs11-generate-key', '--pkcs11-key-label', 'beside'];
    const made = await init('beside', '--hybrid', 'catalyst', ...existing, ...classical);
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(made.stdout).toContain('ml-dsa-65 in pkcs11:token=nss;');
  });
});
