import type {
  DecodedMetric,
  DecodedPoint,
  DecodedScopeMetrics,
  OtlpAttributes,
  Temporality,
} from './types.js';

/**
 * A request whose points have been counted and not read yet: enough to refuse it as a whole, and to read
 * it in parts, with other work in between.
 */
export interface Outline {
  readonly resources: readonly ResourceOutline[];
  readonly points: number;
}

export interface ResourceOutline {
  readonly resource: OtlpAttributes;
  readonly schemaUrl: string;
  readonly scopes: readonly ScopeOutline[];
}

export interface ScopeOutline {
  readonly scope: DecodedScopeMetrics['scope'];
  readonly schemaUrl: string;
  readonly metrics: readonly MetricOutline[];
}

export interface MetricOutline {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** `undefined`: there is no data in it, or of a kind that is not known here. */
  readonly kind: DecodedMetric['kind'] | undefined;
  readonly temporality: Temporality;
  readonly monotonic: boolean;
  readonly points: number;
  /** Reads one point. Throws a `BadPoint` or `Malformed`. */
  read(index: number): DecodedPoint;
}

export function temporalityOf(code: number): Temporality {
  if (code === 1) return 'delta';
  return code === 2 ? 'cumulative' : 'unspecified';
}
