import type { SearchName } from './bucket-search.js';
import type { Reach } from './encode.js';
import type { ExporterName } from './exporter-names.js';
import type { HttpSubject } from './http.js';
import type { SeriesBytes } from './memory.js';
import type { RecordCaseName } from './record.js';
import type { ServiceResult, ServiceSubject, ServiceTiming } from './service.js';

import type { TimingOptions } from './timing.js';
import type { WriterWay } from './writer-ways.js';

/** The libraries under test. Both versions of the SDK are one module, found from two folders. */
export type SubjectModule = 'meterbook' | 'sdk-metrics' | 'prom-client' | 'effect' | 'hot-shots';

/** What one worker process does: one measurement, so that no other shapes the compiled code. */
export type Job =
  | {
      readonly kind: 'record';
      readonly subject: SubjectModule;
      readonly name: RecordCaseName;
      readonly timing: TimingOptions;
    }
  | {
      readonly kind: 'curve';
      readonly subject: SubjectModule;
      /** So many series, or so many attributes. */
      readonly of: 'series' | 'attributes';
      readonly count: number;
      readonly timing: TimingOptions;
    }
  | { readonly kind: 'allocation'; readonly subject: SubjectModule; readonly name: RecordCaseName }
  | { readonly kind: 'heap'; readonly subject: SubjectModule }
  | {
      readonly kind: 'collect';
      readonly subject: SubjectModule;
      readonly series: number;
      readonly count: number;
    }
  | {
      readonly kind: 'search';
      readonly search: SearchName;
      readonly boundaries: number;
      readonly timing: TimingOptions;
    }
  | {
      readonly kind: 'stall';
      readonly subject: ExporterName;
      readonly series: number;
      readonly count: number;
    }
  | {
      readonly kind: 'encode';
      readonly subject: ExporterName;
      readonly series: number;
      readonly reach: Reach;
      readonly count: number;
    }
  | { readonly kind: 'writers'; readonly way: WriterWay; readonly threads: number }
  | { readonly kind: 'service'; readonly subject: ServiceSubject; readonly timing: ServiceTiming }
  | {
      readonly kind: 'http';
      readonly subject: HttpSubject;
      readonly timing: { readonly requests: number; readonly batches: number };
    };

/** What comes back. */
export interface JobResults {
  /** Nanoseconds per operation, by batch. */
  readonly record: readonly number[];
  /** The same. */
  readonly curve: readonly number[];
  /** Bytes per operation, by reading. */
  readonly allocation: readonly number[];
  readonly heap: SeriesBytes;
  /** Milliseconds per collection. */
  readonly collect: readonly number[];
  /** Nanoseconds per search and count, by batch. */
  readonly search: readonly number[];
  /** Milliseconds, by export. */
  readonly encode: readonly number[];
  /** Milliseconds, by export. */
  readonly stall: readonly number[];
  /** Nanoseconds per record, by thread and round. */
  readonly writers: readonly number[];
  readonly service: ServiceResult;
  /** Nanoseconds per request, by batch. */
  readonly http: readonly number[];
}
