/** Attributes of one measurement; every library under test takes them as a plain object. */
export type Attributes = Readonly<Record<string, string | number>>;

/** One instrument to make. Histograms have {@link BOUNDARIES}; everything is cumulative. */
export interface InstrumentSpec {
  readonly kind: 'histogram' | 'counter';
  readonly name: string;
  readonly keys: readonly string[];
}

/** Takes a measurement: a histogram's value in seconds, or a counter's increment. */
export interface Recorder {
  record(value: number, attributes?: Attributes): void;
}

/** An instrument of one library. */
export interface SubjectInstrument extends Recorder {
  /**
   * Looks the series up once. A library without that returns a recorder that passes the attributes
   * each time, which is what its users have to do.
   */
  bind(attributes: Attributes): { record(value: number): void };
}

/** What a library says that it has counted. */
export interface Tally {
  /** Left out by a library that keeps none. */
  readonly series: number | undefined;
  /** Counts of all histogram series plus sums of all counter series. */
  readonly measurements: number;
}

/** Instruments of one library, and its own way of reading them. */
export interface Subject {
  readonly instruments: readonly SubjectInstrument[];
  /** Sees to it that exemplars are taken, of sampled spans; where it is left out there are none. */
  takeExemplars?(): void;
  /** Reads every series, as an exporter of this library would before it encodes. */
  collect(): Promise<unknown>;
  /** The same, summed up: proof that nothing measured was optimized away. */
  tally(): Promise<Tally>;
}

/** Makes a library's instruments as its documentation says. */
export type MakeSubject = (specs: readonly InstrumentSpec[]) => Subject;

/** 14 boundaries, seconds: the semantic conventions' advice for HTTP durations. */
export const BOUNDARIES = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
] as const;

/** More series than any case makes, so that no library's limit changes what is measured. */
export const MAX_SERIES = 200_000;
