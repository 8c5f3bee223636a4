/**
 * `npm run bench`: meterbook, the OpenTelemetry SDK 2.x and 3.x and prom-client in one run, with
 * the budgets beside them. Prints tables and writes docs/benchmarks.md.
 *
 * `--quick` takes less of everything and writes nothing, `--json` prints one JSON document,
 * `--assert` exits with 1 where a budget of the core is missed by far. No budget fails otherwise:
 * times depend on what else the machine does.
 */
import { writeFileSync } from 'node:fs';
import { effortOf, parseOptions } from './options.js';
import { toMarkdown } from './report/markdown.js';
import { verdictsOf } from './report/verdict.js';
import { bucketSearchSection } from './sections/bucket-search.js';
import { collectSection } from './sections/collect.js';
import { type Context, subjectsOf } from './sections/context.js';
import { encodeSection } from './sections/encode.js';
import { httpSection } from './sections/http.js';
import { jobsSection } from './sections/jobs.js';
import { memorySections } from './sections/memory.js';
import { sizeSections } from './sections/size.js';
import { speedSections } from './sections/speed.js';
import { stallSection } from './sections/stall.js';
import { buildPrograms } from './support/build.js';
import { describeMachine } from './support/machine.js';
import { installPeers } from './support/peers.js';

const options = parseOptions(process.argv.slice(2));
const missing = installPeers();
const hasPeers = missing === undefined;
const leftOut: string[] = hasPeers ? [] : [`sdk-metrics 3.x, since ${missing}.`];
const programs = await buildPrograms();
const context: Context = {
  effort: effortOf(options),
  programs,
  subjects: subjectsOf(programs, hasPeers),
  progress: (what) => console.error(`measuring ${what}`),
};

const jobs = await jobsSection(context);
if (typeof jobs === 'string') leftOut.push(`job timings in a database, since ${jobs}.`);

const sections = [
  ...speedSections(context),
  httpSection(context),
  ...(typeof jobs === 'string' ? [] : [jobs]),
  bucketSearchSection(context),
  ...memorySections(context),
  collectSection(context),
  encodeSection(context),
  stallSection(context),
  ...(await sizeSections(context)),
];
const machine = describeMachine(hasPeers);
const markdown = toMarkdown(machine, sections, leftOut);
if (!options.quick) writeFileSync(new URL('../docs/benchmarks.md', import.meta.url), markdown);
console.log(options.json ? JSON.stringify({ machine, leftOut, sections }, null, 2) : markdown);

const verdicts = sections.flatMap(({ rows }) => rows.flatMap(verdictsOf));
if (options.assert && verdicts.some(({ isMissedByFar }) => isMissedByFar)) process.exitCode = 1;
