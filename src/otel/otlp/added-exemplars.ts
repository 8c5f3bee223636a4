import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { PointWithExemplars } from '../metric-data.js';
import { BackwardWriter, BYTES, FIXED64, VARINT } from './backward-writer.js';
import { writeExemplars } from './exemplar-writer.js';

/** From a request to its points: `resource_metrics`, `scope_metrics`, `metrics`, the kind, `data_points`. */
const PATH: readonly (readonly number[])[] = [[1], [2], [2], [5, 7, 9, 10], [1]];

/** By the field of `Metric` that holds the points: their field for exemplars. */
const EXEMPLARS: Readonly<Record<number, number>> = { 5: 5, 7: 5, 9: 8, 10: 11 };

/**
 * Adds what the official serializer has left out: the exemplars of points that are objects, as those
 * are that have been held through an outage. Cold: where no point has any, the bytes are what they
 * were.
 */
export function addExemplars(
  request: Uint8Array,
  { scopeMetrics }: Pick<ResourceMetrics, 'scopeMetrics'>,
): Uint8Array {
  const points: PointWithExemplars[] = scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ dataPoints }): PointWithExemplars[] => dataPoints),
  );
  if (points.every(({ exemplars }) => exemplars === undefined)) return request;
  // They are in the bytes in their order.
  const each = points.values();
  const rewrite = (message: Uint8Array, depth: number, kind: number): Uint8Array => {
    if (depth === PATH.length) {
      const { exemplars = [] } = each.next().value ?? {};
      const writer = new BackwardWriter().begin(64 * exemplars.length);
      writeExemplars(writer, EXEMPLARS[kind] as number, exemplars);
      return Buffer.concat([message, writer.finish()]);
    }
    return Buffer.concat(
      fieldsOf(message).map(({ number, begin, content, end }) => {
        if (content === undefined || !PATH[depth]?.includes(number))
          return message.subarray(begin, end);
        const isKind = depth === PATH.length - 2;
        const inner = rewrite(message.subarray(content, end), depth + 1, isKind ? number : kind);
        const writer = new BackwardWriter().begin(inner.length + 12);
        writer.raw(inner);
        writer.field(number, 0);
        return writer.finish();
      }),
    );
  };
  return rewrite(request, 0, 0);
}

/** Where a field of a message is. */
interface Field {
  readonly number: number;
  readonly begin: number;
  readonly end: number;
  /** Where its bytes begin; `undefined` where it is a number. */
  readonly content: number | undefined;
}

function fieldsOf(message: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = message[at++] ?? 0;
      value += (byte % 0x80) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const begin = at;
    const key = varint();
    const wireType = key % 8;
    let content: number | undefined;
    if (wireType === BYTES) {
      const length = varint();
      content = at;
      at += length;
    } else if (wireType === VARINT) varint();
    else at += wireType === FIXED64 ? 8 : 4;
    fields.push({ number: Math.floor(key / 8), begin, content, end: at });
  }
  return fields;
}
