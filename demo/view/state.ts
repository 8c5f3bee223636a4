import type { JobReport } from '../../src/jobs/index.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LoadResult } from '../load/generator.js';
import type { DemoOptions } from '../options.js';
import type { Report } from './report.js';

/** A moment of the demo. */
export interface DemoState {
  readonly options: DemoOptions;
  /** Seconds since the load began. */
  readonly elapsedSeconds: number;
  /** Requests that wait for their answer. */
  readonly underWay: number;
  /** Where the receiver listens. */
  readonly receiverUrl: string;
  /** Where the page of the live view is; `undefined` without one. */
  readonly pageUrl: string | undefined;
  readonly exports: ExportCounts;
  readonly report: Report;
  /** What the SDK has warned of. */
  readonly warnings: readonly string[];
}

/** What the receiver got. */
export interface ExportCounts {
  readonly requests: number;
  /** Bytes of the bodies, unpacked. */
  readonly bytes: number;
  /** Data points. */
  readonly points: number;
  /** Requests that it refused. */
  readonly refused: number;
}

/** The end of the demo. */
export interface DemoResult {
  readonly state: DemoState;
  readonly load: LoadResult;
  /** How long the load lasted, seconds; less than asked for if the demo was interrupted. */
  readonly loadSeconds: number;
  /** The report from the table of jobs, by model. */
  readonly jobs: JobReport;
  readonly ledger: Ledger;
  /** The SDK's last words on its exporter; `undefined` if every export succeeded. */
  readonly exportError: string | undefined;
}

/** Shows the demo in one of its forms. */
export interface View {
  /** Called once a second. */
  show(state: DemoState): void;
  finish(result: DemoResult): void;
}
