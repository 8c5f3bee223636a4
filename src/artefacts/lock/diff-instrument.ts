import {
  endOfFormerName,
  type InstrumentKind,
  type ManifestInstrument,
} from '../../declare/index.js';
import { change, type FieldChange } from './change.js';

/**
 * Kinds that export the same: a level that is read is a level that is set. A counter that is read is
 * none: with the temporality `lowmemory` it is cumulative, and one that is added to is delta.
 */
const SAME_DATA: Readonly<Partial<Record<InstrumentKind, InstrumentKind>>> = {
  observableUpDownCounter: 'upDownCounter',
  observableGauge: 'gauge',
};

/** The differences of an instrument in what is its own: all but name, scope and attributes. */
export function instrumentChanges(
  was: ManifestInstrument,
  is: ManifestInstrument,
  nowMillis: number,
): readonly FieldChange[] {
  return [
    ...kindChanges(was, is),
    ...unitChanges(was, is, nowMillis),
    ...bucketChanges(was, is),
    ...limitChanges(was, is),
    ...valueChanges(was, is),
    ...formerNameChanges(was, is, nowMillis),
    ...(was.description === is.description
      ? []
      : [change('compatible', 'description', was.description, is.description, 'Text alone.')]),
    ...(was.property === is.property
      ? []
      : [
          change(
            'compatible',
            'property',
            was.property,
            is.property,
            'The compiler tells the code.',
          ),
        ]),
  ];
}

function kindChanges(was: ManifestInstrument, is: ManifestInstrument): readonly FieldChange[] {
  if (was.kind === is.kind) return [];
  const isSame = (SAME_DATA[was.kind] ?? was.kind) === (SAME_DATA[is.kind] ?? is.kind);
  const note = isSame
    ? 'The data exported are of the same form.'
    : 'Form or temporality of the data is another. Declare a second instrument of another name.';
  return [change(isSame ? 'compatible' : 'breaking', 'kind', was.kind, is.kind, note)];
}

function unitChanges(
  was: ManifestInstrument,
  is: ManifestInstrument,
  nowMillis: number,
): readonly FieldChange[] {
  if (was.unit === is.unit) return [];
  const { renamedFrom } = is;
  const isCarried =
    renamedFrom?.name.toLowerCase() === was.name.toLowerCase() &&
    renamedFrom.unit === was.unit &&
    nowMillis < endOfFormerName(renamedFrom);
  const note = isCarried
    ? `The former name keeps its unit until ${renamedFrom.until}.`
    : 'Numbers mean something else, and Prometheus has the unit in the name. Rename it too, with renamedFrom: { name, unit, factor, until }.';
  return [change(isCarried ? 'compatible' : 'breaking', 'unit', was.unit, is.unit, note)];
}

function bucketChanges(was: ManifestInstrument, is: ManifestInstrument): readonly FieldChange[] {
  const [before, after] = [was.boundaries, is.boundaries];
  const found: FieldChange[] = [];
  if (JSON.stringify(before) !== JSON.stringify(after)) {
    const note =
      'Buckets of before and after cannot be added up, and percentiles over both are wrong. Declare a second histogram of another name, or change them between two windows of your SLOs.';
    found.push(change('breaking', 'buckets', before, after, note));
  }
  const [size, newSize] = [was.base2MaxSize, is.base2MaxSize];
  if (size !== newSize) {
    const isWider = size !== undefined && newSize !== undefined && newSize > size;
    const note = isWider ? 'Finer buckets.' : 'Coarser buckets, or buckets of another form.';
    found.push(change(isWider ? 'compatible' : 'breaking', 'base2MaxSize', size, newSize, note));
  }
  return found;
}

function limitChanges(was: ManifestInstrument, is: ManifestInstrument): readonly FieldChange[] {
  const found: FieldChange[] = [];
  if (was.maxSeries !== is.maxSeries) {
    const isLower = is.maxSeries < was.maxSeries;
    const note = isLower
      ? 'Sooner than before, series go to the one marked otel.metric.overflow.'
      : 'There is room for more series.';
    const effect = isLower ? 'breaking' : 'compatible';
    found.push(change(effect, 'maxSeries', was.maxSeries, is.maxSeries, note));
  }
  if (was.idleSeconds !== is.idleSeconds) {
    const note =
      'A retired series starts again from zero: under cumulative temporality a reset, which rate() knows.';
    found.push(change('compatible', 'idleSeconds', was.idleSeconds, is.idleSeconds, note));
  }
  return found;
}

function valueChanges(was: ManifestInstrument, is: ManifestInstrument): readonly FieldChange[] {
  const found: FieldChange[] = [];
  const [before, after] = [was.sampleOneIn ?? 1, is.sampleOneIn ?? 1];
  if (before !== after) {
    const isWorse = after > before;
    const note = isWorse ? 'Values are rougher estimates.' : 'Values are more exact.';
    found.push(change(isWorse ? 'breaking' : 'compatible', 'sampleOneIn', before, after, note));
  }
  const [seeded, isSeeded] = [was.seedZero === true, is.seedZero === true];
  if (seeded !== isSeeded) {
    const note = isSeeded
      ? 'Zeros are exported from the start.'
      : 'Under cumulative temporality rate() no longer sees the first increment of a series.';
    found.push(change(isSeeded ? 'compatible' : 'breaking', 'seedZero', seeded, isSeeded, note));
  }
  return found;
}

/** A former name that was promised until a day, and is gone or ends before it. */
function formerNameChanges(
  was: ManifestInstrument,
  is: ManifestInstrument,
  nowMillis: number,
): readonly FieldChange[] {
  const [before, after] = [was.renamedFrom, is.renamedFrom];
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const isOver = before === undefined || nowMillis >= endOfFormerName(before);
  const isKept =
    before !== undefined &&
    before.name === after?.name &&
    before.unit === after.unit &&
    before.factor === after.factor &&
    before.until <= after.until;
  if (isOver || isKept) {
    return [change('compatible', 'renamedFrom', before, after, 'No name ends before its day.')];
  }
  const note = `"${before.name}" was to be exported until ${before.until}. Keep it until then.`;
  return [change('breaking', 'renamedFrom', before, after, note)];
}
