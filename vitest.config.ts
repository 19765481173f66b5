import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks', // a PKCS#11 module is initialised once in a process
    maxWorkers: '100%', // the default leaves a core idle, of two cores half of the machine
    testTimeout: 60_000, // generous: key derivation and Java are slow on a busy machine
    hookTimeout: 120_000,
  },
});
