/**
 * `npm run bench`: what `meterbook bench` measures, of the package as it is built from here, and what
 * only the repository can: job timings in a PostgreSQL, and the bytes of a bundle. Writes
 * docs/performance.md, its drawings and its numbers, unless it is `--quick` or measures a few sections only.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseOptions } from './options.js';
import { type Part, runBench } from './run.js';
import { bundleSection } from './sections/bundle.js';
import { jobsSection } from './sections/jobs.js';
import { buildPackage } from './support/build.js';

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  console.log(
    'Takes the options of `meterbook bench` (npx meterbook bench --help), and two sections more:\n--only jobs and --only bundle.',
  );
  process.exit();
}
const options = parseOptions(args);
const dist = buildPackage();
const entry = join(dist, 'index.js');
const docs = fileURLToPath(new URL('../docs', import.meta.url));
const isWhole = !options.quick && options.only.length === 0;

const more: readonly Part[] = [
  {
    ids: ['jobs'],
    run: async (context) => {
      const jobs = await jobsSection(context);
      if (typeof jobs !== 'string') return { sections: [jobs] };
      return { sections: [], leftOut: [`job timings in a database, since ${jobs}.`] };
    },
  },
  { ids: ['bundle'], run: async () => ({ sections: [await bundleSection(entry)] }) },
];

process.exitCode = await runBench(
  {
    ...options,
    out: options.out ?? (isWhole ? docs : undefined),
    baseline: options.baseline ?? join(docs, 'performance.json'),
  },
  { bench: join(dist, 'bench'), entry },
  more,
);
