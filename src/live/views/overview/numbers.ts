import type { Overview } from '../../protocol.js';
import { type Group, rateAt } from '../aggregate.js';
import { type Answerer, bucketsAt, ratio } from '../answers.js';
import { quantileOf } from '../distribution.js';
import { rounded } from '../panels.js';

type BigNumber = Overview['numbers'][number];

const REQUESTS = ['http.server.request.duration', 'http.server.duration', 'http.server.requests'];
const FIRST_TOKENS = [
  'job.time_to_first_token',
  'gen_ai.client.operation.time_to_first_chunk',
  'gen_ai.server.time_to_first_token',
];

/** The few numbers that say most, as far as there are such. */
export function bigNumbers(answerer: Answerer): readonly BigNumber[] {
  const requests = firstOf(answerer, REQUESTS);
  const token = firstOf(answerer, FIRST_TOKENS);
  return [
    ...(requests === undefined ? [] : requestNumbers(answerer, requests)),
    ...(token === undefined ? [] : [percentile('First token, P95', token)]),
    ...perSecond(answerer, 'Tokens', 'gen_ai.client.token.usage', 'short'),
    ...perSecond(answerer, 'Cost', 'agent.message.cost', 'currencyUSD'),
  ];
}

interface Found {
  readonly name: string;
  readonly group: Group;
  readonly unit: string;
}

function firstOf(answerer: Answerer, names: readonly string[]): Found | undefined {
  for (const name of names) {
    const [group] = answerer.grouped(name);
    if (group !== undefined) return { name, group, unit: unitOf(answerer, name) };
  }
  return undefined;
}

function unitOf(answerer: Answerer, name: string): string {
  return answerer.instruments(name)[0]?.unit ?? 's';
}

function requestNumbers(answerer: Answerer, found: Found): readonly BigNumber[] {
  const { name, group } = found;
  const isFailed = [{ key: 'error.type', isSet: true }] as const;
  const [failed] = answerer.grouped(name, { where: isFailed });
  const rate = {
    title: 'Requests',
    value: rounded(group.count / group.seconds),
    unit: 'reqps',
    trend: trendOf(group, (i) => rateAt(group, 'counts', i, answerer.span)),
  };
  const errors = {
    title: 'Failed',
    value: rounded(ratio(failed?.count ?? 0, group.count)),
    unit: 'percentunit',
    trend: trendOf(group, (i) => ratio(failed?.counts[i] ?? 0, group.counts[i])),
  };
  const hasBuckets = group.bounds.length > 0;
  return [rate, errors, ...(hasBuckets ? [percentile('Requests, P95', found)] : [])];
}

function percentile(title: string, { group, unit }: Found): BigNumber {
  const { bounds, buckets } = group;
  return {
    title,
    value: rounded(quantileOf({ bounds, counts: buckets }, 0.95)),
    unit,
    trend: trendOf(group, (i) => quantileOf(bucketsAt(group, i), 0.95)),
  };
}

function perSecond(
  answerer: Answerer,
  title: string,
  name: string,
  unit: string,
): readonly BigNumber[] {
  const [group] = answerer.grouped(name);
  if (group === undefined) return [];
  return [
    {
      title: `${title} per second`,
      value: rounded(group.sum / group.seconds),
      unit,
      trend: trendOf(group, (i) => rateAt(group, 'sums', i, answerer.span)),
    },
  ];
}

function trendOf({ counts }: Group, at: (step: number) => number | null) {
  return Array.from(counts, (_, i) => rounded(at(i)));
}
