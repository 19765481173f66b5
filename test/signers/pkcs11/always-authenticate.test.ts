import { beforeAll, expect, it } from 'vitest';
import { openPkcs11Signer } from '../../../src/signers/pkcs11/pkcs11-signer.ts';
import { describeOnSoftHsm, tokenAccess } from '../on-softhsm.ts';
import { verdict } from '../signer-contract.ts';

describeOnSoftHsm('a key that wants a login for each signature', (hsm) => {
  beforeAll(() => {
    hsm.token('careful');
    hsm.pkcs11Tool(
      'careful',
      ...['--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'ca', '--always-auth'],
    );
  });

  it('gets one, by the PIN of the token', async () => {
    const lines: string[] = [];
    const ref = { kind: 'pkcs11', modulePath: hsm.module, token: 'careful', object: 'ca' } as const;
    const trace = (line: string) => void lines.push(line);
    await using signer = await openPkcs11Signer(ref, { ...tokenAccess(), trace });
    for (const text of ['one', 'two']) {
      const message = Buffer.from(text);
      expect(await verdict(signer, message, await signer.sign(message))).toBeUndefined();
    }
    const logins = lines.filter((line) => line.includes('C_Login'));
    expect(logins.map((line) => /, (0x\d), \*\*\*\) = (\w+)/.exec(line)?.slice(1))).toEqual([
      ['0x1', 'CKR_OK'],
      ['0x2', 'CKR_OK'],
      ['0x2', 'CKR_OK'],
    ]);
  });
});
