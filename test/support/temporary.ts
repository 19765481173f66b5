import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A directory for one test file, removed after its tests. Call it at the top of the file. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'pki test ')); // with blanks, as people have them
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
