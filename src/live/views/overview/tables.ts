import type { GroupRow, GroupTable } from '../../protocol.js';
import { type Group, labelsKey } from '../aggregate.js';
import { type Answerer, bucketsAt, ratio } from '../answers.js';
import { quantileOf } from '../distribution.js';
import { rounded } from '../panels.js';

/** What a table is about: a histogram of durations, and what tells its rows apart. */
interface TableKind {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  /** The first of these that has been received; older names of the conventions come last. */
  readonly durations: readonly string[];
  /** Up to the first token or byte, in the same order of preference. */
  readonly firsts: readonly string[];
  readonly by: readonly string[];
  /** Where none of `by` is there. */
  readonly otherwise?: string;
}

const KINDS: readonly TableKind[] = [
  {
    id: 'endpoints',
    title: 'Endpoints',
    what: 'Endpoint',
    durations: ['http.server.request.duration', 'http.server.duration'],
    firsts: ['http.server.time_to_first_byte'],
    by: ['http.request.method', 'http.method', 'http.route'],
  },
  {
    id: 'models',
    title: 'Models',
    what: 'Model',
    durations: ['gen_ai.client.operation.duration', 'gen_ai.server.request.duration'],
    firsts: ['gen_ai.client.operation.time_to_first_chunk', 'gen_ai.server.time_to_first_token'],
    by: ['gen_ai.request.model'],
  },
  {
    id: 'jobs',
    title: 'Jobs',
    what: 'Type of job',
    durations: ['job.duration'],
    firsts: ['job.time_to_first_token'],
    by: ['job.type'],
    otherwise: 'gen_ai.request.model',
  },
  {
    id: 'tools',
    title: 'Tools',
    what: 'Tool',
    durations: ['gen_ai.execute_tool.duration'],
    firsts: [],
    by: ['gen_ai.tool.name'],
  },
  {
    id: 'agents',
    title: 'Agents',
    what: 'Agent',
    durations: ['gen_ai.invoke_agent.duration'],
    firsts: [],
    by: ['gen_ai.agent.name'],
  },
  {
    id: 'calls',
    title: 'Calls of other services',
    what: 'Server',
    durations: ['http.client.request.duration', 'http.client.duration', 'rpc.client.duration'],
    firsts: [],
    by: ['server.address'],
  },
  {
    id: 'queries',
    title: 'Database',
    what: 'Operation',
    durations: ['db.client.operation.duration'],
    firsts: [],
    by: ['db.operation.name', 'db.collection.name'],
  },
];

const MOST_ROWS = 30;
/** How much longer than the others, in the mean, the bottleneck takes at least. */
const MUCH_SLOWER = 2;
/** Of all the time of the table: less is no bottleneck, however slow. */
const MUCH_OF_THE_TIME = 0.25;

/** Rate, errors and durations of endpoints, models, jobs, tools and agents, as far as there are such. */
export function groupTables(answerer: Answerer, by: string | undefined): readonly GroupTable[] {
  return KINDS.flatMap((kind) => {
    const name = kind.durations.find((it) => answerer.grouped(it).length > 0);
    if (name === undefined) return [];
    const keys = keysFor(answerer, name, kind, by);
    const groups = answerer.grouped(name, { by: keys }).filter(({ count }) => count > 0);
    if (groups.length === 0) return [];
    const what = by !== undefined && keys[0] === by ? by : kind.what;
    const rows = rowsOf(answerer, name, kind, keys, groups);
    return [
      {
        id: kind.id,
        title: kind.title,
        what,
        unit: answerer.instruments(name)[0]?.unit ?? '',
        instrument: name,
        rows: rows.slice(0, MOST_ROWS),
        more: Math.max(0, rows.length - MOST_ROWS),
      },
    ];
  });
}

function keysFor(
  answerer: Answerer,
  name: string,
  { by: own, otherwise }: TableKind,
  by: string | undefined,
): readonly string[] {
  const has = (key: string) => answerer.instruments(name).some(({ values }) => values.has(key));
  if (by !== undefined && has(by)) return [by];
  const keys = own.filter(has);
  return keys.length === 0 && otherwise !== undefined && has(otherwise) ? [otherwise] : keys;
}

