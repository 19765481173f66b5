/**
 * stress [N]: many processes of the built program issue for one CA, and N of them (200) are killed
 * with SIGKILL at any moment. Then it counts what is in the store and in the files. The last line
 * counts; the exit status is 1 if anything is lost, doubled or wrong.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { notBuilt } from '../test/cli/built-program.ts';
import { stress } from '../test/stress/stress.ts';

const kills = Number(process.argv[2] ?? 200);
const missing = notBuilt() ?? (Number.isInteger(kills) ? undefined : 'usage: stress [N]');
if (missing !== undefined) {
  console.error(missing);
  process.exit(2);
}
const directory = mkdtempSync(join(tmpdir(), 'pki-stress-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

const { ended, files, issued, interrupted, lost, doubled, wrong, ...result } = await stress(
  directory,
  kills,
  (killed) => killed % 20 === 0 && console.error(`${killed} killed`),
);
for (const [what, found] of Object.entries({ lost, doubled, wrong })) {
  for (const text of found) console.log(`${what}: ${text}`);
}
console.log(
  `${result.kills} killed, ${ended} ended: ${issued} certificates recorded, ${files} in files`,
);
console.log(
  `${interrupted} interrupted between intent and result, all settled; ${wrong.length} wrong`,
);
console.log(`${lost.length} lost, ${doubled.length} doubled`);
process.exitCode = lost.length + doubled.length + wrong.length > 0 ? 1 : 0;
