import {
  formatJobs,
  formatJson,
  formatReport,
  type JobFilter,
  type JobOutcome,
  type JobStore,
  type ReportDimension,
} from '../jobs/index.js';
import type { Command, CommandIo } from './command.js';
import { wrongUsage } from './failure.js';
import { openJobs } from './job-database.js';
import { momentOf } from './moments.js';
import { note } from './notes.js';
import {
  choice,
  count,
  jsonOption,
  type OptionTable,
  type OptionValues,
  readOptions,
} from './options.js';
import { withProgress } from './terminal/progress.js';

const NAME = 'meterbook jobs report';
const DIMENSIONS: readonly ReportDimension[] = ['type', 'model', 'organization', 'day'];
const OUTCOMES: readonly JobOutcome[] = ['completed', 'failed', 'cancelled', 'expired'];
const LINES = 100;
const SLOWEST = 10;

const OPTIONS = {
  'database-url': {
    kind: 'value',
    takes: '<url>',
    help: `postgres://user@host/database (needs the package pg); the environment
variable DATABASE_URL is the better place for one with a password`,
    section: 'Where the jobs are',
  },
  'data-dir': {
    kind: 'value',
    takes: '<folder>',
    help: 'the folder of a PGlite (needs @electric-sql/pglite)',
    values: 'folder',
  },
  schema: {
    kind: 'value',
    takes: '<name>',
    help: 'of the table; without it the search_path is looked through',
  },
  table: { kind: 'value', takes: '<name>', help: 'default job_timings' },
  by: {
    kind: 'value',
    takes: '<dimension>',
    help: 'a line for each type, model, organization or day (of UTC)',
    section: 'What is reported',
    values: DIMENSIONS,
  },
  limit: {
    kind: 'value',
    takes: '<n>',
    help: `most lines of --by, up to 1,000; default ${LINES}`,
  },
  slowest: {
    kind: 'value',
    takes: '[n]',
    help: `the jobs that took longest instead, up to 1,000; default ${SLOWEST}`,
    alone: String(SLOWEST),
  },
  json: jsonOption('one JSON document instead of a table; nanoseconds are strings'),
  organization: {
    kind: 'value',
    takes: '<id>',
    help: 'only jobs of this organization',
    section: 'Which jobs',
  },
  project: { kind: 'value', takes: '<id>', help: 'of this project' },
  agent: { kind: 'value', takes: '<id>', help: 'of this agent' },
  type: { kind: 'value', takes: '<name>', help: 'of this type' },
  model: { kind: 'value', takes: '<name>', help: 'of this model' },
  outcome: {
    kind: 'value',
    takes: '<word>',
    help: 'completed, failed, cancelled or expired',
    values: OUTCOMES,
  },
  from: {
    kind: 'value',
    takes: '<moment>',
    help: 'started then or later: 2026-01-31, 2026-01-31T10:00Z, or 30m, 24h, 7d ago',
  },
  to: {
    kind: 'value',
    takes: '<moment>',
    help: 'started before; without a zone it is UTC',
  },
} as const satisfies OptionTable;

export const jobsReport: Command = {
  summary: 'percentiles of the jobs in a database, or the slowest of them',
  usage: '[options]',
  about: `P50, P90, P95 and P99 of time to first token and of total duration, the share of jobs that did not
complete, and the share of the time before the first token: near 100 % the model is slow to begin,
near 0 % the answers are long. It reads, and changes nothing.`,
  options: OPTIONS,
  examples: [
    {
      line: 'meterbook jobs report --database-url postgres://localhost/support --by model --from 7d',
      does: 'each model over the last week',
    },
    {
      line: 'meterbook jobs report --data-dir ./jobs --slowest 5 --outcome failed',
      does: 'the five failures that took longest',
    },
    {
      line: "meterbook jobs report --by day --json | jq '.lines[0].total.p95Ns'",
      does: 'for a program',
    },
  ],
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<void> {
  const values = readOptions(args, OPTIONS, NAME);
  const by = choice('--by', values.by, DIMENSIONS);
  const limit = count('--limit', values.limit, 1_000) ?? LINES;
  const slowest = count('--slowest', values.slowest, 1_000);
  if (slowest !== undefined && (by !== undefined || values.limit !== undefined)) {
    const other = by === undefined ? '--limit' : '--by';
    throw wrongUsage(`--slowest lists jobs, which ${other} does not go with.`, 'Drop one of them.');
  }
  const filter = filterOf(values);
  const table = {
    databaseUrl: values['database-url'],
    dataDir: values['data-dir'],
    schema: values.schema,
    table: values.table,
  };
  const jobs = await withProgress(io, 'Opening the database', () => openJobs(table, io.env));
  const read = <T>(query: (store: JobStore) => Promise<T>) =>
    withProgress(io, 'Reading the jobs', () => jobs.read(query));
  try {
    if (slowest !== undefined) {
      const found = await read((store) => store.slowest({ ...filter, limit: slowest }));
      io.stdout.write(values.json ? formatJson({ jobs: found }) : formatJobs(found));
      if (found.length === 0) note(io, NONE);
      return;
    }
    const report = await read((store) => store.report({ ...filter, by, limit }));
    io.stdout.write(values.json ? formatJson(report) : formatReport(report));
    if (report.lines.every((line) => line.jobs === 0)) note(io, NONE);
    else if (by !== undefined && report.lines.length === limit) {
      note(io, `${limit} lines, and there may be more. See --limit.`);
    }
  } finally {
    await jobs.close();
  }
}

const NONE = 'No job is in the table that all of these options let through.';

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
