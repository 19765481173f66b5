import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
export const pki = world({ cwd });
export const refused = refusals(cwd);

export const write = (name: string, ...lines: readonly string[]): void =>
  writeFileSync(join(cwd, `${name}.yaml`), `${lines.join('\n')}\n`);

/** What is said of a file whose second line and those that follow are `lines`. */
export async function mistakes(...lines: readonly string[]): Promise<readonly string[]> {
  write('bad', 'extends: tls-server', ...lines);
  const { status, stderr } = await refused(pki, 'profile', 'check', 'bad.yaml');
  expect(status).toBe(2);
  return stderr.map((line, index) =>
    line.replace(index === 0 ? 'pki: error: bad.yaml:' : 'pki: hint: bad.yaml:', ''),
  );
}
