import { describe, expect, it } from 'vitest';
import { type Observation, problemsOf } from './judge.ts';

const ISSUED: Observation = {
  ...{ status: 0, stdout: 'issued', stderr: '', duration: 200 },
  log: ['C_Login 0x0', 'C_SignInit 0x30 withheld', 'C_Sign 0x0'],
  label: 'ca-key',
  pathsBefore: ['ca'],
  paths: ['a.crt', 'ca'],
  ...{ objectsMade: 0, issued: 1, unfinished: 0, verifies: true },
};

const REFUSED: Observation = {
  ...ISSUED,
  status: 4,
  stdout: '',
  stderr: 'pki: error: PKCS#11 error: CKR_DEVICE_ERROR while signing in the token\n',
  ...{ paths: ['ca'], issued: 0, verifies: false, log: ['C_Login 0x0', 'C_Sign 0x30 withheld'] },
};

describe('the judge of the fault matrix', () => {
  it('accepts one certificate, and a clear error', () => {
    expect(problemsOf(ISSUED, 'issue')).toEqual([]);
    expect(problemsOf(REFUSED, 'issue')).toEqual([]);
  });

  it.each<[string, Partial<Observation>]>([
    ['nothing happened to it', { log: ['C_Sign 0x0'] }],
    ['2 certificates are recorded as issued', { issued: 2 }],
    ['a certificate is recorded as begun', { unfinished: 1 }],
    ['does not verify', { verifies: false }],
    ['2 objects were made in the token', { objectsMade: 2 }],
    ['2 signatures were given out', { log: ['C_Sign 0x0', 'C_Sign 0x0'] }],
    ['C_Login was called after it had failed', { log: ['C_Login 0xa0', 'C_Login 0x0'] }],
  ])('sees in a certificate that %s', (problem, seen) => {
    expect(problemsOf({ ...ISSUED, ...seen }, 'issue').join('; ')).toContain(problem);
  });

  it.each<[string, Partial<Observation>]>([
    ['exit status 70', { status: 70 }],
    ['0 errors were printed', { stderr: '' }],
    ['the error does not say what failed', { stderr: 'pki: error: something failed\n' }],
    ['a result was printed', { stdout: 'issued' }],
    ['1 certificates are recorded as issued', { issued: 1 }],
    ['files are left: a.crt, ca', { paths: ['a.crt', 'ca'] }],
    ['2 objects are left in the token, unsaid', { objectsMade: 2 }],
    ['it took 21000 ms', { duration: 21_000 }],
  ])('sees in an error that %s', (problem, seen) => {
    expect(problemsOf({ ...REFUSED, ...seen }, 'issue').join('; ')).toContain(problem);
  });

  it('accepts what is left in the token if the error says what to delete', () => {
    const stderr = `${REFUSED.stderr}pki: hint: delete the key "ca-key" (ID 01) in the token "CA Token" by hand\n`;
    expect(problemsOf({ ...REFUSED, stderr, objectsMade: 2 }, 'init-ca-generate')).toEqual([]);
  });
});
