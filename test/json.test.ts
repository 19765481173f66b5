import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OUTLINE } from '../scripts/cli-reference.ts';
import { isList, type Shape } from '../scripts/json/shape.ts';
import { JSON_SHAPES } from '../scripts/json/shapes.ts';
import { callable } from '../src/cli/outline.ts';
import { interrupt } from './cli/store/interrupted.ts';
import { noSoftHsm, PIN, softHsm } from './support/softhsm.ts';
import { temporaryDirectory } from './support/temporary.ts';
import { PASSPHRASE, world } from './support/world.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Where a value is not of a shape; a field that the shape does not know counts. */
function misfits(shape: Shape, value: unknown, path = '$'): readonly string[] {
  if (shape === 'any') return [];
  if (shape === 'null') return value === null ? [] : [`${path} is not null`];
  if (shape === 'time') return TIME.test(String(value)) ? [] : [`${path} is no time`];
  if (typeof shape === 'string') return typeof value === shape ? [] : [`${path} is no ${shape}`];
  if (isList(shape)) {
    const [first, other] = shape;
    if (other) {
      const found = [misfits(first, value, path), misfits(other, value, path)];
      return found.some(({ length }) => length === 0) ? [] : found.flat();
    }
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((item, index) => misfits(first, item, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`${path} is no object`];
  }
  const names = Object.keys(shape).map((field) => field.replace('?', ''));
  const unknown = Object.keys(value).filter((field) => !names.includes(field));
  const fields = Object.entries(shape).flatMap(([field, kind]) => {
    const name = field.replace('?', '');
    const inside = (value as Readonly<Record<string, unknown>>)[name];
    if (inside === undefined) return name === field ? [`${path}.${name} is missing`] : [];
    return misfits(kind, inside, `${path}.${name}`);
  });
  return [...unknown.map((field) => `${path}.${field} is unknown`), ...fields];
}

/** A session: the shape, and what is run. Each command finds what those before it have made. */
const SESSION: readonly (readonly [name: string, line: string])[] = [
  ['--version', '--version'],
  ['init-ca', 'init-ca --name Root --dir ca --hybrid catalyst --ml-dsa ml-dsa-44 --policy none'],
  ['init-ca', 'init-ca --name Sub --dir sub --parent ca'],
  ['init-ca', 'init-ca --name Old --dir old'],
  ['init-ca', 'init-ca --name Plain --dir plain'],
  ['init-ca --csr', 'init-ca --name Other --dir other --csr other.csr'],
  ['issue', 'issue --ca-dir ca --cn a.example --out a.crt --key-out a.key'],
  ['issue', 'issue --ca-dir sub --cn a.example --p12-out a.p12 --full-chain'],
  ['issue --dry-run', 'issue --ca-dir ca --cn a.example --key-out b.key --dry-run'],
  ['profile list', 'profile list --ca-dir ca'],
  ['profile show', 'profile show tls-server'],
  ['profile new', 'profile new web --ca-dir ca'],
  ['profile check', 'profile check ca/profiles/web.yaml'],
  ['profile export', 'profile export email'],
  ['csr create', 'csr create --key a.key --cn a.example --dns b.example --out a.csr'],
  ['csr create', 'csr create --key a.key --cn a.example'],
  ['csr show', 'csr show a.csr'],
  ['csr verify', 'csr verify a.csr'],
  ['renew', 'renew a.crt --ca-dir ca --out a2.crt'],
  ['renew --within', 'renew a2.crt --ca-dir ca --within 1'],
  ['cross-sign', 'cross-sign old/ca.crt --ca-dir plain --out cross.crt'],
  ['rekey-ca', 'rekey-ca --ca-dir old --dir new --algorithm ecdsa-p256'],
  ['rekey-ca', 'rekey-ca --ca-dir old --days 9000'],
  ['revoke', 'revoke --ca-dir ca a.crt --reason keyCompromise --invalidity-date 2026-01-01'],
  ['crl', 'crl --ca-dir ca --out ca.crl'],
  ['crl', 'crl --ca-dir ca --delta'],
  ['crl --check', 'crl --ca-dir ca --check'],
  ['issue', 'issue --ca-dir plain --profile sharded --cn s.example --key-out s.key --out s.crt'],
  ['crl --shard', 'crl --ca-dir plain --shard all'],
  ['crl --check --shard', 'crl --ca-dir plain --shard all --check'],
  ['ocsp request', 'ocsp request --issuer ca/ca.crt --cert a.crt --nonce --out request.der'],
  ['ocsp respond', 'ocsp respond --ca-dir ca --request request.der --out response.der'],
  ['ocsp show', 'ocsp show request.der'],
  ['ocsp show response.der', 'ocsp show response.der'],
  ['ocsp verify', 'ocsp verify response.der --issuer ca/ca.crt --cert a.crt'],
  ['ocsp sign', 'ocsp sign --ca-dir ca --out responses'],
  ['audit verify', 'audit verify --ca-dir ca --against ca.crl'],
  ['audit show', 'audit show --ca-dir ca'],
  ['audit export', 'audit export --ca-dir ca'],
  ['audit head', 'audit head --ca-dir ca'],
  ['list', 'list --ca-dir ca'],
  ['show', 'show a.crt'],
  ['show ca.crl', 'show ca.crl'],
  ['tree', 'tree'],
  ['report', 'report --html report.html --ca-dir ca'],
  ['show', 'show --ca-dir ca ca/ca.crt'],
  ['verify', 'verify a.crt --trust ca/ca.crt'],
  ['verify', 'verify a.crt --trust ca/ca.crt --at 2100-01-01'],
  ['lint', 'lint a.crt --as tls-server'],
  ['verify', 'verify a.crt --trust ca/ca.crt --crl ca.crl --ocsp response.der --dns a.example'],
  ['key generate', 'key generate --algorithm ml-dsa-44 --out k.key --public-out k.pub'],
  ['key show', 'key show k.key'],
  ['key public', 'key public k.key'],
  ['key convert', 'key convert k.key --out k2.key'],
  ['algorithms', 'algorithms'],
  ['store check', 'store check --ca-dir ca'],
  ['store settle --leftovers', 'store settle --ca-dir ca --leftovers'],
  ['store backup', 'store backup --ca-dir ca kept'],
  ['store restore', 'store restore kept --dir restored --crl ca.crl'],
  ['store migrate', 'store migrate --ca-dir ca --backup before'],
  ['doctor', 'doctor --ca-dir ca'],
  ['completion', 'completion bash'],
];

const AT = '--pkcs11-lib MODULE --pkcs11-token CA';

const TOKEN_SESSION: typeof SESSION = [
  ['hsm list', 'hsm list --pkcs11-lib MODULE'],
  ['hsm generate', `hsm generate ${AT} --pkcs11-key-label k --exportable`],
  ['hsm info', `hsm info ${AT}`],
  ['hsm mechanisms', `hsm mechanisms ${AT}`],
  ['hsm keys', `hsm keys ${AT}`],
  ['hsm test', `hsm test ${AT} --pkcs11-key-label k`],
  ['hsm doctor', `hsm doctor ${AT}`],
  ['hsm health', `hsm health ${AT} --pkcs11-key-label k`],
  ['hsm health', `hsm health ${AT}`],
  ['hsm health', `hsm health ${AT} --pkcs11-key-label nobody`],
  ['hsm backup', `hsm backup ${AT} --pkcs11-key-label k --out k.backup`],
  ['hsm backup', `hsm backup ${AT} --pkcs11-key-label k --public-only --out public.backup`],
  ['hsm delete', `hsm delete ${AT} --pkcs11-key-label k --yes`],
  ['hsm restore', `hsm restore k.backup ${AT}`],
];

const SHARDED = 'extends: tls-server\ncrl: ["http://crl.example/{crl-shard}.crl"]\ncrl-shards: 2\n';

const cwd = temporaryDirectory();

function writeProfile(directory: string, name: string, text: string): void {
  mkdirSync(join(cwd, directory), { recursive: true });
  writeFileSync(join(cwd, directory, `${name}.yaml`), text);
}

const env = {
  PKI_PASSPHRASE: PASSPHRASE,
  PKI_PARENT_PASSPHRASE: PASSPHRASE,
  PKI_OLD_PASSPHRASE: PASSPHRASE,
  PKI_NEW_PASSPHRASE: PASSPHRASE,
  PKI_P12_PASSPHRASE: PASSPHRASE,
  PKI_BACKUP_PASSPHRASE: PASSPHRASE,
  PKCS11_PIN: PIN,
};

async function fits(name: string, argv: readonly string[], interrupted?: AbortSignal) {
  const pki = world({ cwd, env, ...(interrupted && { interrupted }) });
  const { stdout, stderr } = await pki(...argv, '--json');
  expect({ stdout, stderr }).not.toEqual({ stdout: '', stderr });
  expect(misfits(JSON_SHAPES[name] ?? 'null', JSON.parse(stdout))).toEqual([]);
}

describe('the JSON that is printed has the shape in docs/json.md:', () => {
  it.each(SESSION)('%s: %s', (name, line) => {
    if (line.includes('sharded')) writeProfile('plain/profiles', 'sharded', SHARDED);
    return fits(name, line.split(' '));
  });

  it('store settle', async () => {
    const serial = interrupt(join(cwd, 'ca/ca.db'));
    await fits('store settle', ['store', 'settle', serial, '--ca-dir', 'ca', '--lost']);
  });

  it('ocsp serve', () =>
    fits(
      'ocsp serve',
      ['ocsp', 'serve', '--ca-dir', 'ca', '--port', '0'],
      AbortSignal.timeout(1500),
    ));
});

describe.skipIf(noSoftHsm())('the JSON of tokens has the shape in docs/json.md:', () => {
  const hsm = noSoftHsm() ? undefined : softHsm();
  it('a token is there', () => hsm?.token('CA'));

  it.each(TOKEN_SESSION)('%s: %s', (name, line) =>
    fits(name, line.replace('MODULE', hsm?.module ?? '').split(' ')),
  );
});

describe('docs/json.md', () => {
  it('has every command, and these tests run what it has', async () => {
    const commands = callable(await OUTLINE).map(({ words }) => words.join(' '));
    const bare = (name: string) => name.replace(/ (--.*|[a-z.]+\.(der|crl))$/, '');
    expect([...new Set(Object.keys(JSON_SHAPES).map(bare))].toSorted()).toEqual(
      [...commands, '--version'].toSorted(),
    );
    const run = [...SESSION, ...TOKEN_SESSION].map(([name]) => name);
    expect([...new Set([...run, 'ocsp serve', 'store settle'])].toSorted()).toEqual(
      Object.keys(JSON_SHAPES).toSorted(),
    );
  });

  it('is held against by a comparison that can fail', () => {
    expect(misfits({ a: 'string', 'b?': ['time'] }, { a: 1, b: ['x'], c: true })).toEqual([
      '$.c is unknown',
      '$.a is no string',
      '$.b[0] is no time',
    ]);
    expect(misfits([{ a: ['string', 'null'] }], [{}])).toEqual(['$[0].a is missing']);
  });
});
