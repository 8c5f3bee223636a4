import { wellFormed } from '../well-formed.js';

/** A recording rule or an alert, as Prometheus reads it. */
export type Rule = RecordingRule | AlertRule;

interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Rules that are evaluated together, in this order, so that a rule sees what one above it recorded. */
export interface RuleGroup {
  /** Unique in its file. */
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly Rule[];
}

/**
 * Text of a declaration for a label or an annotation of an alert. These are templates: what opens one is
 * written as a template that prints it.
 */
export function templateText(text: string): string {
  return wellFormed(text).replace(/\{\{/g, '{{ "{{" }}');
}
