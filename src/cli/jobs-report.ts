import {
  formatJobs,
  formatJson,
  formatReport,
  type JobFilter,
  type JobOutcome,
  type ReportDimension,
} from '../jobs/index.js';
import type { Command, CommandIo } from './command.js';
import { wrongUsage } from './failure.js';
import { openJobs } from './job-database.js';
import { momentOf } from './moments.js';
import { choice, count, type OptionTable, type OptionValues, readOptions } from './options.js';

const NAME = 'meterbook jobs report';
const DIMENSIONS: readonly ReportDimension[] = ['type', 'model', 'organization', 'day'];
const OUTCOMES: readonly JobOutcome[] = ['completed', 'failed', 'cancelled', 'expired'];
const LINES = 100;
const SLOWEST = 10;

const OPTIONS = {
  'database-url': 'value',
  'data-dir': 'value',
  schema: 'value',
  table: 'value',
  by: 'value',
  limit: 'value',
  slowest: 'value',
  organization: 'value',
  project: 'value',
  agent: 'value',
  type: 'value',
  model: 'value',
  outcome: 'value',
  from: 'value',
  to: 'value',
  json: 'flag',
} as const satisfies OptionTable;

const HELP = `meterbook jobs report - percentiles of jobs, or the slowest of them

Usage: meterbook jobs report [options]

P50, P90, P95 and P99 of time to first token and of total duration, the share of jobs that did not
complete, and the share of the time before the first token: near 100 % the model is slow to begin,
near 0 % the answers are long. It reads, and changes nothing.

Where the jobs are:
  --database-url <url>   postgres://user@host/database (needs the package pg); the environment
                         variable DATABASE_URL is the better place for one with a password
  --data-dir <folder>    the folder of a PGlite (needs @electric-sql/pglite)
  --schema <name>        of the table; without it the search_path is looked through
  --table <name>         default job_timings

What is reported:
  --by <dimension>       a line for each type, model, organization or day (of UTC)
  --limit <n>            most lines of --by, up to 1,000; default ${LINES}
  --slowest [n]          the jobs that took longest instead, up to 1,000; default ${SLOWEST}
  --json                 one JSON document instead of a table; nanoseconds are strings

Which jobs:
  --organization <id>  --project <id>  --agent <id>  --type <name>  --model <name>
  --outcome <word>       completed, failed, cancelled or expired
  --from <moment>        started then or later: 2026-01-31, 2026-01-31T10:00Z, or 30m, 24h, 7d ago
  --to <moment>          started before; without a zone it is UTC

Examples:
  meterbook jobs report --database-url postgres://localhost/support --by model --from 7d
  meterbook jobs report --data-dir ./jobs --slowest 5 --outcome failed
  meterbook jobs report --by day --json | jq '.lines[0].total.p95Ns'
`;

export const jobsReport: Command = {
  summary: 'percentiles of the jobs in a database, or the slowest of them',
  help: HELP,
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<void> {
  const values = readOptions(withDefaultSlowest(args), OPTIONS, NAME);
  const by = choice('--by', values.by, DIMENSIONS);
  const limit = count('--limit', values.limit, 1_000) ?? LINES;
  const slowest = count('--slowest', values.slowest, 1_000);
  if (slowest !== undefined && (by !== undefined || values.limit !== undefined)) {
    const other = by === undefined ? '--limit' : '--by';
    throw wrongUsage(`--slowest lists jobs, which ${other} does not go with.`, 'Drop one of them.');
  }
  const filter = filterOf(values);
  const jobs = await openJobs(
    {
      databaseUrl: values['database-url'],
      dataDir: values['data-dir'],
      schema: values.schema,
      table: values.table,
    },
    io.env,
  );
  try {
    if (slowest !== undefined) {
      const found = await jobs.read((store) => store.slowest({ ...filter, limit: slowest }));
      io.stdout.write(values.json ? formatJson({ jobs: found }) : formatJobs(found));
      if (found.length === 0) io.stderr.write(NONE);
      return;
    }
    const report = await jobs.read((store) => store.report({ ...filter, by, limit }));
    io.stdout.write(values.json ? formatJson(report) : formatReport(report));
    if (report.lines.every((line) => line.jobs === 0)) io.stderr.write(NONE);
    else if (by !== undefined && report.lines.length === limit) {
      io.stderr.write(`meterbook: ${limit} lines, and there may be more. See --limit.\n`);
    }
  } finally {
    await jobs.close();
  }
}

const NONE = 'meterbook: No job is in the table that all of these options let through.\n';

/** The only option whose value may be left out, which `parseArgs` does not know. */
function withDefaultSlowest(args: readonly string[]): readonly string[] {
  return args.map((arg, i) => {
    const next = args[i + 1];
    const isAlone = arg === '--slowest' && (next === undefined || next.startsWith('-'));
    return isAlone ? `--slowest=${SLOWEST}` : arg;
  });
}

function filterOf(values: OptionValues<typeof OPTIONS>): JobFilter {
  const now = Date.now();
  const from = momentOf('--from', values.from, now);
  const to = momentOf('--to', values.to, now);
  if (from !== undefined && to !== undefined && from >= to) {
    throw wrongUsage(
      `--from (${from.toISOString()}) is not before --to (${to.toISOString()}).`,
      'Exchange them.',
    );
  }
  return {
    organizationId: values.organization,
    projectId: values.project,
    agentId: values.agent,
    type: values.type,
    model: values.model,
    outcome: choice('--outcome', values.outcome, OUTCOMES),
    from,
    to,
  };
}
