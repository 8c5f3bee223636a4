import {
  clickhouseBackend,
  durationText,
  type Panel,
  prometheusQueries,
  type Question,
} from '../../artefacts/index.js';
import type { PanelQueries } from '../protocol.js';
import type { Picked } from './aggregate.js';
import { withFilters } from './answers.js';
import { type Span, secondsOf } from './span.js';

const PROMQL = prometheusQueries();
const SQL = clickhouseBackend();

/** Prometheus wants four samples in a window, which come once in 15 s or less often. */
const LEAST_WINDOW_SECONDS = 60;

/** The panel's questions as queries to paste: what a dashboard leaves to its reader is filled in. */
export function queriesOf(
  { asked }: Panel,
  span: Span,
  picked: Picked,
  allServices: readonly string[],
): PanelQueries {
  const questions = asked.map(({ question }) => withFilters(question, picked));
  return {
    promql: questions.map((question) => promql(question, span, picked.services)),
    sql: questions.map((question) =>
      sql(question, span, picked.services.length > 0 ? picked.services : allServices),
    ),
  };
}

function promql(question: Question, span: Span, services: readonly string[]): string {
  const window = durationText(Math.max(LEAST_WINDOW_SECONDS, span.step * 4));
  const pattern = services.length === 0 ? '.*' : services.map(escaped).join('|');
  return PROMQL.query(question)
    .replaceAll('$__rate_interval', window)
    .replaceAll('$__range', durationText(secondsOf(span)))
    .replaceAll('$service', pattern.replace(/["\\]/g, '\\$&'));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function sql(question: Question, span: Span, services: readonly string[]): string {
  const names = services.map((name) => `'${name.replace(/['\\]/g, '\\$&')}'`);
  return SQL.query(question)
    .replaceAll('$__fromTime', `now() - INTERVAL ${secondsOf(span)} SECOND`)
    .replaceAll('$__toTime', 'now()')
    .replaceAll('$__interval_s', String(span.step))
    .replaceAll('$' + '{service:singlequote}', () => names.join(', ') || "''");
}
