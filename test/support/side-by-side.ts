import type { MetricReader } from '@opentelemetry/sdk-metrics';
import type { AttributeDeclarations, Attributes, AttributeValue } from '../../src/declare/index.js';
import { declareRegistry } from '../../src/declare/index.js';
import {
  type ObservableResult,
  type TemporalityPreference,
  withAttributes,
} from '../../src/index.js';
import { makeRegistry, type RegistryProducer } from '../../src/otel/index.js';
import { keyOf } from './collected.js';
import { makeOracle, type Oracle } from './oracle.js';
import {
  attributesOfChoices,
  type Choices,
  type RandomInstrument,
  valueOfChoices,
} from './random-registry.js';

/** The live instrument, whatever its kind. */
interface AnyInstrument {
  add?(value: number, attributes?: Attributes): void;
  record?(value: number, attributes?: Attributes): void;
  bind?(attributes?: Attributes): { add?(value: number): void; record?(value: number): void };
  addCallback?(callback: (result: ObservableResult<AttributeDeclarations>) => void): void;
}

/** How a measurement reaches meterbook; the official SDK has one way only. */
export type Route = 'call' | 'bind' | 'context';

type Given = Record<string, AttributeValue>;

/** One registry and one official meter provider that are told the same. */
export class SideBySide {
  readonly producers: readonly RegistryProducer[];
  readonly readers: readonly MetricReader[];
  private readonly live: Readonly<Record<string, AnyInstrument>>;
  private readonly oracle: Oracle;
  /** What the observable instruments report: every series that was ever seen, at every collection. */
  private readonly totals = new Map<string, Map<string, { attributes: Given; value: number }>>();

  constructor(
    private readonly instruments: Readonly<Record<string, RandomInstrument>>,
    preferences: readonly TemporalityPreference[],
  ) {
    const declarations = Object.fromEntries(
      Object.entries(instruments).map(([property, { declaration }]) => [property, declaration]),
    );
    const clock = { now: () => Date.now(), monotonic: () => Date.now() };
    const registry = makeRegistry(
      declareRegistry({ scope: { name: 'test', version: '1' }, instruments: declarations }),
      { clock, strict: true },
    );
    this.live = registry as unknown as Readonly<Record<string, AnyInstrument>>;
    this.producers = preferences.map((temporality) => registry.producer({ temporality }));
    this.oracle = makeOracle(declarations, preferences);
    this.readers = this.oracle.readers;
    for (const property of Object.keys(instruments)) this.watch(property);
  }

  /** Passes one measurement to both. */
  measure(property: string, choices: Choices, route: Route): void {
    const instrument = this.instruments[property] as RandomInstrument;
    const { declaration } = instrument;
    const value = valueOfChoices(instrument, choices);
    const attributes = attributesOfChoices(declaration, choices);
    if (declaration.kind.startsWith('observable')) {
      this.setTotal(property, value, attributes);
      return;
    }
    if (declaration.buckets?.type === 'base2' && value === 0) {
      // The official SDK breaks on intervals that have zeros only: see base2-zeros.test.ts.
      this.record(property, 2 ** instrument.values.exponent, attributes, route);
    }
    this.record(property, value, attributes, route);
  }

  private record(property: string, value: number, attributes: Given, route: Route): void {
    this.oracle.record(property, value, { ...attributes });
    const live = this.live[property] as AnyInstrument;
    const act = (given: Attributes) => {
      const target = route === 'bind' ? live.bind?.(given) : live;
      if (target?.add !== undefined) target.add(value, given);
      else target?.record?.(value, given);
    };
    if (route !== 'context') {
      act(attributes);
      return;
    }
    const { declaration } = this.instruments[property] as RandomInstrument;
    const isContextual = (key: string) => declaration.attributes[key]?.isFromContext === true;
    const entries = Object.entries(attributes);
    const inContext = Object.fromEntries(entries.filter(([key]) => isContextual(key)));
    const inCall = Object.fromEntries(entries.filter(([key]) => !isContextual(key)));
    withAttributes(inContext, () => act(inCall));
  }

  private setTotal(property: string, value: number, attributes: Given): void {
    const totals = this.totals.get(property) ?? new Map();
    this.totals.set(property, totals);
    const isGrowing = this.instruments[property]?.declaration.kind === 'observableCounter';
    const before = totals.get(keyOf(attributes))?.value ?? 0;
    totals.set(keyOf(attributes), { attributes, value: isGrowing ? before + value : value });
  }

  private watch(property: string): void {
    const report = (observe: (value: number, attributes: Given) => void) => {
      for (const { value, attributes } of this.totals.get(property)?.values() ?? [])
        observe(value, { ...attributes });
    };
    this.live[property]?.addCallback?.((result) =>
      report((value, attributes) => result.observe(value, attributes)),
    );
    this.oracle.observe(property, report);
  }
}
