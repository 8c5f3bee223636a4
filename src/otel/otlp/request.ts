import { emptyResource } from '@opentelemetry/resources';
import type { ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { Rows, SERIES_PER_STEP, type Steps } from '../../core/index.js';
import { partsOf } from '../delivery/points.js';
import { type RowRange, rowsOf } from '../row-metrics.js';
import { addExemplars } from './added-exemplars.js';
import { BackwardWriter, BYTES, tag, VARINT } from './backward-writer.js';
import { instrumentBytes, textField } from './instrument-bytes.js';
import { PointWriter } from './point-writer.js';

/** Encodes metrics as an OTLP request; `undefined` for nothing. The official serializer is one. */
export type Serialize = (metrics: ResourceMetrics) => Uint8Array | undefined;

/** Points of other libraries that are encoded between two turns of the event loop. */
const POINTS_PER_STEP = 64;
/** Room for what is there once in a request: the resource, and the names. */
const ROOM = 4_096;
const NOTHING = /* @__PURE__ */ new Uint8Array();

/**
 * An OTLP request. What comes from our own rows is written from them; the rest, metrics of other
 * libraries and the resource, by the official serializer. It is put together from parts: what one
 * message repeats, two messages after one another repeat as well (Protocol Buffers, "Encoding",
 * "Last One Wins").
 *
 * @param spare what {@link spareOf} has made of an earlier request, to be written over
 */
export function* encodeRequest(
  metrics: ResourceMetrics,
  serialize: Serialize,
  spare?: Buffer | undefined,
): Steps<Uint8Array> {
  const { resource, scopeMetrics } = metrics;
  const own: OwnScope[] = [];
  const others: ScopeMetrics[] = [];
  for (const { scope, metrics: all } of scopeMetrics) {
    own.push({ scope, ranges: all.map(rowsOf).filter((range) => range !== undefined) });
    others.push({ scope, metrics: all.filter((metric) => rowsOf(metric) === undefined) });
  }
  const wanted = own.filter(({ ranges }) => ranges.length > 0);
  const isOurs = wanted.length > 0;
  const pieces: Uint8Array[] = [];
  // Where there is anything of ours, its message is theirs too, and has the resource.
  const around = isOurs ? emptyResource() : resource;
  for (const part of partsOf({ resource: around, scopeMetrics: others }, POINTS_PER_STEP)) {
    const piece = addExemplars(serialize(part) ?? NOTHING, part);
    pieces.push(isOurs ? withoutResource(withoutFrame(piece)) : piece);
    yield;
  }
  if (!isOurs) return Buffer.concat(pieces);
  // Another request may be half done, where the process is about to end.
  const encoder = idle ?? new RowEncoder();
  idle = undefined;
  const { writer } = encoder;
  writer.begin(ROOM + estimate(wanted) + lengthOf(pieces), spare);
  const before = writer.length;
  for (const piece of pieces.reverse()) writer.raw(piece);
  for (const scope of wanted.reverse()) yield* encoder.scope(scope);
  writer.raw(withoutFrame(serialize({ resource, scopeMetrics: [] }) ?? NOTHING));
  writer.field(1, before);
  idle = encoder;
  return writer.finish();
}

/** One for all requests, since they are encoded one after the other; see {@link PointWriter}. */
let idle: RowEncoder | undefined;

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

/** The fields of `Metric` that hold its points (`gauge`, `sum`, …). */
const GAUGE = 5;
const SUM = 7;
const HISTOGRAM = 9;
const EXPONENTIAL_HISTOGRAM = 10;

/** `AggregationTemporality`. */
const DELTA = 1;
const CUMULATIVE = 2;

/** Writes what surrounds the points. */
class RowEncoder {
  readonly writer = new BackwardWriter();
  /** For their shape, since between two exports there may be no rows at all. */
  readonly noRows = new Rows({} as Rows['aggregation'], Number.NaN, 0);
  private readonly points = new PointWriter(this.writer);

  /** `ScopeMetrics`. */
  *scope({ scope, ranges }: OwnScope): Steps<void> {
    const { writer } = this;
    const before = writer.length;
    writer.raw(textField(3, scope.schemaUrl ?? ''));
    for (const range of [...ranges].reverse()) yield* this.metric(range);
    const own = writer.length;
    writer.raw(textField(2, scope.version ?? ''));
    writer.raw(textField(1, scope.name));
    writer.field(1, own);
    writer.field(2, before);
  }

  /** `Metric`. */
  private *metric({ snapshot, from, to }: RowRange): Steps<void> {
    const { writer, points } = this;
    const { kind, buckets } = snapshot.declaration;
    const bytes = instrumentBytes(snapshot.declaration);
    const before = writer.length;
    const isGauge = kind === 'gauge' || kind === 'observableGauge';
    if (kind === 'counter' || kind === 'observableCounter') {
      writer.byte(1);
      writer.byte(tag(3, VARINT));
    }
    if (!isGauge) {
      writer.byte(snapshot.temporality === 'delta' ? DELTA : CUMULATIVE);
      writer.byte(tag(2, VARINT));
    }
    const begun = writer.length;
    points.begin(snapshot);
    for (let i = to - 1; i >= from; i--) {
      if (i % SERIES_PER_STEP === 0) yield;
      points.write(i);
      writer.byte(tag(1, BYTES));
    }
    points.finish();
    bytes.bytesPerPoint = (writer.length - begun) / (to - from);
    if (buckets === undefined) writer.field(isGauge ? GAUGE : SUM, before);
    else writer.field(buckets.type === 'explicit' ? HISTOGRAM : EXPONENTIAL_HISTOGRAM, before);
    writer.raw(bytes.head);
    writer.field(2, before);
  }
}

/** What is in a request's only `ResourceMetrics`, without its tag and length. */
function withoutFrame(request: Uint8Array): Uint8Array {
  return request.subarray(lengthAt(request).end);
}

/** The fields of a `ResourceMetrics` but the resource, where that is the first, as it is written. */
function withoutResource(fields: Uint8Array): Uint8Array {
  if (fields[0] !== tag(1, BYTES)) return fields;
  const { value, end } = lengthAt(fields);
  return fields.subarray(end + value);
}

/** The length that follows a tag of one byte, and where it ends. */
function lengthAt(bytes: Uint8Array): { readonly value: number; readonly end: number } {
  let value = 0;
  let end = 1;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end };
  }
}
