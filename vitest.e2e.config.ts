import { defineConfig } from 'vitest/config';

/** `npm run test:e2e`: suites against real servers. One file at a time, for they share ports. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
