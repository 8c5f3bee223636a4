/**
 * `npm run faults`: the same faults done to the official SDK and to meterbook, each in a process of
 * its own that records at the same rate. Prints what was sent, what arrived and what was lost. Exits
 * with 1 where meterbook breaks a promise.
 *
 * `--write` writes the table into docs/reliability.md; `--quick` does it with shorter intervals, and
 * `--only TEXT` takes the faults whose name has the text in it.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { versionIn } from '../../bench/support/machine.js';
import { buildProgram } from '../../test/support/build.js';
import { writeSection } from '../support/markdown.js';
import { brokenPromises, comparison } from './report.js';
import { type Outcome, runScenario } from './run-scenario.js';
import { scenarios } from './scenarios.js';
import type { SubjectName } from './worker.js';

const { values: options } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const intervalMillis = options.quick ? 1_000 : 2_000;
/** How many processes run at a time; they wait most of their lives. */
const AT_ONCE = 6;

const program = await buildProgram('scripts/faults/worker.ts');
const wanted = scenarios.filter(({ name }) => name.includes(options.only));
const runs = wanted.flatMap((scenario) =>
  (['official SDK', 'meterbook'] satisfies SubjectName[]).map((subject) => ({ scenario, subject })),
);
const outcomes: Outcome[] = [];
const next = runs.entries();
const work = async (): Promise<void> => {
  for (const [i, { scenario, subject }] of next) {
    console.error(`${subject}: ${scenario.name}`);
    outcomes[i] = await runScenario(scenario, subject, program.url, intervalMillis);
  }
};
try {
  await Promise.all(Array.from({ length: AT_ONCE }, work));
} finally {
  program.remove();
}

const installed = (name: string) =>
  versionIn(fileURLToPath(new URL(`../../node_modules/@opentelemetry/${name}`, import.meta.url)));
const sdk = `sdk-metrics ${installed('sdk-metrics')}`;
const exporter = `exporter-metrics-otlp-proto ${installed('exporter-metrics-otlp-proto')}`;
const markdown = `Written by \`npm run faults -- --write\`; do not edit. Records made at 1,000 a second, deltas exported every ${intervalMillis / 1000} s with as long a timeout, outages of three intervals. The official SDK is ${sdk} with ${exporter}, set up as its documentation does. "Lost" is what did not arrive and had not been refused; "refused" is what the receiver answered with a status after which nothing may be sent again; "came twice" is what a receiver got again in the very same bytes.

${comparison(outcomes)}`;
console.log(markdown);
if (options.write) {
  writeSection(new URL('../../docs/reliability.md', import.meta.url), 'faults', markdown);
}
const broken = brokenPromises(outcomes);
for (const promise of broken) console.error(`BROKEN: ${promise}`);
if (broken.length > 0) process.exitCode = 1;
