import { main } from '../../../src/cli/index.js';
import type { JobChange, JobStore } from '../../../src/jobs/index.js';

/** What the command said and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process. */
export async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  const code = await main(argv, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env,
    cwd,
    version: '1.2.3',
    // Nothing goes on here: what would is stopped at once.
    untilStopped: () => Promise.resolve(),
  });
  return { code, stdout, stderr };
}

const MS = 1_000_000n;

function job(
  n: number,
  day: string,
  [model, organizationId]: readonly [string, string],
  [ttft, total]: readonly [bigint, bigint],
  outcome: JobChange['outcome'],
): JobChange {
  return {
    id: `job-${n}`,
    organizationId,
    isStart: true,
    isAuthorized: false,
    type: 'message',
    model,
    startedAt: new Date(`${day}T12:00:00Z`),
    ttft: { ns: ttft, clock: 'monotonic' },
    duration: { ns: total, clock: 'monotonic' },
    outcome,
  };
}

/** Four jobs on two days, one of them longer than a JSON number can tell. */
export async function writeJobs(store: JobStore): Promise<void> {
  const day1 = '2026-01-01';
  const day2 = '2026-01-02';
  const large = ['m-large', 'org-1'] as const;
  await store.write(
    [
      job(1, day1, ['m-small', 'org-1'], [100n * MS, 1_000n * MS], 'completed'),
      job(2, day1, large, [400n * MS, 2_000n * MS], 'completed'),
      job(3, day2, large, [500n * MS, 2n ** 53n + 9_000n * MS], 'failed'),
      job(4, day2, ['m-large', 'org-2'], [600n * MS, 2n ** 53n + 1n], 'completed'),
    ],
    10n ** 15n,
  );
}
