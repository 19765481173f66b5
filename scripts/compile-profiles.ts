/** Writes src/profiles/built-in.compiled.ts. Run by `npm run generate`; a test checks the result. */
import { writeFileSync } from 'node:fs';
import { BUILT_IN_PROFILES } from '../src/profiles/built-in.ts';
import { compileProfile } from '../src/profiles/compile.ts';

const profiles = BUILT_IN_PROFILES.map(compileProfile).map(({ name, extensions }) => {
  const rows = extensions.map(({ oid, critical, value, keys }) => {
    const only = keys ? `, keys: '${keys}'` : '';
    const hex = Buffer.from(value).toString('hex');
    return `    { oid: '${oid}', critical: ${critical}, value: hex('${hex}')${only} },`;
  });
  return [`  '${name}': [`, ...rows, '  ],'].join('\n');
});

const file = `// Written by "npm run generate" from built-in.ts; do not edit.
import type { ConstantExtension } from './profile-config.ts';

const hex = (digits: string): Uint8Array => Buffer.from(digits, 'hex');

/** The constant extensions of each built-in profile, as @peculiar/x509 encodes them. */
// biome-ignore format: a table
export const CONSTANT_EXTENSIONS: Readonly<Record<string, readonly ConstantExtension[]>> = {
${profiles.join('\n')}
};
`;

writeFileSync(new URL('../src/profiles/built-in.compiled.ts', import.meta.url), file);
