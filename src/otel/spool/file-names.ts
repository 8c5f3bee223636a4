import { ownerOf } from '../../disk/index.js';

/**
 * An entry as its file name tells it. All that is needed to order and to count is in the name, so a
 * look at the directory opens no file:
 *
 *     <milliseconds>-<counter>-<writer>-<points>-<bytes>.<holder>.otlp1
 *
 * The first three are the identity of the entry and never change: names sort by them. The holder is
 * the process that may send it; to take an entry over is to rename it. `otlp1` is version 1 of the
 * format: files of a later one are not ours to judge.
 */
export interface EntryName {
  /** Milliseconds, counter and writer. */
  readonly id: string;
  readonly points: number;
  /** Of the whole file. */
  readonly bytes: number;
}

/** What a file of an entry is: being written, complete, or set aside. */
export type EntryKind = 'tmp' | 'otlp1' | 'corrupt';

/** A file of a spool's directory. */
export type SpoolFile =
  | { readonly kind: 'owner'; readonly holder: string }
  | { readonly kind: EntryKind; readonly holder: string; readonly entry: EntryName };

const ENTRY =
  /^(\d{15}-\d{10}-[\da-f]{16})-(\d{1,15})-(\d{1,15})\.([\da-f]{16})\.(tmp|otlp1|corrupt)$/;

/** @param millis wall-clock time, milliseconds since the Unix epoch */
export function entryId(millis: number, counter: number, writer: string): string {
  return `${digits(millis, 15)}-${digits(counter, 10)}-${writer}`;
}

export function entryFile({ id, points, bytes }: EntryName, holder: string, kind: EntryKind) {
  return `${id}-${points}-${bytes}.${holder}.${kind}`;
}

/** What a file is; undefined where it is none of ours. */
export function parseFile(name: string): SpoolFile | undefined {
  const holder = ownerOf(name);
  if (holder !== undefined) return { kind: 'owner', holder };
  const found = ENTRY.exec(name);
  if (found === null) return undefined;
  const [, id = '', points, bytes, of = '', kind] = found;
  const entry = { id, points: Number(points), bytes: Number(bytes) };
  return { kind: kind as EntryKind, holder: of, entry };
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