function rowsOf(
  answerer: Answerer,
  name: string,
  { firsts }: TableKind,
  keys: readonly string[],
  groups: readonly Group[],
): readonly GroupRow[] {
  const first = firsts.find((it) => answerer.grouped(it).length > 0);
  const index = (all: readonly Group[]) =>
    new Map(all.map((group) => [labelsKey(group.labels, keys), group]));
  const firstGroups =
    first === undefined ? undefined : index(answerer.grouped(first, { by: keys }));
  const failed = index(failedGroups(answerer, name, keys));
  const slowest = bottleneckOf(groups);
  // One that was never called before had none of the calls until then: of all processes, not of its own.
  const seconds = Math.max(...groups.map((group) => group.seconds));
  const rows = groups.map((group) => {
    const key = labelsKey(group.labels, keys);
    const quantile = (share: number) => quantileIn(group, share);
    const ofFirst = firstGroups?.get(key);
    return {
      name:
        keys
          .map((it) => group.labels[it] ?? '')
          .filter(Boolean)
          .join(' ') || '(none)',
      filters: keys.map((it) => ({ key: it, value: group.labels[it] ?? '' })),
      count: group.count,
      perSecond: rounded(group.count / seconds) ?? 0,
      errors: rounded(ratio(failed.get(key)?.count ?? 0, group.count)) ?? 0,
      ...given('p50', quantile(0.5)),
      ...given('p90', quantile(0.9)),
      ...given('p95', quantile(0.95)),
      ...given('p99', quantile(0.99)),
      ...(ofFirst !== undefined && {
        ...given('firstShare', ratio(ofFirst.sum, group.sum)),
        ...given('firstP50', quantileIn(ofFirst, 0.5)),
        ...given('firstP95', quantileIn(ofFirst, 0.95)),
      }),
      trend: Array.from({ length: answerer.span.steps }, (_, step) =>
        rounded(quantileOf(bucketsAt(group, step), 0.95)),
      ),
      isBottleneck: group === slowest,
    };
  });
  return rows.sort((a, b) => b.count - a.count);
}

/** What has failed: by the conventions' `error.type`, or by the status of older ones. */
function failedGroups(answerer: Answerer, name: string, by: readonly string[]): readonly Group[] {
  const has = (key: string) => answerer.instruments(name).some(({ values }) => values.has(key));
  if (has('error.type')) {
    return answerer.grouped(name, { by, where: [{ key: 'error.type', isSet: true }] });
  }
  const status = ['http.response.status_code', 'http.status_code'].find(has);
  if (status === undefined) return [];
  const failed = answerer
    .grouped(name, { by: [...by, status] })
    .filter(({ labels }) => labels[status]?.startsWith('5'));
  const added = new Map<string, Group>();
  for (const group of failed) {
    const key = labelsKey(group.labels, by);
    const before = added.get(key);
    added.set(key, before === undefined ? group : { ...before, count: before.count + group.count });
  }
  return [...added.values()];
}

/** Where most of the time goes, if it is much slower than the rest. */
function bottleneckOf(groups: readonly Group[]): Group | undefined {
  const all = groups.reduce(
    (sum, group) => ({ count: sum.count + group.count, sum: sum.sum + group.sum }),
    {
      count: 0,
      sum: 0,
    },
  );
  return groups.reduce<Group | undefined>((found, group) => {
    const others = { count: all.count - group.count, sum: all.sum - group.sum };
    const mean = group.sum / group.count;
    const isSlow = others.count > 0 && mean >= (MUCH_SLOWER * others.sum) / others.count;
    if (!isSlow || group.sum < all.sum * MUCH_OF_THE_TIME) return found;
    return found === undefined || group.sum > found.sum ? group : found;
  }, undefined);
}

function quantileIn({ bounds, buckets }: Group, share: number): number | null {
  return quantileOf({ bounds, counts: buckets }, share);
}

/** A number, or nothing at all where there is none. */
function given<K extends string>(key: K, value: number | null): { readonly [P in K]?: number } {
  const short = rounded(value);
  return short === null ? {} : ({ [key]: short } as { readonly [P in K]?: number });
}
