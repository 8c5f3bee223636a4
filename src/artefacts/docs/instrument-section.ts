import type { Manifest, ManifestAttribute, ManifestInstrument } from '../../declare/index.js';
import { bytesPerSeries, worstCaseBytes } from '../series-bytes.js';
import { clickhouseSql, promql, sloPromql } from './example-queries.js';
import { block, code, table, text } from './markdown.js';
import { bytesText, kindText, numberText } from './words.js';

/** Everything about one instrument, under a heading of its own. */
export function instrumentSection(
  instrument: ManifestInstrument,
  { slos }: Manifest,
): readonly string[] {
  const { name, description, attributes } = instrument;
  const own = slos.filter((slo) => slo.instrument === instrument.property);
  const attributeTable = table(
    ['Attribute', 'Values', 'Presence'],
    attributes.map((it) => [code(it.key), valuesText(it), presenceText(it)]),
  );
  return [
    `### ${code(name)}`,
    ...(description === '' ? [] : [text(description)]),
    facts(instrument),
    ...(attributes.length === 0 ? ['No attributes.'] : [attributeTable]),
    ...own.flatMap((slo) => [
      `Objective ${code(slo.name)}: ${percent(slo.objective)} at or below ${slo.threshold} ${code(instrument.unit)} over ${slo.window}.${slo.description === undefined ? '' : ` ${text(slo.description)}`}`,
      block('promql', sloPromql(slo, instrument)),
    ]),
    ...promql(instrument).map((query) => block('promql', [query])),
    block('sql', clickhouseSql(instrument)),
  ];
}

function facts(instrument: ManifestInstrument): string {
  const { kind, unit, property, boundaries, base2MaxSize, maxSeries, worstCaseSeries } = instrument;
  const { idleSeconds, sampleOneIn, seedZero, renamedFrom } = instrument;
  const perSeries = bytesPerSeries(instrument);
  const lines = [
    `A ${kindText(kind)} in ${code(unit)}; in code ${code(property)}.`,
    ...(boundaries === undefined ? [] : [`Buckets: ${boundaries.join(', ')}.`]),
    ...(base2MaxSize === undefined ? [] : [`Base-2 buckets, at most ${base2MaxSize}.`]),
    `At most ${numberText(worstCaseSeries)} series (${code('maxSeries')} ${numberText(maxSeries)}) of ${perSeries} bytes: ${bytesText(worstCaseBytes(instrument))}.`,
    ...(idleSeconds === undefined
      ? []
      : [`A series without measurements for ${numberText(idleSeconds)} s is retired.`]),
    ...(sampleOneIn === undefined
      ? []
      : [`One measurement in ${numberText(sampleOneIn)} is recorded, weighed by as many.`]),
    ...(renamedFrom === undefined
      ? []
      : [`Exported as ${code(renamedFrom.name)} too until ${text(renamedFrom.until)}.`]),
    ...(seedZero === true ? ['Zeros are exported from the start.'] : []),
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

function valuesText({ type, values = [], maxValues }: ManifestAttribute): string {
  if (type === 'oneOf') return values.map(code).join(', ');
  if (type === 'boolean') return `${code('true')}, ${code('false')}`;
  const what = type === 'int' ? 'whole numbers' : 'text';
  if (maxValues === undefined) return `${what}, without a bound`;
  return `${what}, at most ${numberText(maxValues)}, then ${code('_OTHER')}`;
}

function presenceText({ optional, fromContext }: ManifestAttribute): string {
  const presence = optional ? 'optional' : 'required';
  return fromContext ? `${presence}, also from the context` : presence;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(12))} %`;
}
