import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret, secretFromFile } from '../../src/signers/secret.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

function file(name: string, contents: string): string {
  const path = join(directory, name);
  writeFileSync(path, contents);
  return path;
}

describe('a secret', () => {
  const secret = new Secret('hunter2');

  it('is told when it is asked for', () => {
    expect(secret.reveal()).toBe('hunter2');
  });

  it.each([
    ['String()', String(secret)],
    ['a template', `${secret}`],
    ['adding to a string', `PIN: ${secret}`.slice('PIN: '.length)],
    ['JSON', JSON.parse(JSON.stringify({ secret })).secret],
    ['util.inspect', inspect(secret)],
    ['util.inspect of hidden properties', inspect(secret, { showHidden: true, depth: 9 })],
    ['console.log', format('%s', secret)],
    ['console.log of an object', format('%o', secret)],
  ])('is not told by %s', (_, text) => {
    expect(text).toBe('[secret]');
  });

  it('is not told from inside of other values', () => {
    expect(inspect({ options: [{ pin: secret }] }, { depth: 9 })).toBe(
      '{ options: [ { pin: [secret] } ] }',
    );
    expect(inspect(new Error('failed', { cause: secret }))).not.toContain('hunter2');
    expect(Object.entries(secret)).toEqual([]);
  });
});

describe('a secret in a file', () => {
  it.each([
    ['is all of it', 'hunter2', 'hunter2'],
    ['has no line feed at its end', 'hunter2\n', 'hunter2'],
    ['has no carriage return and line feed at its end', 'hunter2\r\n', 'hunter2'],
    ['keeps blanks, and line feeds but the last', ' two\nlines \n\n', ' two\nlines \n'],
    ['may have any letters', 'pässwört\n', 'pässwört'],
  ])('%s', (name, contents, expected) => {
    expect(secretFromFile('PIN', file(name, contents)).reveal()).toBe(expected);
  });

  it.each(['', '\n', '\r\n'])('is an error when there is none: %j', (contents) => {
    const path = file('empty', contents);
    expect(() => secretFromFile('PIN', path)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: `the PIN file ${path} is empty` }),
    );
  });

  it('is an error when the file is missing, or is a directory', () => {
    const path = join(directory, 'missing');
    expect(() => secretFromFile('passphrase', path)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: `cannot read the passphrase file ${path}: no such file or directory`,
      }),
    );
    expect(() => secretFromFile('passphrase', directory)).toThrow(
      `cannot read the passphrase file ${directory}: it is a directory`,
    );
  });
});
