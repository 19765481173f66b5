import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks', // a PKCS#11 module is initialised once in a process
    testTimeout: 60_000, // generous: key derivation and Java are slow on a busy machine
    hookTimeout: 120_000,
  },
});
