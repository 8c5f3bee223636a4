import { type InstrumentDeclaration, OTHER } from '../declare/index.js';
import type { SeriesIndex } from './series-index.js';

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
 * Compares what is declared with the series that there are and were; `undefined` where all of it is
 * used. What went to the overflow series has no attributes to tell, so that an instrument with one is
 * taken to use them all.
 */
export function usageOf(
  { name, attributes }: InstrumentDeclaration,
  index: SeriesIndex,
): InstrumentUsage | undefined {
  const seen = index.valuesSeen();
  const isRecorded = seen !== undefined;
  const unusedAttributes: string[] = [];
  const unusedValues: { key: string; values: string[] }[] = [];
  for (const [key, { values }] of Object.entries(attributes)) {
    if (seen === undefined || index.overflow !== undefined) break;
    const used = seen.get(key);
    if (used === undefined) {
      unusedAttributes.push(key);
      continue;
    }
    const unused = values.filter((value) => value !== OTHER && !used.has(value));
    if (unused.length > 0) unusedValues.push({ key, values: unused });
  }
  if (isRecorded && unusedAttributes.length === 0 && unusedValues.length === 0) return undefined;
  return { instrument: name, isRecorded, unusedAttributes, unusedValues };
}
