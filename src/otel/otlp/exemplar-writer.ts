import type { Exemplar } from '../../core/index.js';
import { scaled } from '../former-names.js';
import type { BackwardWriter } from './backward-writer.js';
import { Nanos } from './nanos.js';

/** Each has a time of its own. */
const nanos = new Nanos();

/**
 * Writes the exemplars of a point, each as an `Exemplar` in the field that the point has for them.
 * Attributes that are not declared never leave the process, so `filtered_attributes` is empty.
 *
 * @param factor by what the values are multiplied
 */
export function writeExemplars(
  writer: BackwardWriter,
  field: number,
  exemplars: readonly Exemplar[],
  factor = 1,
): void {
  for (const { value, millis, traceId, spanId } of exemplars) {
    const before = writer.length;
    if (traceId !== undefined) id(writer, 5, traceId);
    if (spanId !== undefined) id(writer, 4, spanId);
    writer.double(3, scaled(value, factor));
    const { low, high } = nanos.set(millis);
    writer.fixed64(2, low, high);
    writer.field(field, before);
  }
}

/** An id, from hexadecimal. */
function id(writer: BackwardWriter, field: number, hex: string): void {
  const before = writer.length;
  writer.raw(Buffer.from(hex, 'hex'));
  writer.field(field, before);
}
