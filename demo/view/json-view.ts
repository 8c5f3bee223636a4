import { formatJson } from '../../src/jobs/index.js';
import type { DemoResult, View } from './state.js';

/** Writes nothing but one JSON document at the end: for programs. */
export class JsonView implements View {
  private readonly write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  show(): void {}

  finish(result: DemoResult): void {
    this.write(`${JSON.stringify(toDocument(result), undefined, 2)}\n`);
  }
}

/** The result as plain data. Times in seconds, sums in each instrument's unit. */
export function toDocument({ state, load, loadSeconds, jobs, ledger, exportError }: DemoResult) {
  const { durationSeconds, rate, temporality } = state.options;
  return {
    options: { durationSeconds, rate, temporality },
    load: { seconds: loadSeconds, sent: load.sent, statuses: Object.fromEntries(load.statuses) },
    exports: { ...state.exports, lastError: exportError ?? null },
    ...state.report,
    warnings: state.warnings,
    jobs: JSON.parse(formatJson(jobs)) as unknown,
    ledger: ledger.rows,
    balanced: ledger.balanced,
  };
}
