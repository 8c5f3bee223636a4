import { wrongArgument } from '../errors.js';
import type { JobPercentiles, JobReport, JobReportLine } from './store/report-types.js';
import type { JobRecord } from './types.js';

/** Largest unit first: nanoseconds of one, and its name. */
const UNITS = [
  [3_600_000_000_000n, 'h'],
  [60_000_000_000n, 'min'],
  [1_000_000_000n, 's'],
  [1_000_000n, 'ms'],
  [1_000n, 'µs'],
] as const;

/** A length of time for people, three digits: `420 ms`, `1.23 s`, `12.5 min`. */
export function formatNanos(nanos: bigint | undefined): string {
  if (nanos === undefined) return '-';
  const [size, unit] = UNITS.find(([least]) => nanos >= least) ?? [1n, 'ns'];
  const value = Number((nanos * 1_000n) / size) / 1_000;
  const digits = unit === 'ns' || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

/** Groups and ids come from callers: what would move the cursor of a terminal is taken out. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, '?');
}

/** Throws `INVALID_SETUP`: callers need not be compiled. */
function checkList(list: unknown, given: unknown, caller: string, fix: string): void {
  if (Array.isArray(list)) return;
  throw wrongArgument(caller, given, '', fix);
}

/** Columns of equal width: the first is text and reads from the left, the others are numbers. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}

/**
 * A report as text: one line for each group, with jobs, the share of those that did not complete
 * among the ended, P50, P90, P95 and P99 of first token and total, and the share of the total
 * before the first token.
 */
export function formatReport(report: JobReport): string {
  checkList(report?.lines, report, 'formatReport()', 'Pass what report() resolved to.');
  const quantiles = ['p50', 'p90', 'p95', 'p99'];
  const header = [
    report.by ?? 'jobs of',
    'jobs',
    'not ok',
    ...quantiles.map((it) => `first ${it}`),
    ...quantiles.map((it) => `total ${it}`),
    'before first',
  ];
  return table(
    header,
    report.lines.map((line) => [
      printable(line.group ?? (report.by === undefined ? 'all' : '(none)')),
      String(line.jobs),
      share(notCompleted(line)),
      ...percentiles(line.firstToken),
      ...percentiles(line.total),
      share(line.firstTokenShare),
    ]),
  );
}

/** Jobs as text, one a line, as `slowest()` gives them. */
export function formatJobs(jobs: readonly JobRecord[]): string {
  checkList(jobs, jobs, 'formatJobs()', 'Pass what slowest() resolved to, or the jobs of a page.');
  return table(
    ['id', 'total', 'first token', 'outcome', 'type', 'model', 'organization', 'started'],
    jobs.map((job) => [
      printable(job.id),
      formatNanos(job.totalDurationNs),
      formatNanos(job.ttftNs),
      job.outcome ?? '-',
      printable(job.type ?? '-'),
      printable(job.model ?? '-'),
      printable(job.organizationId),
      job.startedAt.toISOString(),
    ]),
  );
}

/**
 * A report, jobs or a page of them as JSON. Nanoseconds are strings: a JSON number is exact up to
 * 2⁵³ alone.
 */
export function formatJson(value: object): string {
  const text = (_: string, it: unknown) => (typeof it === 'bigint' ? String(it) : it);
  return `${JSON.stringify(value, text, 2)}\n`;
}

function notCompleted({ outcomes }: JobReportLine): number | undefined {
  const { completed, failed, cancelled, expired } = outcomes;
  const others = failed + cancelled + expired;
  return completed + others === 0 ? undefined : others / (completed + others);
}

function share(part: number | undefined): string {
  return part === undefined ? '-' : `${(part * 100).toFixed(1)} %`;
}

function percentiles({ p50Ns, p90Ns, p95Ns, p99Ns }: JobPercentiles): string[] {
  return [p50Ns, p90Ns, p95Ns, p99Ns].map(formatNanos);
}
