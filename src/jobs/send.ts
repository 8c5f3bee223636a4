import { messageOf } from './ledger.js';
import { changeOf, type QueuedRow } from './queue.js';
import type { JobChangeResult, JobStore } from './store/types.js';
import type { JobActor, JobRecord } from './types.js';
import type { Warnings } from './warnings.js';

/** Who may report on a job, in place of the rule that is part of the statement. */
export type Authorize = (job: JobRecord, actor: JobActor) => boolean | PromiseLike<boolean>;

/** Writes a batch and gives what has become of each row. Rejects where the whole was not written. */
export type Send = (
  batch: readonly QueuedRow[],
) => Promise<readonly (JobChangeResult | undefined)[]>;

/** The way of a batch into the store: with the default rule one statement, otherwise two. */
export function sender(
  store: JobStore,
  maxWallNs: bigint,
  authorize: Authorize | undefined,
  warnings: Warnings,
): Send {
  if (authorize === undefined) {
    return (batch) =>
      store.write(
        batch.map((row) => changeOf(row, false)),
        maxWallNs,
      );
  }
  return async (batch) => {
    const access = await accessOf(store, batch, authorize, warnings);
    const allowed = batch.filter((row) => access.get(row) === 'allowed');
    const written = await store.write(
      allowed.map((row) => changeOf(row, row.start === undefined)),
      maxWallNs,
    );
    const results = new Map(allowed.map((row, i) => [row, written[i]]));
    return batch.map((row) => results.get(row) ?? { access: access.get(row) ?? 'denied' });
  };
}

/** Asks the service's own rule, with the row as it is; what this process started needs no asking. */
async function accessOf(
  store: JobStore,
  batch: readonly QueuedRow[],
  authorize: Authorize,
  warnings: Warnings,
): Promise<ReadonlyMap<QueuedRow, JobChangeResult['access']>> {
  const reports = batch.filter((row) => row.start === undefined);
  const ids = reports.map(({ id }) => id);
  const jobs = ids.length === 0 ? new Map<string, JobRecord>() : await store.getMany(ids);
  const answers = batch.map(async (row): Promise<[QueuedRow, JobChangeResult['access']]> => {
    if (row.start !== undefined) return [row, 'allowed'];
    const job = jobs.get(row.id);
    if (job === undefined) return [row, 'unknown'];
    try {
      const isAllowed = (await authorize(job, row.actor as JobActor)) === true;
      return [row, isAllowed ? 'allowed' : 'denied'];
    } catch (error) {
      warnings.warn('authorize', `authorize() failed, access denied: ${messageOf(error)}`);
      return [row, 'denied'];
    }
  });
  return new Map(await Promise.all(answers));
}
