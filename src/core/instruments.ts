import type { Attributes } from '../declare/index.js';
import { type Binding, SyncInstrument } from './instrument.js';
import {
  type StopTimer,
  startTimer,
  type TimedAttributes,
  type TimerTarget,
  time,
} from './timer.js';

/** Counters and upDownCounters at run time. */
export class SumInstrument extends SyncInstrument {
  add(value: number, attributes?: Attributes): void {
    this.measure(value, attributes);
  }

  bind(attributes?: Attributes): BoundSum {
    return new BoundSum(this, this.makeBinding(attributes));
  }

  /** Makes a series with the value zero for each combination of the closed sets declared. */
  seedZeros(): void {
    let paths: (string | boolean | undefined)[][] = [[]];
    for (const attribute of Object.values(this.declaration.attributes)) {
      const values = attribute.isOptional
        ? [undefined]
        : attribute.type === 'boolean'
          ? [false, true]
          : attribute.values;
      paths = paths.flatMap((path) => values.map((value) => [...path, value]));
    }
    for (const { row, at } of this.storage.index.seed(paths))
      this.aggregation.update(row, at, 0, 1);
  }
}

class BoundSum {
  constructor(
    private readonly instrument: SumInstrument,
    private readonly binding: Binding,
  ) {}

  add(value: number): void {
    this.instrument.measureBound(value, this.binding);
  }
}

/** Gauges at run time. */
export class GaugeInstrument extends SyncInstrument {
  record(value: number, attributes?: Attributes): void {
    this.measure(value, attributes);
  }

  bind(attributes?: Attributes): BoundGauge {
    return new BoundGauge(this, this.makeBinding(attributes));
  }
}

class BoundGauge {
  constructor(
    private readonly instrument: GaugeInstrument,
    private readonly binding: Binding,
  ) {}

  record(value: number): void {
    this.instrument.measureBound(value, this.binding);
  }
}

/** Histograms at run time. */
export class HistogramInstrument extends SyncInstrument {
  private readonly timerTarget: TimerTarget = {
    unit: this.declaration.unit,
    runtime: this.runtime,
    record: (elapsed, attributes) => this.measure(elapsed, attributes),
    refuseUnit: () => this.refuseUnit(),
  };

  record(value: number, attributes?: Attributes): void {
    this.measure(value, attributes);
  }

  bind(attributes?: Attributes): BoundHistogram {
    return new BoundHistogram(this, this.makeBinding(attributes));
  }

  startTimer(attributes?: Attributes): StopTimer {
    return startTimer(this.timerTarget, attributes);
  }

  time<Result>(fn: () => Result, attributes?: TimedAttributes<Attributes>): Result {
    return time(this.timerTarget, fn, attributes, 'error.type' in this.declaration.attributes);
  }

  refuseUnit(): void {
    const { unit } = this.declaration;
    this.refusals.drop(
      'unit_is_no_time',
      `a timer cannot record in "${unit}", which is no unit of time.`,
    );
  }
}

class BoundHistogram {
  constructor(
    private readonly instrument: HistogramInstrument,
    private readonly binding: Binding,
  ) {}

  record(value: number): void {
    this.instrument.measureBound(value, this.binding);
  }

  startTimer(): StopTimer {
    return startTimer(this.target(), undefined);
  }

  time<Result>(fn: () => Result): Result {
    return time(this.target(), fn, undefined, false);
  }

  private target(): TimerTarget {
    const { instrument } = this;
    return {
      unit: instrument.declaration.unit,
      runtime: instrument.runtime,
      record: (elapsed) => this.record(elapsed),
      refuseUnit: () => instrument.refuseUnit(),
    };
  }
}
