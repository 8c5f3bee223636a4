import { measurement, type Section } from '../report/measurement.js';
import { runJob } from '../support/processes.js';
import type { SearchName } from '../worker/bucket-search.js';
import type { Context } from './context.js';

const COUNTS = [6, 14, 30, 60];
const COLUMNS: Readonly<Record<string, SearchName>> = {
  'tree (ours)': 'tree',
  'linear scan': 'linear',
  'binary search': 'binary',
};

/** Why buckets are found as they are (src/core/bucket-tree.ts). */
export function bucketSearchSection({ effort, programs, progress }: Context): Section {
  return {
    id: 'buckets',
    title: 'Bucket search',
    note: 'CPU time to find the bucket of a random value and count it.',
    unit: 'ns',
    columns: Object.keys(COLUMNS),
    rows: COUNTS.map((boundaries) => {
      progress(`bucket search, ${boundaries} boundaries`);
      const readings = Object.entries(COLUMNS).map(([column, search]) => {
        const job = { kind: 'search', search, boundaries, timing: effort.timing } as const;
        const rounds = Array.from({ length: effort.rounds }, () => runJob(programs.worker, job));
        return [column, measurement(rounds.flat())] as const;
      });
      return {
        name: `${boundaries} boundaries`,
        values: Object.fromEntries(readings),
        budgets: [],
      };
    }),
  };
}
