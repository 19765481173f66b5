/** Writes the generated parts of docs/. Run by `npm run generate`; test/docs.test.ts checks them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { GENERATED, withGenerated } from './generated-docs.ts';

for (const { file, name, text } of GENERATED) {
  const path = new URL(`../${file}`, import.meta.url);
  writeFileSync(path, withGenerated(readFileSync(path, 'utf8'), name, await text()));
}
