import { spawnSync } from 'node:child_process';

/** Runs before the program, and tells its largest resident set when that ends. Kilobytes. */
const PRELOAD = `data:text/javascript,process.on('exit', () => {
  process.getBuiltinModule('node:fs').writeSync(2, 'maxRSS ' + process.resourceUsage().maxRSS);
})`;

/** Runs Node to its end, which has to be one of `statuses`; what it prints is thrown away. */
export function timed(
  args: readonly string[],
  cwd: string,
  statuses: readonly (number | null)[] = [0],
): { readonly seconds: number; readonly megabytes: number } {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', PRELOAD, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const seconds = (performance.now() - start) / 1000;
  if (!statuses.includes(status)) throw new Error(`pki ${args.slice(1).join(' ')}: ${stderr}`);
  return { seconds, megabytes: Number(/maxRSS (\d+)/.exec(stderr)?.[1]) / 1024 };
}
