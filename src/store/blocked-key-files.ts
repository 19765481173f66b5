import { createReadStream } from 'node:fs';
import type { BlockedKeys } from '../ca/blocked-keys.ts';
import { PkiError, systemErrorText } from '../errors.ts';
import type { ShownFile } from './files-in.ts';

/** How much of a file is in memory at a time, in octets; no line is longer. */
const CHUNK = 1 << 20;

/**
 * Lists of blocked keys in text: a line has the SHA-256 of a SubjectPublicKeyInfo, or a fingerprint
 * of Debian's openssl-blacklist; after `#` is a comment. They are read when somebody asks.
 */
export const blockedKeyFiles = (files: readonly ShownFile[]): BlockedKeys => ({
  async find(fingerprints) {
    for (const file of files) {
      const line = await lineIn(file, fingerprints);
      if (line !== undefined) return `${file.shown}, line ${line}`;
    }
    return undefined;
  },
});

/** The number of the line that has one of the fingerprints. */
async function lineIn(
  file: ShownFile,
  fingerprints: readonly string[],
): Promise<number | undefined> {
  let number = 0;
  for await (const lines of linesOf(file)) {
    for (const line of lines) {
      number++;
      const text = line.replace(/#.*/, '').trim().toLowerCase();
      if (text === '') continue;
      if (!FINGERPRINT.test(text)) throw malformed(file, number);
      if (fingerprints.includes(text)) return number;
    }
  }
  return undefined;
}

const FINGERPRINT = /^(?:[0-9a-f]{20}|[0-9a-f]{64})$/;

/** Many at a time: one by one would take ten times as long. */
async function* linesOf({ path, shown }: ShownFile): AsyncIterable<readonly string[]> {
  let rest = '';
  try {
    for await (const chunk of createReadStream(path, {
      encoding: 'latin1',
      highWaterMark: CHUNK,
    })) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield lines;
      if (rest.length > CHUNK) break; // nobody needs the rest of such a line to refuse it
    }
  } catch (error) {
    if (error instanceof PkiError) throw error;
    throw new PkiError('USAGE', `cannot read ${shown}: ${systemErrorText(error)}`, {
      cause: error,
    });
  }
  yield [rest];
}

const malformed = ({ shown }: ShownFile, line: number): PkiError =>
  new PkiError('USAGE', `${shown}:${line}: it is no fingerprint of a key`, {
    hints: [
      'a line has the SHA-256 of a SubjectPublicKeyInfo in 64 hexadecimal digits, or 20 digits as in openssl-blacklist',
    ],
  });
