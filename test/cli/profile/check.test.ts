import { describe, expect, it } from 'vitest';
import { mistakes, pki, refused, write } from './mistakes.ts';

describe('mistakes in a profile are named with their lines:', () => {
  it('what a CA without keyCertSign lacks, in a line that is not there', async () => {
    expect(await mistakes('ca: true')).toEqual([
      '1: "key-usage": needs keyCertSign for a CA (RFC 5280 §4.2.1.3)',
    ]);
  });

  it('noRevAvail and an empty constraint in a CA', async () => {
    write('bad', 'extends: issuing-ca', 'no-rev-avail: true', 'name-constraints: {permitted: {}}');
    expect((await refused(pki, 'profile', 'check', 'bad.yaml')).stderr).toEqual([
      'pki: error: bad.yaml:2: "no-rev-avail": must not be in the certificate of a CA (RFC 9608 §2)',
      'pki: hint: bad.yaml:3: "name-constraints": permits and excludes nothing (RFC 5280 §4.2.1.10)',
    ]);
  });

  it('what has to be there where nothing is built on', async () => {
    write('bad', 'summary: nothing');
    expect((await refused(pki, 'profile', 'check', 'bad.yaml')).stderr).toEqual([
      'pki: error: bad.yaml:1: "validity": is missing',
      'pki: hint: bad.yaml:1: "key-usage": is missing',
    ]);
  });

  it('all of them, in the order of their lines', async () => {
    expect(await mistakes('must-staple: 1', 'ca: maybe', 'x: 1')).toEqual([
      '2: "must-staple": invalid input: expected boolean, received number',
      '3: "ca": invalid input: expected boolean, received string',
      expect.stringMatching(/^4: "x": unknown key; use: /),
    ]);
  });

  it('YAML that is none, or no map', async () => {
    expect(await mistakes('summary: "x')).toEqual([
      expect.stringMatching(/^\d: Missing closing "quote/),
    ]);
    write('bad', '- a');
    const { stderr } = await refused(pki, 'profile', 'check', 'bad.yaml');
    expect(stderr).toEqual(['pki: error: bad.yaml:1: it has to be a map of keys and values']);
  });

  it('aliases that multiply', async () => {
    const lines = [...'abcdefgh'].map((name, index, all) =>
      index === 0
        ? `${name}: &a [x, x, x, x, x, x, x, x, x]`
        : `${name}: &${name} [${`*${all[index - 1]},`.repeat(9)}]`,
    );
    write('bad', ...lines);
    const { stderr } = await refused(pki, 'profile', 'check', 'bad.yaml');
    expect(stderr).toEqual([
      'pki: error: bad.yaml:1: Excessive alias count indicates a resource exhaustion attack',
    ]);
  });
});

describe('a profile that nests without end', () => {
  it.each([
    ['lists', '['.repeat(5_000)],
    ['maps', '{ a: '.repeat(20_000)],
    ['keys', '? '.repeat(5_000)],
  ])('is refused: %s', async (_, text) => {
    write('bad', text);
    const { stderr } = await refused(pki, 'profile', 'check', 'bad.yaml');
    expect(stderr).toEqual(['pki: error: bad.yaml:1: it nests too deeply']);
  });
});

describe('what a profile is built on', () => {
  it('has to be there', async () => {
    write('bad', '', 'extends: tls');
    expect((await refused(pki, 'profile', 'check', 'bad.yaml')).stderr).toEqual([
      'pki: error: bad.yaml:2: "extends": unknown profile "tls"; use one of: root-ca, issuing-ca, cross-ca, tls-server, tls-client, code-signing, email, ocsp-signing, timestamping, bad',
    ]);
  });

  it('is not itself', async () => {
    write('a', 'extends: b');
    write('b', 'extends: c');
    write('c', 'extends: a');
    expect((await refused(pki, 'profile', 'check', 'a.yaml')).stderr).toEqual([
      'pki: error: c.yaml:1: "extends": "a" is built on "c" itself',
    ]);
    write('own', 'extends: own');
    expect((await refused(pki, 'profile', 'check', 'own.yaml')).stderr[0]).toMatch(
      /^pki: error: own.yaml:1: "extends": unknown profile "own"; use one of: /,
    );
  });

  it('is the built-in profile for a file of the same name', async () => {
    write('tls-server', 'extends: tls-server', 'validity: {days: 10}');
    const { stdout, status } = await pki('profile', 'check', 'tls-server.yaml', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      file: 'tls-server.yaml',
      name: 'tls-server',
      valid: true,
      extensions: ['2.5.29.19', '2.5.29.15', '2.5.29.15', '2.5.29.15', '2.5.29.37'],
    });
  });
});

describe('profile check', () => {
  it('refuses a file that is not there, or not called like a profile', async () => {
    expect(await refused(pki, 'profile', 'check', 'lost.yaml')).toEqual({
      status: 2,
      stderr: ['pki: error: cannot read lost.yaml: no such file or directory'],
    });
    expect(await refused(pki, 'profile', 'check', 'Web.yml')).toEqual({
      status: 2,
      stderr: [
        'pki: error: Web.yml is not called like a profile',
        'pki: hint: a profile is in NAME.yaml, with small letters, digits and hyphens in NAME',
      ],
    });
  });
});
