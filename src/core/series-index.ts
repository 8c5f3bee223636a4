import type { Attributes, AttributeValue, InstrumentDeclaration } from '../declare/index.js';
import { MeterbookError } from '../errors.js';
import type { Aggregation } from './aggregation.js';
import { copyAttributes, UNREADABLE } from './attribute-copies.js';
import { AttributeRules, type CheckedValue } from './attribute-rules.js';
import { activeContext, NO_CONTEXT } from './context.js';
import { noteSeries } from './copies.js';
import type { Refusals, Runtime } from './runtime.js';
import { Activity, RowPool, Series } from './series.js';
import { SERIES_PER_STEP, type Steps } from './slices.js';
import { noteUse, type Uses } from './usage.js';
import { ValueTable } from './value-table.js';

/** A level of the lookup: values of one attribute, and below each the next level or the series. */
type Level = ValueTable<Level | Series>;

/** The attribute set of what finds no place any more (metrics SDK, "Overflow attribute"). */
const OVERFLOW_ATTRIBUTES = Object.freeze({ 'otel.metric.overflow': true });

/**
 * Finds the series of an attribute set, and decides which sets become series.
 *
 * The declared keys are known, so a series is found by walking nested maps of values in declared
 * order: no sorting, no string built, nothing allocated. A set is checked when it is seen for the
 * first time; afterwards the walk alone proves it right. This costs about a sixteenth of hashing
 * the attributes per record (npm run bench, "record").
 *
 * New sets pass the cardinality guard: a value past its attribute's `maxValues` becomes `_OTHER`; a
 * set past `maxSeries` goes to the overflow series; retiring gives both places back.
 */
export class SeriesIndex {
  /** Every series, the overflow series included. */
  readonly list: Series[] = [];
  readonly pool: RowPool;
  /** Rises with every retirement, after which a bound series must look again for its place. */
  generation = 0;
  /** Rises with every collection. */
  epoch = 0;
  overflow: Series | undefined;
  /** What {@link seed} has made. */
  seeded: readonly Series[] = [];
  /** What the series had that are retired. */
  readonly retired: Uses = new Map();
  /** Start of new series, ms; `undefined` for the moment at which each is made. */
  seriesStartMillis: number | undefined;
  private readonly keys: readonly string[];
  /** Key, or `undefined` where the context does not supply the attribute. */
  private readonly contextKeys: readonly (string | undefined)[];
  private readonly usesContext: boolean;
  private readonly rules: AttributeRules;
  private root: Level | Series | undefined;

  constructor(
    private readonly declaration: InstrumentDeclaration,
    aggregation: Aggregation,
    private readonly runtime: Runtime,
    private readonly refusals: Refusals,
  ) {
    this.keys = Object.keys(declaration.attributes);
    this.contextKeys = this.keys.map((key) =>
      declaration.attributes[key]?.isFromContext ? key : undefined,
    );
    this.usesContext = this.contextKeys.some((key) => key !== undefined);
    this.rules = new AttributeRules(declaration, refusals);
    this.pool = new RowPool(aggregation, runtime);
    this.root = this.keys.length === 0 ? undefined : new ValueTable();
  }

  /** The series of these attributes; `undefined` when the measurement has been dropped. */
  find(attributes: Attributes): Series | undefined {
    return this.findIn(attributes, this.usesContext ? activeContext() : NO_CONTEXT);
  }

  /** The series of attributes that {@link complete} has made: the context of now is not theirs. */
  findCompleted(attributes: Attributes): Series | undefined {
    return this.findIn(attributes, NO_CONTEXT);
  }

  private findIn(attributes: Attributes, context: Attributes): Series | undefined {
    try {
      return (
        this.walkInOrder(attributes, context) ??
        this.walk(attributes, context) ??
        this.admit(attributes, context)
      );
    } catch (error) {
      // A getter or a proxy of the caller's threw; strict mode's own error goes on its way.
      if (this.runtime.strict && error instanceof MeterbookError) throw error;
      return this.refusals.drop('invalid_attribute', 'reading the attributes threw an error.');
    }
  }

