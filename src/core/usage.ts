import { type InstrumentDeclaration, OTHER } from '../declare/index.js';
import type { Series } from './series.js';

/** What of one instrument has never been recorded. */
export interface InstrumentUsage {
  /** Exported name. */
  readonly instrument: string;
  /** Whether anything has; where nothing has, the lists below are empty. */
  readonly isRecorded: boolean;
  /** Optional attributes that no measurement had. */
  readonly unusedAttributes: readonly string[];
  /** Values of `oneOf` attributes that no measurement had, `_OTHER` left out. */
  readonly unusedValues: readonly { readonly key: string; readonly values: readonly string[] }[];
}

/**
 * The attributes that series have or had, by key; of a closed set also the values, others are
 * `undefined` in it. Undefined as a key: that there was a series at all.
 */
export type Uses = Map<string | undefined, Set<unknown>>;

/** The series of an instrument, as far as this needs them. */
interface SeriesKept {
  readonly list: readonly Series[];
  readonly retired: Uses;
  readonly overflow: Series | undefined;
}

/** Notes what a series has. */
export function noteUse(
  { attributes: declared }: InstrumentDeclaration,
  { attributes }: Series,
  into: Uses,
): void {
  for (const key of [undefined, ...Object.keys(attributes)]) {
    const isClosed = key !== undefined && declared[key]?.type === 'oneOf';
    into.set(key, (into.get(key) ?? new Set()).add(isClosed ? attributes[key] : undefined));
  }
}

/**
 * Compares what is declared with the series that there are and were; `undefined` where all of it is
 * used. What went to the overflow series has no attributes to tell, so that an instrument with one is
 * taken to use them all.
 */
export function usageOf(
  declaration: InstrumentDeclaration,
  { list, retired, overflow }: SeriesKept,
): InstrumentUsage | undefined {
  const uses: Uses = new Map([...retired].map(([key, values]) => [key, new Set(values)]));
  for (const series of list) noteUse(declaration, series, uses);
  const isRecorded = uses.size > 0;
  const declared = isRecorded && !overflow ? Object.entries(declaration.attributes) : [];
  const unusedAttributes = declared.map(([key]) => key).filter((key) => !uses.has(key));
  const unusedValues = declared
    .map(([key, { values }]) => ({
      key,
      values: values.filter((it) => it !== OTHER && uses.get(key)?.has(it) === false),
    }))
    .filter(({ values }) => values.length > 0);
  if (isRecorded && unusedAttributes.length + unusedValues.length === 0) return undefined;
  return { instrument: declaration.name, isRecorded, unusedAttributes, unusedValues };
}
