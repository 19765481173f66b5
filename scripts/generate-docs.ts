/** Writes the generated parts of docs/, and the manual page. Run by `npm run generate`; test/docs.test.ts checks them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { GENERATED, GENERATED_FILES, withGenerated } from './generated-docs.ts';

const pathOf = (file: string) => new URL(`../${file}`, import.meta.url);

for (const { file, name, text } of GENERATED) {
  const path = pathOf(file);
  writeFileSync(path, withGenerated(readFileSync(path, 'utf8'), name, await text()));
}
for (const { file, text } of GENERATED_FILES) writeFileSync(pathOf(file), await text());
