import type { OtlpAttributes } from '../otlp/types.js';
import { labelsOf } from './text.js';

/** What sends metrics: as a rule one process of one service. */
export class Resource {
  readonly service: string;
  readonly instance: string;
  readonly language: string | undefined;
  /** Wall-clock time, ms, of the last request. */
  lastSeen: number;
  /** Series that are kept of it. */
  series = 0;
  /** Time between two exports, ms, as far as it has shown. */
  interval: number | undefined;
  /** Time, ms, from which on it is told what this process counts and times: averages are over no more than that. */
  measuredFrom = Number.POSITIVE_INFINITY;

  constructor(
    /** Tells it from all others, in keys. */
    readonly id: number,
    readonly attributes: Readonly<Record<string, string>>,
    seenAt: number,
  ) {
    this.service = attributes['service.name'] ?? 'unknown_service';
    this.instance = attributes['service.instance.id'] ?? '';
    this.language = attributes['telemetry.sdk.language'];
    this.lastSeen = seenAt;
  }

  /** A request has come. */
  seen(at: number): void {
    const passed = at - this.lastSeen;
    // Parts of one export follow each other at once.
    if (passed > 100) this.interval = passed;
    this.lastSeen = Math.max(this.lastSeen, at);
  }
}

/** The key under which two resources are one: all attributes, the order of keys apart. */
export function resourceKey(attributes: OtlpAttributes): {
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
} {
  const labels = labelsOf(attributes);
  return { key: JSON.stringify(labels), labels };
}
