import type { InstrumentDeclaration } from '../declare/index.js';
import type { Aggregation } from './aggregation.js';
import {
  type Interval,
  intervalOf,
  isWhole,
  type ReaderHandle,
  type ReaderState,
  ReaderStates,
  startOf,
} from './readers.js';
import { Rows } from './rows.js';
import type { Refusals, Runtime } from './runtime.js';
import type { Activity, Block, Series } from './series.js';
import { SeriesIndex } from './series-index.js';
import { SERIES_PER_STEP, type Steps } from './slices.js';
import type { MetricSnapshot } from './snapshot.js';

/**
 * The numbers of one synchronous instrument, and what each reader has had of them.
 *
 * Measurements go to one live row per series. A single reader owns the live rows: a cumulative one
 * reads them, a delta one reads and empties them. With a second reader the live rows become what
 * has come in since anybody collected: every collection first folds each into every reader's own
 * row and then reads from that. So one reader pays nothing for the possibility of several.
 */
export class SyncStorage {
  readonly index: SeriesIndex;
  private readonly readers: ReaderStates;
  private isFolded = false;

  constructor(
    private readonly declaration: InstrumentDeclaration,
    private readonly aggregation: Aggregation,
    runtime: Runtime,
    refusals: Refusals,
  ) {
    this.index = new SeriesIndex(declaration, aggregation, runtime, refusals);
    this.readers = new ReaderStates(declaration.kind, runtime.clock.now());
  }

  attach(reader: ReaderHandle, nowMillis: number): void {
    const [first] = this.readers.all();
    const isLate = this.readers.haveCollected;
    // What a reader has collected already is its own; what nobody has is for all of them.
    if (reader.fromNow || isLate) {
      // As at a collection: what is moved here counts as activity that readers have yet to collect.
      const epoch = ++this.index.epoch;
      for (const series of this.index.list) {
        this.note(series, nowMillis, epoch);
        this.fold(series);
      }
    }
    if (reader.fromNow || first !== undefined) this.isFolded = true;
    this.readers.attach(reader, nowMillis);
    // How things are is told to it too, by what another one knows.
    if (isLate && !reader.fromNow && isWhole(this.declaration.kind))
      this.hand(first?.slot, reader.slot);
  }

  /** Ends a reader, as `RegistryReader` says. */
  detach(slot: number): void {
    const state = this.readers.get(slot);
    if (state === undefined) return;
    if (this.readers.size === 1) this.leaveToNext(state);
    this.readers.detach(slot);
    this.index.pool.forget(slot);
  }

  /**
   * Reads every series for one reader. Measurements may come in, and other readers collect, between
   * two steps: each series is read at once, and what comes in after that is for the next collection.
   */
  *collect(slot: number, endMillis: number): Steps<MetricSnapshot | undefined> {
    const state = this.readers.get(slot);
    if (state === undefined) return undefined;
    const epoch = ++this.index.epoch;
    const since = intervalOf(state, endMillis);
    const { list } = this.index;
    // Of a copy, since series come and go in the meantime.
    const rows = new Rows(this.aggregation, endMillis, list.length);
    let i = 0;
    for (const series of [...list]) {
      if (++i % SERIES_PER_STEP === 0) {
        yield;
        if (this.readers.get(slot) !== state) break;
      }
      if (list[series.position] !== series) continue;
      this.note(series, endMillis, epoch);
      this.read(series, state, since, rows);
    }
    state.lastEpoch = epoch;
    yield* this.index.retireIdle(endMillis, (series, activity) => this.letGo(series, activity));
    return { declaration: this.declaration, temporality: state.temporality, rows };
  }

  private read(series: Series, state: ReaderState, since: Interval, into: Rows): void {
    const { aggregation } = this;
    const { at } = series;
    if (this.isFolded) this.fold(series);
    const rows = this.isFolded ? this.index.pool.rowsOf(state.slot, series.block) : series.row;
    if (aggregation.activity(rows, at) === 0) return;
    series.startMillis = Math.min(series.startMillis, into.endMillis);
    const { block } = series;
    const exemplars = this.isFolded
      ? block.exemplars?.takeOwn(at, state.slot)
      : block.exemplars?.take(at);
    into.add(series, startOf(since, series.startMillis), rows, at, exemplars);
    if (state.temporality === 'cumulative') return;
    aggregation.reset(rows, at);
    if (!this.isFolded && series.activity !== undefined) series.activity.seen = 0;
  }

  /** Notes that a series has been heard of since its last collection. */
  private note({ activity, row, at }: Series, nowMillis: number, epoch: number): void {
    if (activity === undefined) return;
    const seen = this.aggregation.activity(row, at);
    if (seen === activity.seen) return;
    activity.seen = seen;
    activity.millis = nowMillis;
    activity.epoch = epoch;
  }

  /** Lets the live rows hold what the next reader is to have, when the last one goes. */
  private leaveToNext({ slot, temporality, lastMillis }: ReaderState): void {
    const { aggregation, index, isFolded } = this;
    if (isWhole(this.declaration.kind)) {
      if (isFolded) {
        this.foldAll();
        this.hand(slot, undefined);
      }
    } else if (!isFolded && temporality === 'cumulative' && lastMillis !== undefined)
      this.foldAll();
    this.isFolded = false;
    for (const { row, at } of index.seeded)
      if (aggregation.activity(row, at) === 0) aggregation.update(row, at, 0, 1);
  }

  /** Adds the rows of one slot to those of another; without a slot they are the live ones. */
  private hand(from: number | undefined, to: number | undefined): void {
    const rows = (slot: number | undefined, block: Block): Float64Array =>
      slot === undefined ? block.live : this.index.pool.rowsOf(slot, block);
    for (const { at, block } of this.index.list)
      this.aggregation.merge(rows(to, block), at, rows(from, block), at);
  }

  private foldAll(): void {
    for (const series of this.index.list) this.fold(series);
  }

  /** Adds a live row to every reader's own, and empties it. */
  private fold(series: Series): void {
    const { aggregation, index } = this;
    const { at, block, row } = series;
    if (aggregation.activity(row, at) === 0) return;
    for (const { slot } of this.readers.all())
      aggregation.merge(index.pool.rowsOf(slot, block), at, row, at);
    block.exemplars?.share(at, this.readers.all());
    aggregation.reset(row, at);
    if (series.activity !== undefined) series.activity.seen = 0;
  }

  /** Whether an idle series may go: everybody has collected what it has had, and it is at rest. */
  private letGo({ row, at, block }: Series, { seen, epoch }: Activity): boolean {
    // What came in after the series was read has yet to be collected.
    if (this.aggregation.activity(row, at) !== seen) return false;
    for (const state of this.readers.all()) if (state.lastEpoch < epoch) return false;
    if (this.declaration.kind !== 'upDownCounter') return true;
    // One that is not at zero still says something: it stays.
    return row[at] === 0 && [...block.ofReader.values()].every((rows) => rows[at] === 0);
  }
}
