import type { ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { SERIES_PER_STEP, type Steps } from '../../core/index.js';
import { partsOf } from '../delivery/points.js';
import { type RowRange, rowsOf } from '../row-metrics.js';
import { BackwardWriter, tag, VARINT } from './backward-writer.js';
import { instrumentBytes, textField } from './instrument-bytes.js';
import { Nanos } from './nanos.js';
import { field, type Points, pointEncoderOf } from './point-encoders.js';

/** Encodes metrics as an OTLP request; `undefined` for nothing. The official serializer is one. */
export type Serialize = (metrics: ResourceMetrics) => Uint8Array | undefined;

/** Points of other libraries that are encoded between two turns of the event loop. */
const POINTS_PER_STEP = 64;
/** Room for what is there once in a request: the resource, and the names. */
const ROOM = 4_096;
const NOTHING = new Uint8Array();

/**
 * An OTLP request. What comes from our own rows is written from them; the rest, metrics of other
 * libraries and the resource, by the official serializer, in messages of their own: what one
 * message repeats, two messages after one another repeat as well (Protocol Buffers, "Encoding",
 * "Last One Wins").
 */
export function* encodeRequest(metrics: ResourceMetrics, serialize: Serialize): Steps<Uint8Array> {
  const { resource, scopeMetrics } = metrics;
  const own: OwnScope[] = [];
  const others: ScopeMetrics[] = [];
  for (const { scope, metrics: all } of scopeMetrics) {
    own.push({ scope, ranges: all.map(rowsOf).filter((range) => range !== undefined) });
    others.push({ scope, metrics: all.filter((metric) => rowsOf(metric) === undefined) });
  }
  const pieces: Uint8Array[] = [];
  for (const part of partsOf({ resource, scopeMetrics: others }, POINTS_PER_STEP)) {
    pieces.push(serialize(part) ?? NOTHING);
    yield;
  }
  const wanted = own.filter(({ ranges }) => ranges.length > 0);
  if (wanted.length === 0) return Buffer.concat(pieces);
  const writer = new BackwardWriter(ROOM + estimate(wanted) + lengthOf(pieces));
  for (const piece of pieces.reverse()) writer.raw(piece);
  const before = writer.length;
  for (const scope of wanted.reverse()) yield* writeScope(writer, scope);
  writer.raw(withoutFrame(serialize({ resource, scopeMetrics: [] }) ?? NOTHING));
  field(writer, 1, before);
  return writer.finish();
}

/** What a scope has in rows of ours. */
interface OwnScope {
  readonly scope: ScopeMetrics['scope'];
  readonly ranges: readonly RowRange[];
}

/** Bytes that the rows will take, about. */
function estimate(scopes: readonly OwnScope[]): number {
  let bytes = 0;
  for (const { snapshot, from, to } of scopes.flatMap(({ ranges }) => ranges)) {
    const { head, bytesPerPoint } = instrumentBytes(snapshot.declaration);
    bytes += head.length + 16 + Math.ceil((to - from) * bytesPerPoint * 1.05);
  }
  return bytes;
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((length, piece) => length + piece.length, 0);
}

/** `ScopeMetrics`. */
function* writeScope(writer: BackwardWriter, { scope, ranges }: OwnScope): Steps<void> {
  const before = writer.length;
  for (const range of [...ranges].reverse()) yield* writeMetric(writer, range);
  const own = writer.length;
  writer.raw(textField(2, scope.version ?? ''));
  writer.raw(textField(1, scope.name));
  field(writer, 1, own);
  field(writer, 2, before);
}

/** The fields of `Metric` that hold its points (`gauge`, `sum`, …). */
const GAUGE = 5;
const SUM = 7;
const HISTOGRAM = 9;
const EXPONENTIAL_HISTOGRAM = 10;

/** `AggregationTemporality`. */
const DELTA = 1;
const CUMULATIVE = 2;

/** `Metric`. */
function* writeMetric(writer: BackwardWriter, { snapshot, from, to }: RowRange): Steps<void> {
  const { declaration, temporality, rows } = snapshot;
  const { kind, buckets } = declaration;
  const bytes = instrumentBytes(declaration);
  const before = writer.length;
  const isGauge = kind === 'gauge' || kind === 'observableGauge';
  if (kind === 'counter' || kind === 'observableCounter') {
    writer.byte(1);
    writer.byte(tag(3, VARINT));
  }
  if (!isGauge) {
    writer.byte(temporality === 'delta' ? DELTA : CUMULATIVE);
    writer.byte(tag(2, VARINT));
  }
  const encode = pointEncoderOf(snapshot);
  const end = new Nanos().set(rows.endMillis);
  const points: Points = { writer, snapshot, bytes, start: new Nanos(), end };
  const begun = writer.length;
  for (let i = to - 1; i >= from; i--) {
    if (i % SERIES_PER_STEP === 0) yield;
    const ofPoint = writer.length;
    encode(points, i);
    field(writer, 1, ofPoint);
  }
  bytes.bytesPerPoint = (writer.length - begun) / (to - from);
  if (buckets === undefined) field(writer, isGauge ? GAUGE : SUM, before);
  else field(writer, buckets.type === 'explicit' ? HISTOGRAM : EXPONENTIAL_HISTOGRAM, before);
  writer.raw(bytes.head);
  field(writer, 2, before);
}

/** What is in a request's only `ResourceMetrics`, without its tag and length. */
function withoutFrame(request: Uint8Array): Uint8Array {
  let at = 1;
  while ((request[at] ?? 0) >= 0x80) at += 1;
  return request.subarray(at + 1);
}
