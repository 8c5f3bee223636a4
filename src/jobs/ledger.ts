import { jobStoreMetrics } from './metrics.js';

/** What can become of a row. The last three are rows that are lost. */
export type RowResult = 'written' | 'unknown' | 'denied' | 'overflow' | 'shutdown' | 'rejected';

/** Why a time is not stored although its row is. */
export type ValueRefusal = 'duplicate' | 'implausible';

/** What has become of everything so far, in memory and as metrics. */
export class Ledger {
  readonly rows: Record<RowResult, number> = {
    written: 0,
    unknown: 0,
    denied: 0,
    overflow: 0,
    shutdown: 0,
    rejected: 0,
  };
  readonly values: Record<ValueRefusal, number> = { duplicate: 0, implausible: 0 };
  lastWrite: Date | undefined;
  lastError: { readonly message: string; readonly at: Date } | undefined;
  failures = 0;

  row(result: RowResult): void {
    this.rows[result] += 1;
    jobStoreMetrics.jobStoreRows.add(1, { result });
  }

  value(reason: ValueRefusal): void {
    this.values[reason] += 1;
    jobStoreMetrics.jobStoreValuesRefused.add(1, { reason });
  }

  failure(error: unknown, at: Date): void {
    this.failures += 1;
    this.lastError = { message: messageOf(error), at };
    jobStoreMetrics.jobStoreFailures.add(1);
  }
}

/** What an error says. Never throws. */
export function messageOf(error: unknown): string {
  try {
    const { message, code } = error as { message?: unknown; code?: unknown };
    const text = typeof message === 'string' && message !== '' ? message : String(code ?? error);
    return text.slice(0, 500);
  } catch {
    return 'an error that cannot be read';
  }
}
