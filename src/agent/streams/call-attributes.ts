import type { Attributes, AttributeValue } from '../../declare/index.js';
import type { Instrument } from '../../standard/index.js';

type Values = Record<string, AttributeValue | undefined>;

/**
 * The attributes of one call, which several instruments record with: each gets the keys that it
 * declares. A key that none of them declares goes to all, to be counted there as what it is.
 */
export class CallAttributes {
  private readonly given: Values;
  private readonly undeclared: ReadonlySet<string>;

  /** Copies what is given; what cannot be read is left out, and missed where it is required. */
  constructor(given: Attributes | undefined, instruments: readonly Instrument[]) {
    this.given = copyOf(given);
    const isDeclared = (key: string) => instruments.some((instrument) => declares(instrument, key));
    this.undeclared = new Set(Object.keys(this.given).filter((key) => !isDeclared(key)));
  }

  /** What is passed to one of the instruments: `found` has what was learned since, if anything. */
  of(instrument: Instrument, found?: Values): Attributes {
    const attributes: Values = {};
    for (const key of Object.keys(this.given)) {
      if (this.undeclared.has(key) || declares(instrument, key)) attributes[key] = this.given[key];
    }
    if (found === undefined) return attributes;
    for (const key of Object.keys(found)) {
      if (found[key] !== undefined && declares(instrument, key)) attributes[key] ??= found[key];
    }
    return attributes;
  }
}

function copyOf(given: Attributes | undefined): Values {
  try {
    return { ...given };
  } catch {
    return {};
  }
}

function declares(instrument: Instrument, key: string): boolean {
  return Object.hasOwn(instrument.declaration.attributes, key);
}
