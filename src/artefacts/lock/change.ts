/** Whether what reads the metrics (dashboards, alerts, queries) goes on working. */
export type ChangeEffect = 'breaking' | 'compatible';

/** One difference between two states of a registry. */
export interface Change {
  readonly effect: ChangeEffect;
  /** Name of the instrumentation scope. */
  readonly scope: string;
  /** Exported name of the instrument, or the SLO as `slo fastFirstToken`; empty for the scope itself. */
  readonly subject: string;
  /** What differs: `unit`, `attributes.model.maxValues`, or `instrument` for the whole of it. */
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Why it is what it is, and what to do where it breaks something. */
  readonly note: string;
}

/** A difference of one subject, before it is known whose it is. */
export type FieldChange = Omit<Change, 'scope' | 'subject'>;

/** Makes a change; values are shown as JSON, texts as they are. */
export function change(
  effect: ChangeEffect,
  field: string,
  before: unknown,
  after: unknown,
  note: string,
): FieldChange {
  return { effect, field, before: shown(before), after: shown(after), note };
}

function shown(value: unknown): string | undefined {
  return typeof value === 'string' || value === undefined ? value : JSON.stringify(value);
}
