/**
 * The parts used here of packages that the bench installs for itself when it runs: for their types alone
 * every contributor would install a hundred megabytes.
 */
declare module 'effect' {
  interface EffectContext {
    readonly mapUnsafe: ReadonlyMap<string, unknown>;
  }

  interface EffectMetric {
    updateUnsafe(input: number, context: EffectContext): void;
  }

  interface Reference<Service> {
    readonly defaultValue: () => Service;
  }

  export const Context: {
    make<Service>(key: Reference<Service>, service: Service): EffectContext;
  };

  export const Metric: {
    readonly MetricRegistry: Reference<Map<string, unknown>>;
    histogram(name: string, options: { readonly boundaries: readonly number[] }): EffectMetric;
    counter(name: string): EffectMetric;
    withAttributes(
      metric: EffectMetric,
      attributes: Readonly<Record<string, string>>,
    ): EffectMetric;
    snapshotUnsafe(
      context: EffectContext,
    ): readonly { readonly state: { readonly count: number | bigint } }[];
  };
}

declare module 'hot-shots' {
  type Tags = Readonly<Record<string, string | number>>;

  export class StatsD {
    constructor(options: {
      readonly protocol: 'stream';
      readonly stream: import('node:stream').Writable;
      readonly maxBufferSize: number;
      readonly bufferFlushInterval: number;
    });
    distribution(name: string, value: number, tags?: Tags): void;
    increment(name: string, value: number, tags?: Tags): void;
    childClient(options: { readonly globalTags: Tags }): StatsD;
    close(done: (error?: Error) => void): void;
  }
}
