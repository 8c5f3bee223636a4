/** The live instruments as their users see them: the types of the declaration, carried over. */
import type {
  AttributeDeclarations,
  AttributesOf,
  Buckets,
  InstrumentDeclaration,
  InstrumentDeclarations,
  InstrumentKind,
  MisuseError,
  RequiredKeys,
  TimeUnit,
} from '../declare/index.js';
import type { TimedAttributes } from './timer.js';

/** What an instrument that declares no attributes takes: an object without keys. */
interface NoKeys {
  readonly [key: string]: MisuseError<'This instrument declares no attributes.'>;
}

/** The attributes parameter: it may be left out where nothing in it is required. */
export type AttributesArgument<A extends AttributeDeclarations> = [keyof A] extends [never]
  ? [attributes?: NoKeys]
  : [RequiredKeys<A>] extends [never]
    ? [attributes?: AttributesOf<A>]
    : [attributes: AttributesOf<A>];

/** What every live instrument tells of itself. */
export interface Instrument<D extends InstrumentDeclaration = InstrumentDeclaration> {
  readonly declaration: D;
}

/** A sum that only grows. */
export interface Counter<A extends AttributeDeclarations, U extends string = string>
  extends Instrument<InstrumentDeclaration<'counter', U, A, undefined>> {
  /**
   * Adds an increment of at least 0, in the declared unit. A negative one, NaN or an infinity is
   * dropped and counted. Costs one series lookup; the attributes object is not kept.
   */
  add(value: number, ...attributes: AttributesArgument<A>): void;
  /** Looks the series up once, for the place where it is always the same. The object is copied. */
  bind(...attributes: AttributesArgument<A>): BoundCounter;
}

/** A sum that goes up and down. */
export interface UpDownCounter<A extends AttributeDeclarations, U extends string = string>
  extends Instrument<InstrumentDeclaration<'upDownCounter', U, A, undefined>> {
  /** Adds a change, in the declared unit. NaN and infinities are dropped and counted. */
  add(value: number, ...attributes: AttributesArgument<A>): void;
  /** Looks the series up once. The object is copied. */
  bind(...attributes: AttributesArgument<A>): BoundCounter;
}

/** A value that is set. */
export interface Gauge<A extends AttributeDeclarations, U extends string = string>
  extends Instrument<InstrumentDeclaration<'gauge', U, A, undefined>> {
  /** Sets the value, in the declared unit. NaN and infinities are dropped and counted. */
  record(value: number, ...attributes: AttributesArgument<A>): void;
  /** Looks the series up once. The object is copied. */
  bind(...attributes: AttributesArgument<A>): BoundGauge;
}

/** A distribution. */
export interface Histogram<
  A extends AttributeDeclarations,
  U extends string,
  B extends Buckets = Buckets,
> extends Instrument<InstrumentDeclaration<'histogram', U, A, B>> {
  /**
   * Records a value of at least 0, in the declared unit. A negative one, NaN or an infinity is
   * dropped and counted. Costs one series lookup; the attributes object is not kept.
   */
  record(value: number, ...attributes: AttributesArgument<A>): void;
  /** Looks the series up once. The object is copied. */
  bind(...attributes: AttributesArgument<A>): BoundHistogram<U>;
  /**
   * Starts a timer on the monotonic clock. The function returned records the elapsed time, in the
   * declared unit, at its first call, and returns it; attributes given here and there are merged.
   * With all required attributes given here, it can be used with `using`.
   */
  readonly startTimer: U extends TimeUnit
    ? StartTimer<A>
    : MisuseError<`A timer cannot record in "${U}", which is no unit of time.`>;
  /**
   * Times a function, synchronous or asynchronous, and returns or throws what it does. Attributes
   * can be a function of how it ended; where `error.type` is declared and not given, a failure is
   * recorded with the class name of the error.
   */
  readonly time: U extends TimeUnit
    ? <Result>(fn: () => Result, ...attributes: TimedArgument<A>) => Result
    : MisuseError<`A timer cannot record in "${U}", which is no unit of time.`>;
}

type TimedArgument<A extends AttributeDeclarations> = [RequiredKeys<A>] extends [never]
  ? [attributes?: TimedAttributes<AttributesOf<A>>]
  : [attributes: TimedAttributes<AttributesOf<A>>];

/** Starts a timer, with or without attributes. */
export interface StartTimer<A extends AttributeDeclarations> {
  (): [RequiredKeys<A>] extends [never] ? CompleteTimer<A> : PendingTimer<A>;
  (attributes: AttributesOf<A>): CompleteTimer<A>;
}

/** A timer that still needs its attributes. Returns the elapsed time in the declared unit. */
export type PendingTimer<A extends AttributeDeclarations> = (attributes: AttributesOf<A>) => number;

/** A timer that has its attributes. Returns the elapsed time in the declared unit. */
export interface CompleteTimer<A extends AttributeDeclarations> extends Disposable {
  (attributes?: Partial<AttributesOf<A>>): number;
}

/** A counter's series. */
export interface BoundCounter {
  add(value: number): void;
}

/** A gauge's series. */
export interface BoundGauge {
  record(value: number): void;
}

/** A histogram's series. */
export interface BoundHistogram<U extends string> {
  record(value: number): void;
  readonly startTimer: U extends TimeUnit
    ? () => BoundTimer
    : MisuseError<`A timer cannot record in "${U}", which is no unit of time.`>;
  readonly time: U extends TimeUnit
    ? <Result>(fn: () => Result) => Result
    : MisuseError<`A timer cannot record in "${U}", which is no unit of time.`>;
}

/** Records the elapsed time at its first call and returns it, in the declared unit. */
export interface BoundTimer extends Disposable {
  (): number;
}

/** What a callback of an observable instrument reports to. */
export interface ObservableResult<A extends AttributeDeclarations> {
  /** Reports the value as it is now, in the declared unit; for sums the total, not the change. */
  observe(value: number, ...attributes: AttributesArgument<A>): void;
}

/** An instrument that callbacks fill in at collection. */
export interface Observable<
  A extends AttributeDeclarations,
  U extends string = string,
  K extends InstrumentKind = ObservableKind,
> extends Instrument<InstrumentDeclaration<K, U, A, undefined>> {
  /**
   * Adds a callback that is called at every collection of every reader. It may be asynchronous; one
   * that throws, or takes longer than the collection's timeout, loses its own values only.
   */
  addCallback(callback: (result: ObservableResult<A>) => void | Promise<void>): void;
  removeCallback(callback: (result: ObservableResult<A>) => void | Promise<void>): void;
}

type ObservableKind = 'observableCounter' | 'observableUpDownCounter' | 'observableGauge';

/** The live form of a declaration. */
export type LiveInstrument<D extends InstrumentDeclaration> =
  D extends InstrumentDeclaration<infer Kind, infer U, infer A, infer B>
    ? Kind extends 'counter'
      ? Counter<A, U>
      : Kind extends 'upDownCounter'
        ? UpDownCounter<A, U>
        : Kind extends 'gauge'
          ? Gauge<A, U>
          : Kind extends 'histogram'
            ? Histogram<A, U, Extract<B, Buckets>>
            : Observable<A, U, Kind>
    : never;

/** The live form of a registry's instruments. */
export type LiveInstruments<I extends InstrumentDeclarations> = {
  readonly [K in keyof I]: LiveInstrument<I[K]>;
};
