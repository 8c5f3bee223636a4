import {
  type Base2Value,
  type HistogramValue,
  type Instrument,
  type MetricSnapshot,
  type Point,
  pointsOf,
  type RegistryReader,
} from '../core/index.js';
import type {
  AttributesOf,
  Base2Buckets,
  ExplicitBuckets,
  InstrumentDeclaration,
} from '../declare/index.js';

/** What reading an instrument gives: a number, or a distribution. */
export type ReadValue<D extends InstrumentDeclaration> = D['buckets'] extends ExplicitBuckets
  ? HistogramValue
  : D['buckets'] extends Base2Buckets
    ? Base2Value
    : number;

/** One series as it was read. */
export interface ReadSeries<D extends InstrumentDeclaration> {
  readonly attributes: Partial<AttributesOf<D['attributes']>>;
  readonly value: ReadValue<D>;
}

/** What the test kit adds to an instrument. Values are totals since the test registry was made. */
export interface Readable<D extends InstrumentDeclaration> {
  /**
   * The series with exactly these attributes; `undefined` where nothing was recorded. Attributes
   * left out are those that the series does not have.
   */
  read(attributes?: Partial<AttributesOf<D['attributes']>>): Promise<ReadValue<D> | undefined>;
  /** Every series, in the order in which they were first recorded. */
  readAll(): Promise<readonly ReadSeries<D>[]>;
  /**
   * Over all series that have these attributes, whatever else they have: the sum of counters and
   * gauges, the number of measurements of histograms.
   */
  total(attributes?: Partial<AttributesOf<D['attributes']>>): Promise<number>;
}

/** An instrument of the test kit: what it was, and readable. */
export type ReadableInstrument<T> = T extends Instrument<infer D> ? T & Readable<D> : never;

/** Reads one instrument through a reader. */
export class InstrumentReader implements Readable<InstrumentDeclaration> {
  constructor(
    private readonly reader: RegistryReader,
    private readonly name: string,
  ) {}

  async read(attributes: object = {}): Promise<never> {
    const wanted = sortedEntries(attributes);
    const found = (await this.points()).find((point) => sortedEntries(point.attributes) === wanted);
    return found?.value as never;
  }

  async readAll(): Promise<readonly ReadSeries<InstrumentDeclaration>[]> {
    return (await this.points()).map(({ attributes, value }) => ({
      attributes,
      value: value as never,
    }));
  }

  async total(attributes: object = {}): Promise<number> {
    const wanted = Object.entries(attributes).filter(([, value]) => value !== undefined);
    return (await this.points())
      .filter((point) => wanted.every(([key, value]) => point.attributes[key] === value))
      .reduce((sum, { value }) => sum + (typeof value === 'number' ? value : value.count), 0);
  }

  private async points(): Promise<readonly Point[]> {
    const { metrics, errors } = await this.reader.collect();
    if (errors.length > 0) throw errors[0];
    const isWanted = (metric: MetricSnapshot): boolean => metric.declaration.name === this.name;
    return metrics.filter(isWanted).flatMap(pointsOf);
  }
}

/** Attributes as a text that tells types apart, whatever the order of the keys. */
function sortedEntries(attributes: object): string {
  const entries = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
