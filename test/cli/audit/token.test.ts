import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noSoftHsm, PIN, softHsm } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

interface Entry {
  readonly event: string;
  readonly facts: {
    readonly keys?: readonly { readonly algorithm: string; readonly places: readonly string[] }[];
  };
}

describe.skipIf(noSoftHsm())('the audit trail of a CA with a key in a token', () => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd });
  const hsm = noSoftHsm() ? undefined : softHsm();
  const pinFile = join(cwd, 'ca.pin');

  it.each([
    ['catalyst', ['ecdsa-p384', 'ml-dsa-65'], [['token'], ['file:keys/ml-dsa.key']]],
    ['composite', ['MLDSA65-ECDSA-P384-SHA512'], [['file:keys/ml-dsa.key', 'token']]],
  ])('names the token and the file, and no PIN: %s', async (hybrid, algorithms, where) => {
    hsm?.token(hybrid);
    writeFileSync(pinFile, PIN);
    const key = `pkcs11:token=${hybrid};object=ca?module-path=${hsm?.module}&pin-source=file:${pinFile}`;
    const options = ['--pkcs11-generate-key', '--no-passphrase', '--hybrid', hybrid];
    const made = await pki('init-ca', '--name', 'Root', '--dir', hybrid, '--key', key, ...options);
    expect(made.status, made.stderr).toBe(0);
    const { stdout } = await pki('audit', 'show', '--ca-dir', hybrid, '--json');
    const entries = JSON.parse(stdout) as readonly Entry[];
    expect(entries.map(({ event }) => event)).toEqual(['intent', 'issued']);
    for (const { facts } of entries) {
      expect(facts.keys?.map(({ algorithm }) => algorithm)).toEqual(algorithms);
      const places = facts.keys?.map((used) => used.places.map(placeOf(hybrid)));
      expect(places).toEqual(where);
    }
    expect(stdout).not.toContain(PIN);
    expect(stdout).not.toContain(pinFile);
  });

  /** `token` for a URI with the serial number of that one. */
  const placeOf = (label: string) => (place: string) =>
    new RegExp(`^pkcs11:token=${label};serial=[0-9a-f]+;object=ca;id=`).test(place)
      ? 'token'
      : place;
});
