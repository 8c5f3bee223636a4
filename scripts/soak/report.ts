import type { ReceivedLedger } from '../../test/support/received-ledger.js';
import { table } from '../support/markdown.js';
import { INSTRUMENTS, type Report } from './protocol.js';

/** One instrument's line: records. */
export interface Line {
  readonly instrument: string;
  readonly recorded: number;
  readonly arrived: number;
  /** Could not be recorded, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Refused by the receiver for good. */
  readonly refused: number;
  /** What is left: nothing, if every record is accounted for. */
  readonly missing: number;
}

/** Holds what was recorded against what the receiver has. */
export function settle(final: Report, ledger: ReceivedLedger): readonly Line[] {
  return INSTRUMENTS.map((instrument, i) => {
    const recorded = final.recorded[i] ?? 0;
    const dropped = final.dropped[i] ?? {};
    const arrived = ledger.arrived({ metric: instrument });
    const refused = ledger.refused({ metric: instrument });
    const missing = recorded - arrived - refused - total(dropped);
    return { instrument, recorded, arrived, dropped, refused, missing };
  });
}

/** Sum of counts by reason. */
export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}

/** The ledger as a table. */
export function ledgerTable(lines: readonly Line[]): string {
  const head = ['records', 'recorded', 'arrived', 'dropped', 'refused', 'missing'];
  return table(
    head,
    lines.map(({ instrument, recorded, arrived, dropped, refused, missing }) => [
      instrument,
      number(recorded),
      number(arrived),
      byReason(dropped),
      number(refused),
      number(missing),
    ]),
  );
}

/** What the service took, as a table. */
export function resourcesTable(reports: readonly Report[]): string {
  const last = reports.at(-1) as Report;
  const slope = rssSlope(reports);
  return table(
    ['the service', ''],
    [
      ['RSS at the end', `${mebibytes(last.rssBytes)} MiB`],
      [
        'RSS slope, by least squares',
        slope === undefined ? 'too short' : `${slope.toFixed(1)} MiB/h`,
      ],
      ['event loop delay, P99', `${last.delayP99Millis.toFixed(1)} ms`],
      ['share of one core', `${share(last)} %`],
    ],
  );
}

/** CPU time of a process by the clock's, in percent. */
export function share({ cpuSeconds, seconds }: Report): string {
  return ((100 * cpuSeconds) / seconds).toFixed(1);
}

export const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

export const number = (value: number): string => value.toLocaleString('en-US');

/** Counts by reason, in words. */
export function byReason(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  return entries.map(([reason, count]) => `${number(count)} ${reason}`).join(', ') || '0';
}

/** The first quarter of a run warms up: code is compiled, pools fill. */
const WARM_UP = 0.25;
const LEAST_SAMPLES = 30;

/** MiB an hour, by least squares after the warm-up; `undefined` for a run that is too short. */
export function rssSlope(reports: readonly Report[]): number | undefined {
  const warm = reports.slice(Math.ceil(reports.length * WARM_UP));
  if (warm.length < LEAST_SAMPLES) return undefined;
  const mean = (of: (report: Report) => number) =>
    warm.reduce((sum, report) => sum + of(report), 0) / warm.length;
  const [time, rss] = [mean((it) => it.seconds), mean((it) => it.rssBytes)];
  const covariance = mean((it) => (it.seconds - time) * (it.rssBytes - rss));
  const variance = mean((it) => (it.seconds - time) ** 2);
  return ((covariance / variance) * 3_600) / 2 ** 20;
}
