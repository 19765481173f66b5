import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem, pemBlocks } from '../../src/der/pem.ts';
import { noSoftHsm, PIN, type SoftHsm, softHsm } from '../support/softhsm.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { type Outcome, PASSPHRASE, world } from '../support/world.ts';
import { BOTAN, BOUNCY_CASTLE, type Judge, OPENSSL_3_0, OPENSSL_3_5 } from './judges.ts';

const directory = temporaryDirectory();
const hsm: SoftHsm | undefined = noSoftHsm() ? undefined : softHsm();
const pki = world({
  cwd: directory,
  env: { PKI_PASSPHRASE: PASSPHRASE, PKCS11_PIN: PIN },
});

interface CaRow {
  readonly name: string;
  /** `HSM` stands for the module and the token. */
  readonly options: readonly string[];
  readonly judges: readonly Judge[];
}

const CLASSICAL = [OPENSSL_3_0, OPENSSL_3_5, BOUNCY_CASTLE, BOTAN];
/** Implementations that know ML-DSA. */
const POST_QUANTUM = [OPENSSL_3_5, BOUNCY_CASTLE, BOTAN];

const file = (algorithm: string, judges = CLASSICAL): CaRow => ({
  name: `file-${algorithm}`,
  options: ['--algorithm', algorithm],
  judges,
});

const token = (label: string, ...options: readonly string[]): CaRow => ({
  name: `token-${label}${options.includes('rsa-3072-pss') ? '-pss' : ''}`,
  options: ['HSM', '--pkcs11-key-label', label, ...options],
  judges: CLASSICAL,
});

const generated = (
  name: string,
  judges: readonly Judge[],
  ...options: readonly string[]
): CaRow => ({
  name,
  options: ['HSM', '--pkcs11-generate-key', '--pkcs11-key-label', name, ...options],
  judges,
});

/** CAs of every kind, and who has to accept what they issue. */
const CAS: readonly CaRow[] = [
  file('rsa-3072'),
  file('rsa-4096'),
  file('rsa-3072-pss'),
  file('ecdsa-p256'),
  file('ecdsa-p384'),
  file('ecdsa-p521'),
  file('ed25519'),
  file('ml-dsa-44', POST_QUANTUM),
  file('ml-dsa-65', POST_QUANTUM),
  file('ml-dsa-87', POST_QUANTUM),
  token('p256'),
  token('p384'),
  token('p521'),
  token('rsa'),
  token('rsa', '--algorithm', 'rsa-3072-pss'),
  token('ed25519'),
  { ...token('p384', '--hybrid', 'catalyst'), name: 'catalyst-token', judges: CLASSICAL },
  {
    name: 'catalyst-files',
    options: ['--hybrid', 'catalyst', '--ml-dsa', 'ml-dsa-87', '--algorithm', 'rsa-3072'],
    judges: CLASSICAL,
  },
  ...['MLDSA65-ECDSA-P256-SHA512', 'MLDSA65-ECDSA-P384-SHA512', 'MLDSA65-RSA3072-PSS-SHA512']
    .concat('MLDSA65-RSA3072-PKCS15-SHA512', 'MLDSA87-ECDSA-P384-SHA512')
    .map((name) => generated(name, [BOUNCY_CASTLE], '--algorithm', name)),
  {
    name: 'composite-files',
    options: ['--hybrid', 'composite', '--algorithm', 'ed25519', '--ml-dsa', 'ml-dsa-44'],
    judges: [BOUNCY_CASTLE],
  },
];

beforeAll(() => {
  if (!hsm) return;
  hsm.token('CA Token');
  const types = ['EC:prime256v1 p256', 'EC:secp384r1 p384', 'EC:secp521r1 p521'];
  for (const [index, row] of [...types, 'rsa:3072 rsa', 'EC:edwards25519 ed25519'].entries()) {
    const [type = '', label = ''] = row.split(' ');
    const id = label === 'p384' ? undefined : `0${index + 1}`; // one without an ID
    hsm.key('CA Token', type, label, id);
  }
});

const must = ({ status, stderr }: Outcome): void => {
  if (status !== 0) throw new Error(stderr);
};

/** Turns a bit of the signature over; the last octets are past all lengths and tags. */
function tamperedCopy(path: string): string {
  const der = Uint8Array.from(pemBlocks(readFileSync(path, 'latin1'))[0]?.der ?? []);
  der[der.length - 3] = (der.at(-3) ?? 0) ^ 1;
  writeFileSync(`${path}.tampered`, pem('CERTIFICATE', der));
  return `${path}.tampered`;
}

describe.each(CAS)('certificates of the CA $name', ({ name, options, judges }) => {
  const needsHsm = options.includes('HSM');
  const ca = join(directory, name, 'ca.crt');
  const leaf = join(directory, `${name}.crt`);

  it.skipIf(needsHsm && !hsm)(
    `are issued${needsHsm && !hsm ? `: ${noSoftHsm()}` : ''}`,
    async () => {
      const inToken = ['--pkcs11-lib', hsm?.module ?? '', '--pkcs11-token', 'CA Token'];
      const full = options.flatMap((option) => (option === 'HSM' ? inToken : [option]));
      must(await pki('init-ca', '--name', `Root ${name}`, '--dir', name, ...full));
      must(
        await pki(
          ...['issue', '--ca-dir', name, '--cn', 'server.example.com', '--ip', '2001:db8::1'],
          ...['--out', leaf, '--key-out', `${leaf}.key`],
        ),
      );
    },
  );

  for (const { name: judge, missing, judge: ask } of judges) {
    it.skipIf(missing || (needsHsm && !hsm))(
      `are accepted by ${judge}, but for a tampered copy${missing ? `: ${missing}` : ''}`,
      () => {
        expect(ask(ca, ca)).toMatchObject({ accepted: true });
        expect(ask(leaf, ca)).toMatchObject({ accepted: true });
        expect(ask(tamperedCopy(leaf), ca)).toMatchObject({ accepted: false });
      },
    );
  }
});
