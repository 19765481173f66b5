import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { noNss, nssToken } from './nss.ts';
import { noP11Kit, p11KitServer } from './p11-kit.ts';
import { noSoftHsm, PIN, softHsm } from './softhsm.ts';
import { runTool, tool, tryTool } from './tools.ts';
import { noTpm, tpmToken } from './tpm.ts';

// What the other tokens are for is tested where it matters. Here: they run, and fail as told to.

const pkcs11Tool = tool('pkcs11-tool') ?? 'pkcs11-tool';

function describeToken(title: string, missing: string | undefined, tests: () => void): void {
  const reason = missing ?? noSoftHsm();
  if (reason) it.skip(`${title} (${reason})`);
  else describe(title, tests);
}

describeToken('NSS', noNss(), () => {
  const nss = nssToken('nss with a PIN');
  Object.assign(process.env, nss.environment);
  const p11 = ['--module', nss.module, '--token-label', nss.label];

  it('makes a key pair', () => {
    const login = [...p11, '--login', '--pin', nss.pin];
    runTool(pkcs11Tool, ...login, '--keypairgen', '--key-type', 'EC:secp384r1', '--label', 'ca');
    expect(runTool(pkcs11Tool, ...login, '--list-objects')).toContain('Private Key Object; EC');
  });

  it('refuses another PIN', () => {
    const { output } = tryTool(pkcs11Tool, ...p11, '--login', '--pin', '0000', '--list-objects');
    expect(output).toContain('CKR_PIN_INCORRECT');
  });

  it('has ML-DSA', () => {
    const mechanisms = runTool(pkcs11Tool, ...p11, '--list-mechanisms');
    expect(mechanisms).toMatch(/(mechtype-0x1D|ML-DSA),.* sign, verify/);
  });
});

describeToken('p11-kit', noP11Kit(), () => {
  const hsm = softHsm();
  const server = p11KitServer(hsm.module, 'far away');
  const p11 = ['--module', server.module, '--login', '--pin', PIN];

  it('makes a key pair in the token of the other process', () => {
    hsm.token('far away');
    runTool(pkcs11Tool, ...p11, '--keypairgen', '--key-type', 'EC:secp384r1', '--label', 'ca');
    expect(hsm.objects('far away')).toContain('Private Key Object; EC');
  });

  it('hangs while it is paused', () => {
    const list = [...p11, '--list-objects'];
    server.pause();
    const hung = { timeout: 300, killSignal: 'SIGKILL', stdio: 'ignore' } as const;
    expect(() => execFileSync(pkcs11Tool, list, hung)).toThrow('ETIMEDOUT');
    server.resume();
    expect(runTool(pkcs11Tool, ...list)).toContain('Private Key Object');
  });

  it('is gone when it was killed, until it is started again', async () => {
    await server.kill();
    expect(tryTool(pkcs11Tool, ...p11, '--list-objects').status).not.toBe(0);
    await server.start();
    expect(runTool(pkcs11Tool, ...p11, '--list-objects')).toContain('Private Key Object');
  });
});

describeToken('TPM', noTpm(), () => {
  const tpm = tpmToken();
  const p11 = (pin: string, ...args: readonly string[]) => {
    const login = ['--module', tpm.module, '--token-label', tpm.label, '--login', '--pin', pin];
    return tryTool(pkcs11Tool, ...login, ...args).output;
  };

  it('makes a key pair and keeps it when it is reset', async () => {
    p11(tpm.pin, '--keypairgen', '--key-type', 'EC:secp384r1', '--label', 'ca');
    await tpm.start();
    expect(p11(tpm.pin, '--list-objects')).toContain('Private Key Object; EC');
  });

  it('is locked after wrong PINs until it is reset', async () => {
    for (const pin of ['0000', '1111', '2222']) p11(pin, '--list-objects');
    expect(p11(tpm.pin, '--list-objects')).toContain('CKR_PIN_LOCKED');
    await tpm.start();
    expect(p11(tpm.pin, '--list-objects')).toContain('Private Key Object; EC');
  });
});
