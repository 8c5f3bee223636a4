import { getAttributes } from '../core/index.js';
import { show } from '../errors.js';
import { storable } from './store/rows.js';
import type { JobActor, JobIdentity, NewJob, ReportedTime } from './types.js';

/** Longest text that is kept, characters. Ids are keys of indexes, which take 2,700 bytes at most. */
const MAX_LENGTH = 255;

/** The greatest BIGINT. */
const MAX_NANOS = 2n ** 63n - 1n;

/** An id as it is stored; undefined for what is none, or too long to be told from another. */
export function idOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > MAX_LENGTH) return undefined;
  return storable(value);
}

/** Any other text: cut to what is kept; undefined for what is none. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return storable(value.slice(0, MAX_LENGTH));
}

/** A job, or undefined where it has no id or organization that can be stored. */
export interface DescribedJob {
  readonly id: string;
  readonly identity: Omit<JobIdentity, 'organizationId'> & {
    readonly organizationId: string | undefined;
  };
  readonly isStorable: boolean;
}

/** What the caller said, completed from the request context. Never throws. */
export function describe(job: NewJob, randomId: () => string): DescribedJob {
  const context = getAttributes();
  const given = copyOf(job);
  const id = given.id === undefined ? randomId() : idOf(given.id);
  const organizationId = idOf(given.organizationId ?? context['organization.id']);
  return {
    id: id ?? (typeof given.id === 'string' ? given.id : show(given.id)),
    identity: {
      id: id ?? '',
      organizationId,
      projectId: textOf(given.projectId ?? context['project.id']),
      agentId: textOf(given.agentId ?? context['agent.id']),
      type: textOf(given.type),
      model: textOf(given.model),
    },
    isStorable: id !== undefined && organizationId !== undefined,
  };
}

/** A copy of what can be read: a getter that throws must not reach the job from here. */
export function copyOf<T extends object>(from: T | null | undefined): Partial<T> {
  try {
    return { ...from };
  } catch {
    return {};
  }
}

/** The organization of an actor; undefined for what is no actor. */
export function organizationOf(actor: JobActor | null | undefined): string | undefined {
  return idOf(copyOf(actor).organizationId);
}

/** Whether the database could hold it as a length of time: whole nanoseconds from 0 to 2⁶³ − 1. */
export function isNanos(value: unknown): value is bigint {
  return typeof value === 'bigint' && value >= 0n && value <= MAX_NANOS;
}

/** A reported time as it was meant: a copy of the moment, or the length; undefined for neither. */
export function timeOf(
  time: ReportedTime,
): { readonly ns: bigint } | { readonly at: Date } | undefined {
  if (typeof time === 'bigint') return isNanos(time) ? { ns: time } : undefined;
  try {
    const millis = Date.prototype.getTime.call(time.at);
    return Number.isNaN(millis) ? undefined : { at: new Date(millis) };
  } catch {
    // No object, no Date in it, or one that cannot be read.
    return undefined;
  }
}