  /**
   * The fast way: the caller's keys come in declared order, as they do where the call was written
   * from the declaration. Enumerating the object drives the walk, so that an undeclared key cannot
   * pass unnoticed and each value is read through the engine's enumeration cache.
   */
  private walkInOrder(attributes: Attributes, context: Attributes): Series | undefined {
    const { keys } = this;
    const { length } = keys;
    let node = this.root as Level;
    let i = 0;
    for (const key in attributes) {
      while (i < length && keys[i] !== key) {
        node = node.get(this.absent(i++, context)) as Level;
        if (node === undefined) return undefined;
      }
      if (i === length) return undefined;
      const value = attributes[key];
      node = node.get(value === undefined ? this.absent(i, context) : value) as Level;
      if (node === undefined) return undefined;
      i++;
    }
    while (i < length) {
      node = node.get(this.absent(i++, context)) as Level;
      if (node === undefined) return undefined;
    }
    return node as unknown as Series | undefined;
  }

  /** The same for keys in any order. */
  private walk(attributes: Attributes, context: Attributes): Series | undefined {
    const { keys } = this;
    let surplus = 0;
    for (const _ in attributes) surplus++;
    let node = this.root as Level;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      const value = attributes[key];
      if (value !== undefined || key in attributes) surplus--;
      node = node.get(value === undefined ? this.absent(i, context) : value) as Level;
      if (node === undefined) return undefined;
    }
    return surplus === 0 ? (node as unknown as Series | undefined) : undefined;
  }

  /** A copy of the attributes, completed from the context as it is now. Never throws. */
  complete(attributes: Attributes): Attributes {
    const copy = copyAttributes(attributes);
    const missing: Record<string, AttributeValue | undefined> = {};
    const context = activeContext();
    for (const key of this.contextKeys)
      if (key !== undefined && copy !== UNREADABLE) missing[key] = copy[key] ?? context[key];
    return copyAttributes(copy, missing);
  }

  /** What an attribute is that the call does not pass. */
  private absent(i: number, context: Attributes): AttributeValue | undefined {
    const key = this.contextKeys[i];
    return key === undefined ? undefined : context[key];
  }

  /** Checks attributes that are not known as they stand, and finds or makes their series. */
  private admit(attributes: Attributes, context: Attributes): Series | undefined {
    const { keys, rules } = this;
    const path: CheckedValue[] = [];
    for (let i = 0; i < keys.length; i++) {
      const passed = attributes[keys[i] as string] as unknown;
      const value = rules.check(i, passed ?? this.absent(i, context));
      if (value === null) return undefined;
      path.push(value);
    }
    for (const key of Object.keys(attributes)) {
      if (!rules.isDeclared(key)) {
        this.refusals.leaveOut(`the attribute "${key.slice(0, 80)}" is not declared.`);
      }
    }
    const known = this.follow(path);
    if (known !== undefined) return known;
    const bounded = path.map((value, i) => rules.bound(i, value));
    const { maxSeries } = this.declaration;
    const found = this.follow(bounded);
    if (found !== undefined) return found;
    const places = this.list.length - (this.overflow === undefined ? 0 : 1);
    return places < maxSeries ? this.insert(bounded, false) : this.overflowing();
  }

  /** Makes the series of each of these attribute sets and keeps it for good. */
  seed(paths: readonly (readonly CheckedValue[])[]): readonly Series[] {
    this.seeded = paths.map((path) => this.insert(path, true));
    return this.seeded;
  }

  /** Takes a series out; its place, and its values' places, are free again. */
  retire(series: Series): void {
    noteUse(this.declaration, series, this.retired);
    const path = this.keys.map((key) => series.attributes[key]);
    this.remove(this.root, path, 0);
    if (this.keys.length === 0) this.root = undefined;
    path.forEach((value, i) => {
      this.rules.release(i, value);
    });
    const last = this.list.pop() as Series;
    if (last !== series) {
      this.list[series.position] = last;
      last.position = series.position;
    }
    this.pool.give(series);
    this.generation++;
  }

  /**
   * Retires what nothing has been heard of for `idleSeconds`, with turns for others in between.
   *
   * @param letGo whether the instrument lets a series go, which is then the last that it hears of it
   */
  *retireIdle(
    nowMillis: number,
    letGo: (series: Series, activity: Activity) => boolean,
  ): Steps<void> {
    const { list } = this;
    const { idleSeconds } = this.declaration;
    if (idleSeconds === undefined) return;
    for (let i = list.length - 1; i >= 0; i--) {
      if (i % SERIES_PER_STEP === 0) yield;
      // Other readers may have retired some in the meantime.
      const series = list[i] as Series;
      const activity = series?.activity;
      if (activity === undefined || nowMillis - activity.millis < idleSeconds * 1_000) continue;
      if (letGo(series, activity)) this.retire(series);
    }
  }

  /** Distinct values of each attribute among the series there are. Cold. */
  distinctValues(): ReadonlyMap<string, number> {
    return new Map(
      this.keys.map((key) => {
        const values = new Set(this.list.map((series) => series.attributes[key]));
        values.delete(undefined);
        return [key, values.size];
      }),
    );
  }

  /** The attributes of which values have become `_OTHER`. */
  saturated(): readonly string[] {
    return this.keys.filter((_, i) => this.rules.isSaturated(i));
  }

  private follow(path: readonly CheckedValue[]): Series | undefined {
    let node: Level | Series | undefined = this.root;
    for (const value of path) node = (node as Level | undefined)?.get(value);
    return node as Series | undefined;
  }

  private insert(checked: readonly CheckedValue[], isPermanent: boolean): Series {
    const attributes: Record<string, AttributeValue> = {};
    const path = checked.map(ownCopy);
    path.forEach((value, i) => {
      this.rules.keep(i, value);
      if (value !== undefined) attributes[this.keys[i] as string] = value;
    });
    const series = this.add(attributes, isPermanent);
    if (path.length === 0) {
      this.root = series;
      return series;
    }
    let level = this.root as Level;
    for (const value of path.slice(0, -1)) {
      let next = level.get(value) as Level | undefined;
      if (next === undefined) {
        next = new ValueTable();
        level.add(value, next);
      }
      level = next;
    }
    level.add(path.at(-1), series);
    return series;
  }

  private add(attributes: Readonly<Record<string, AttributeValue>>, isPermanent: boolean): Series {
    const { block, at } = this.pool.take();
    const startMillis = this.seriesStartMillis ?? this.runtime.clock.now();
    // What was seeded is no measurement.
    if (!isPermanent) noteSeries(this.declaration.name);
    const mayRetire = !isPermanent && this.declaration.idleSeconds !== undefined;
    const activity = mayRetire ? new Activity(startMillis, this.epoch) : undefined;
    const series = new Series(attributes, block, at, activity);
    series.startMillis = startMillis;
    series.position = this.list.push(series) - 1;
    return series;
  }

  private overflowing(): Series {
    if (this.overflow !== undefined) return this.overflow;
    const distinct = [...this.distinctValues()].sort((a, b) => b[1] - a[1])[0];
    const { name, maxSeries } = this.declaration;
    const culprit =
      distinct === undefined
        ? ''
        : ` The attribute "${distinct[0]}" has the most distinct values (${distinct[1]}): bound it with maxValues, leave it out, or raise maxSeries.`;
    this.runtime.warn(
      `Instrument "${name}" has reached its limit of ${maxSeries} series. Measurements with further attribute sets go to the series otel.metric.overflow=true; totals stay exact.${culprit}`,
    );
    this.overflow = this.add(OVERFLOW_ATTRIBUTES, true);
    return this.overflow;
  }

  /** Removes a path and the levels that it leaves empty; tells whether `node` is empty now. */
  private remove(
    node: Level | Series | undefined,
    path: readonly CheckedValue[],
    depth: number,
  ): boolean {
    if (!(node instanceof ValueTable)) return true;
    if (this.remove(node.get(path[depth]), path, depth + 1)) node.delete(path[depth]);
    return node.size === 0;
  }
}

/**
 * The engine's one copy of a string: as a property's key it becomes that.
 *
 * A string cut from a longer one keeps the longer one alive (V8's sliced strings): an id taken from
 * a request body would keep the body for the life of its series. And a string that the caller has
 * written as a literal is that one copy already, so that the walk compares pointers, no characters.
 */
function ownCopy(value: CheckedValue): CheckedValue {
  return typeof value === 'string' ? Object.keys({ [value]: true })[0] : value;
}
