import { spawnSync } from 'node:child_process';
import type { Job, JobResults } from '../worker/job.js';

/** Runs `node` with these arguments and returns the JSON that it prints. Throws if it fails. */
export function nodeJson<Result>(args: readonly string[]): Result {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')}\n${error?.message ?? stderr}`);
  return JSON.parse(stdout) as Result;
}

/** Flags without which a measurement would not be one. */
const FLAGS: Readonly<Partial<Record<Job['kind'], readonly string[]>>> = {
  collect: ['--expose-gc'],
  heap: ['--expose-gc'],
  encode: ['--expose-gc'],
  stall: ['--expose-gc'],
  // Young objects are counted before any of them is collected: there must be room for them, in MiB.
  allocation: ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'],
};

/** Does one job in a process of its own. */
export function runJob<J extends Job>(worker: string, job: J): JobResults[J['kind']] {
  return nodeJson([...(FLAGS[job.kind] ?? []), worker, JSON.stringify(job)]);
}
