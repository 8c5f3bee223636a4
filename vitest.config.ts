import { defineConfig } from 'vitest/config';

/**
 * `npm test`: everything that needs Node alone. The suites in `test/e2e` need servers and run by
 * `npm run test:e2e` with `vitest.e2e.config.ts`.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**'],
    typecheck: {
      enabled: true,
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: './test/types/tsconfig.json',
      // Errors outside the type tests are the business of `npm run check`.
      ignoreSourceErrors: true,
    },
    testTimeout: 20_000,
    hookTimeout: 20_000,
    restoreMocks: true,
  },
});
