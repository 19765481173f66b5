import type { Reader, Target, Targets } from './target.ts';

/** Readers with the bugs that fuzzing is to find; each shows it for some of its inputs only. */
const planted = (name: string, read: Reader, seconds = 0.2): Target => ({
  name,
  seeds: ['seeds'],
  form: { kind: 'der' },
  seconds,
  open: () => read,
});

/** About one input in three. */
export const isHit = (input: Uint8Array): boolean =>
  input.reduce((sum, octet) => sum + octet, 0) % 3 === 0;

export const TARGETS: Targets['TARGETS'] = [
  planted('sound', async (input) => (isHit(input) ? 'read' : 'refused')),
  planted('throws', async (input) => {
    if (isHit(input)) throw new TypeError('of another kind');
    return 'refused';
  }),
  planted('slow', async (input) => {
    const { user } = process.threadCpuUsage();
    while (isHit(input) && process.threadCpuUsage().user - user < 300_000);
    return 'read';
  }),
  planted('hangs', async (input) => {
    while (isHit(input));
    return 'read';
  }),
  planted('grows', async (input) => {
    const kept: unknown[] = [];
    while (isHit(input)) kept.push(new Array(20_000).fill(kept.length));
    return 'read';
  }),
  planted(
    'swells',
    async (input) =>
      Buffer.alloc(isHit(input) ? 300 << 20 : 1, 1).length > 1 ? 'read' : 'refused',
    60,
  ),
  planted('overflows', async (input) => {
    const depth = (level: number): number => (level > 0 ? depth(level - 1) + 1 : 0);
    return depth(isHit(input) ? 1e6 : 1) > 0 ? 'read' : 'refused';
  }),
  planted('leaves', async (input) => {
    if (isHit(input)) setTimeout(() => Promise.reject(new Error('later, to nobody')), 0);
    return new Promise((resolve) => setTimeout(() => resolve('read'), 5));
  }),
];
