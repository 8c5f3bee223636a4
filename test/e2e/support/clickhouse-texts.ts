import type { Question } from '../../../src/artefacts/index.js';
import type { Manifest } from '../../../src/declare/index.js';

/** A statement of a generated file, under the comment above it. */
export interface Statement {
  readonly title: string;
  readonly sql: string;
}

/** The statements of a file as a client takes them: comments go, a semicolon ends. */
export function statementsOf(file: string): readonly Statement[] {
  const blocks = file.split(/;\n/);
  return blocks.flatMap((block) => {
    const lines = block.split('\n');
    const sql = lines
      .filter((line) => !line.startsWith('--'))
      .join('\n')
      .trim();
    const title = lines.filter((line) => line.startsWith('--')).at(-1) ?? '';
    return sql === '' ? [] : [{ title, sql }];
  });
}

/** What Grafana knows when it asks. Times are Unix seconds. */
export interface GrafanaState {
  readonly service: string;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  /** Values picked of each variable; "All" of those left out. */
  readonly picked?: Readonly<Record<string, readonly string[]>>;
}

/**
 * The text that Grafana sends: macros and variables replaced the way that the data source for
 * ClickHouse does it, `$__conditionalAll` first. Fails if anything is left that it would replace.
 */
export function grafanaText(sql: string, state: GrafanaState): string {
  const { service, from, to, step, picked = {} } = state;
  const chosen: Readonly<Record<string, readonly string[]>> = { ...picked, service: [service] };
  const text = sql
    .replace(
      /\$__conditionalAll\((.*?), \$(\w+)\)(?=\n|$)/g,
      (_, condition: string, name: string) => (name in picked ? condition : '1=1'),
    )
    .replace(/\$\{(\w+):singlequote\}/g, (_, name: string) => {
      const values = chosen[name];
      if (values === undefined) throw new Error(`no variable ${name}`);
      return values.map((value) => `'${value.replace(/'/g, "\\'")}'`).join(',');
    })
    .replaceAll('$__fromTime', `toDateTime(${from})`)
    .replaceAll('$__toTime', `toDateTime(${to})`)
    .replaceAll('$__interval_s', String(step));
  if (/\$|\[\[/.test(text)) throw new Error(`Grafana would replace more in: ${text}`);
  return text;
}

/** Each question, about everything in the registries that it can be about. */
export function everyQuestion(manifests: readonly Manifest[]): readonly Question[] {
  return manifests.flatMap(({ scope, instruments, slos }) => {
    const about = instruments.flatMap((instrument): readonly Question[] => {
      const [key, other] = instrument.attributes.map((it) => it.key);
      const by = key === undefined ? [] : [key];
      const where =
        key === undefined
          ? []
          : [
              { key, variable: 'picked' },
              { key, isSet: true },
            ];
      const choices: readonly Question[] = [
        { ask: 'services', instrument },
        ...(key === undefined ? [] : [{ ask: 'values' as const, instrument, key }]),
      ];
      if (/gauge|UpDown|upDown|Gauge/.test(instrument.kind)) {
        return [...choices, { ask: 'level', across: 'sum', instrument, by, where }];
      }
      const part = other === undefined ? [] : [{ key: other, isSet: false }];
      const counts: readonly Question[] = [
        { ask: 'rate', instrument, by, where },
        { ask: 'total', instrument, by, where },
        { ask: 'fraction', instrument, by, where, part },
      ];
      if (instrument.kind !== 'histogram') return [...choices, ...counts];
      return [
        ...choices,
        ...counts,
        { ask: 'amountRate', instrument, by, where },
        { ask: 'amount', instrument, by, where },
        { ask: 'mean', instrument, by, where },
        { ask: 'heatmap', instrument, where },
        { ask: 'quantile', quantile: 0.95, instrument, by, where },
        { ask: 'quantileOfAll', quantile: 0.95, instrument, by, where },
        { ask: 'share', instrument, of: instrument, by, where },
      ];
    });
    const objectives = slos.flatMap((slo): readonly Question[] => {
      const instrument = instruments.find(({ property }) => property === slo.instrument);
      if (instrument === undefined) return [];
      const of = { scope: scope.name, slo, instrument };
      return [
        { ask: 'sloObjective', slo: of },
        { ask: 'sloErrors', slo: of, window: '5m' },
        { ask: 'sloBurnRate', slo: of, window: '1h' },
        { ask: 'sloBudgetLeft', slo: of },
      ];
    });
    return [...about, ...objectives];
  });
}
