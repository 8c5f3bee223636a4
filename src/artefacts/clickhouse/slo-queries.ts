import { decimal, decimalText, oneMinus } from '../decimal.js';
import { durationSeconds } from '../durations.js';
import type { Question, SloOf } from '../questions.js';
import { increments, type Rendering } from './increments.js';
import { indent } from './sql.js';

/** The questions about objectives. */
export type SloQuestion = Extract<Question, { readonly slo: SloOf }>;

/** Errors are counted by the minute and added up over the window before each. */
const MINUTE = 60;

export function sloQuery(rendering: Rendering, question: SloQuestion): string {
  const { slo } = question.slo;
  switch (question.ask) {
    case 'sloObjective':
      return `SELECT ${decimalText(decimal(slo.objective))} AS value`;
    case 'sloErrors':
      return overWindow(rendering, question.slo, question.window, ERROR_RATIO);
    case 'sloBurnRate':
      return overWindow(rendering, question.slo, question.window, burnRate(question.slo));
    case 'sloBudgetLeft': {
      const left = `1 - ${burnRate(question.slo)}`;
      return overWindow(rendering, question.slo, slo.window, left);
    }
  }
}

const ERROR_RATIO = 'bad / all_of_them';

function burnRate({ slo }: SloOf): string {
  return `${ERROR_RATIO} / ${decimalText(oneMinus(decimal(slo.objective)))}`;
}

/**
 * A ratio over the window that ends with each minute, and of each step the last one. What is not in
 * a bucket at or below the threshold is an error, so a threshold that is no boundary counts too many.
 */
function overWindow(
  rendering: Rendering,
  { slo, instrument }: SloOf,
  window: string,
  value: string,
): string {
  const { step, from } = rendering.dialect;
  const seconds = durationSeconds(window);
  const good = `arraySum(arrayMap((bound, n) -> if(bound <= ${decimalText(decimal(slo.threshold))}, n, 0), bounds, buckets))`;
  return `WITH
${indent(increments(rendering, { instrument, hasBuckets: true, secondsBefore: seconds }))},
    minutes AS
    (
        SELECT
            toDateTime(toStartOfInterval(TimeUnix, toIntervalSecond(${MINUTE}))) AS minute,
            sum(increase) AS increase_in_minute,
            sum(increase - ${good}) AS bad_in_minute
        FROM increments
        GROUP BY minute
    ),
    windows AS
    (
        SELECT
            minute,
            sum(bad_in_minute) OVER before AS bad,
            sum(increase_in_minute) OVER before AS all_of_them
        FROM minutes
        WINDOW before AS
            (ORDER BY minute RANGE BETWEEN ${Math.max(seconds - MINUTE, 0)} PRECEDING AND CURRENT ROW)
    )
SELECT
    toDateTime(toStartOfInterval(minute, toIntervalSecond(${step}))) AS time,
    argMax(${value}, minute) AS value
FROM windows
WHERE minute >= ${from} AND all_of_them > 0
GROUP BY time
ORDER BY time`;
}
