import { checkText } from './check-arguments.js';
import { windowSeconds } from './durations.js';

/** One multi-window alert on the burn rate of an error budget. */
export interface BurnAlert {
  readonly severity: 'page' | 'ticket';
  /** How many times faster than allowed the budget is used up. */
  readonly factor: number;
  /** Seconds over which the budget has to burn that fast. */
  readonly long: number;
  /** Seconds over which it has to burn that fast still, so that the alert ends soon after its cause. */
  readonly short: number;
}

/** The window of objectives that the table below is written for: 30 days. */
const USUAL_SECONDS = 30 * 86_400;

/** The shortest windows that have some samples and some measurements in them, in seconds. */
const SHORTEST = { long: 600, short: 120 };

/**
 * The alerts of the Site Reliability Workbook ("Alerting on SLOs", multiwindow, multi-burn-rate) for an
 * objective over 30 days: 2 % of the budget in an hour and 5 % in six are worth a page, 10 % in a day or
 * three a ticket.
 */
const USUAL: readonly BurnAlert[] = [
  { severity: 'page', factor: 14.4, long: 3_600, short: 300 },
  { severity: 'page', factor: 6, long: 21_600, short: 1_800 },
  { severity: 'ticket', factor: 3, long: 86_400, short: 7_200 },
  { severity: 'ticket', factor: 1, long: 259_200, short: 21_600 },
];

/**
 * The alerts for an objective over `window` (`30d`): the same shares of the budget, so that the alerts'
 * windows are as much shorter or longer than usual as the objective's is. Throws `INVALID_SETUP` for what
 * is no text.
 */
export function burnAlerts(window: string): readonly BurnAlert[] {
  checkText(window, 'burnAlerts()', '30d');
  const scale = windowSeconds(window) / USUAL_SECONDS;
  return USUAL.map(({ long, short, ...alert }) => ({
    ...alert,
    long: Math.max(SHORTEST.long, Math.round(long * scale)),
    short: Math.max(SHORTEST.short, Math.round(short * scale)),
  }));
}

/** All windows of these alerts, in seconds, the shortest first: 5m, 30m, 1h, 2h, 6h, 1d, 3d. */
export function errorWindows(window: string): readonly number[] {
  const all = burnAlerts(window).flatMap(({ long, short }) => [short, long]);
  return [...new Set(all)].sort((a, b) => a - b);
}
