import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ENVIRONMENT } from '../../src/cli/environment.ts';
import { EXIT_STATUS, EXIT_STATUS_BUG, EXIT_STATUSES } from '../../src/errors.ts';

const SRC = join(import.meta.dirname, '../../src');

it('every variable that the code names is in the table', () => {
  const text = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(SRC, path), 'utf8'))
    .join('\n');
  const named = text.match(/(?<![A-Z_])(PKI_[A-Z0-9_]+|PKCS11_([A-Z]+_)*PIN)\b/g) ?? [];
  expect([...new Set(named)].toSorted()).toEqual(ENVIRONMENT.map(({ name }) => name).toSorted());
});

it('every exit status is in the table, once and in order', () => {
  const statuses = EXIT_STATUSES.map(({ status }) => status);
  const all = [0, ...Object.values(EXIT_STATUS), EXIT_STATUS_BUG];
  expect(statuses).toEqual(all.toSorted((one, other) => one - other));
  for (const { code, status } of EXIT_STATUSES) {
    if (code !== undefined) expect(EXIT_STATUS[code]).toBe(status);
  }
});
