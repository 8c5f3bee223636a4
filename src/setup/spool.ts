import { show } from '../errors.js';
import { type PointDropReason, Spool, type Store, type StoredRequest } from '../otel/index.js';
import type { SpoolOptions } from './options.js';
import type { Report } from './report.js';

/** The spool of a pipeline, as its delivery uses it. */
export interface OpenSpool extends Store {
  /** Points on disk. */
  readonly points: number;
}

/** What happens to points by way of the spool. */
export interface SpoolEvents {
  dropped(reason: PointDropReason, points: number): void;
  /** So many points have come from the disk, or, below 0, gone to it. */
  moved(points: number): void;
}

/** Opens the spool that is asked for; `undefined`, with the problem reported, where it makes no sense. */
export function openSpool(
  options: SpoolOptions | undefined,
  report: Report,
  events: SpoolEvents,
): OpenSpool | undefined {
  if (options === undefined) return undefined;
  const { directory, maxBytes } = options;
  if (typeof directory !== 'string' || directory === '') {
    report.problem(
      `spool.directory is ${show(directory)}; nothing is spooled.`,
      'Set it to a folder that this service alone writes to.',
    );
    return undefined;
  }
  const isSize = maxBytes === undefined || (Number.isSafeInteger(maxBytes) && maxBytes > 0);
  if (!isSize) {
    report.problem(
      `spool.maxBytes is ${show(maxBytes)}, which was ignored.`,
      'Use a whole number of bytes above 0.',
    );
  }
  const spool = Spool.open({
    directory,
    maxBytes: isSize ? maxBytes : undefined,
    onProblem: (message) => report.warnSometimes('spool', message),
  });
  const known = { spool_limit: 0, spool_corrupt: 0 };
  /** Tells what the last call has found or made to be lost. */
  const tell = (): void => {
    const counts = spool.counts();
    const lost = {
      spool_limit: counts.droppedPoints,
      spool_corrupt: counts.corruptPoints + counts.missingPoints,
    };
    for (const reason of ['spool_limit', 'spool_corrupt'] as const) {
      const points = lost[reason] - known[reason];
      known[reason] = lost[reason];
      if (points === 0) continue;
      // They count as on their way until they are given up.
      events.moved(points);
      events.dropped(reason, points);
    }
  };
  const written = ({ points }: StoredRequest, id: string | false): string | false => {
    if (id !== false) events.moved(-points);
    tell();
    return id;
  };
  return {
    get points() {
      return spool.counts().points;
    },
    write: async (entry) => written(entry, await spool.write(entry)),
    writeSync: (entry) => written(entry, spool.writeSync(entry)),
    async next() {
      const entry = await spool.next();
      if (entry !== undefined) events.moved(entry.points);
      tell();
      return entry;
    },
    remove: (id) => spool.remove(id),
    release(entry) {
      spool.release(entry.id);
      events.moved(-entry.points);
    },
    close: () => spool.close(),
  };
}
