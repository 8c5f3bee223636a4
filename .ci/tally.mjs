/**
 * Adds up what `.ci/run` left in a folder: `NAME.code` of every stage, and `NAME.json`, vitest's
 * report, of those that run tests. A stage without a report counts as one test; a stage that failed
 * counts at least one failure. The last line is the sum.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = /** @type {string} */ (process.argv[2]);
const total = { passed: 0, failed: 0 };
console.log('\n━━ Summary');
for (const file of readdirSync(folder).filter((name) => name.endsWith('.code'))) {
  const name = file.slice(0, -'.code'.length);
  const succeeded = readFileSync(join(folder, file), 'utf8').trim() === '0';
  const { passed, failed } = count(join(folder, `${name}.json`), succeeded);
  console.log(
    `${name.padEnd(10)} ${succeeded ? 'ok    ' : 'FAILED'} ${passed} passed, ${failed} failed`,
  );
  total.passed += passed;
  total.failed += failed;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

/**
 * @param {string} report vitest's, if the stage wrote one
 * @param {boolean} succeeded
 */
function count(report, succeeded) {
  if (!existsSync(report)) return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that does not load, or an error outside of any test, fails the run with no failed test.
  return { passed: numPassedTests, failed: Math.max(numFailedTests, succeeded ? 0 : 1) };
}
