import type { Accumulator, SeriesTotal } from '../received/accumulator.js';
import { type Distribution, mergeDistributions } from '../received/distribution.js';
import { type Percentiles, percentilesOf } from '../received/percentiles.js';

/** What is shown of one endpoint or one model; every time in seconds. */
export interface Figures {
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
  readonly latency: Percentiles;
  readonly firstToken: Percentiles;
  /** Share of the whole time that passed before the first token, 0 to 1; `null` without tokens. */
  readonly firstTokenShare: number | null;
}

/** By which instruments and attributes figures are made. */
interface Recipe {
  /** The histogram that counts and times. */
  readonly duration: string;
  /** The histogram of the time to the first token. */
  readonly firstToken: string;
  /** The attributes that name a group. */
  readonly keys: readonly string[];
  readonly isError: (series: SeriesTotal) => boolean;
}

/** Requests by endpoint; an answer of 500 and up is an error. */
export const BY_ENDPOINT: Recipe = {
  duration: 'http.server.request.duration',
  firstToken: 'demo.route.time_to_first_token',
  keys: ['http.request.method', 'http.route'],
  isError: ({ attributes }) => Number(attributes['http.response.status_code']) >= 500,
};

/** Calls by model. */
export const BY_MODEL: Recipe = {
  duration: 'gen_ai.client.operation.duration',
  firstToken: 'gen_ai.client.operation.time_to_first_chunk',
  keys: ['gen_ai.request.model'],
  isError: ({ attributes }) => attributes['error.type'] !== undefined,
};

/** Makes the figures of each group from what was received, by name. */
export function figuresOf(received: Accumulator, recipe: Recipe): Figures[] {
  const durations = groups(received.series(recipe.duration), recipe.keys);
  const firstTokens = groups(received.series(recipe.firstToken), recipe.keys);
  return [...durations]
    .map(([name, series]) => {
      const latency = merged(series);
      const firstToken = merged(firstTokens.get(name) ?? []);
      return {
        name,
        requests: latency?.count ?? 0,
        errors: merged(series.filter(recipe.isError))?.count ?? 0,
        latency: percentilesOf(latency),
        firstToken: percentilesOf(firstToken),
        firstTokenShare:
          latency === undefined || firstToken === undefined ? null : firstToken.sum / latency.sum,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function groups(
  series: readonly SeriesTotal[],
  keys: readonly string[],
): Map<string, SeriesTotal[]> {
  const byName = new Map<string, SeriesTotal[]>();
  for (const one of series) {
    const name = keys.map((key) => String(one.attributes[key] ?? '(no route)')).join(' ');
    const group = byName.get(name);
    if (group === undefined) byName.set(name, [one]);
    else group.push(one);
  }
  return byName;
}

function merged(series: readonly SeriesTotal[]): Distribution | undefined {
  return series
    .map(({ total }) => total)
    .filter((total) => typeof total !== 'number')
    .reduce<Distribution | undefined>(
      (sum, total) => (sum === undefined ? total : mergeDistributions(sum, total)),
      undefined,
    );
}
