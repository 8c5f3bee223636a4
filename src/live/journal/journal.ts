import { type FileHandle, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LiveProblem } from '../problem.js';
import type { RawRequest } from '../receiver/intake.js';
import { entriesOf, entryOf, MAGIC } from './format.js';
import { FolderLock } from './lock.js';

/** How much is kept, and where. */
export interface JournalOptions {
  readonly folder: string;
  /** Requests older than this go, seconds. */
  readonly maxSeconds: number;
  /** Most bytes of all segments; the oldest go. */
  readonly maxBytes: number;
  /** Told once, if it cannot be written any more. Nothing is kept from then on. */
  readonly onProblem: (message: string) => void;
  /** Milliseconds since the Unix epoch. */
  readonly now?: (() => number) | undefined;
}

/** With the time when it was begun, milliseconds since the Unix epoch. */
const SEGMENT = /^metrics-(\d{13})\.otlp$/;
const MOST_SEGMENT_BYTES = 16 * 1024 * 1024;
const SEGMENTS = 16;
/** What waits to be written; past it requests are not kept. */
const MOST_WAITING_BYTES = 32 * 1024 * 1024;

interface Segment {
  readonly name: string;
  bytes: number;
  /** When it was last written, milliseconds since the Unix epoch. */
  written: number;
}

/**
 * Keeps accepted requests in a folder, as they came, for the next start. They are appended to segments,
 * of which the oldest are removed, by age or for their size. Nothing waits for the disk: what it cannot
 * take in time is not kept.
 */
export class Journal {
  private readonly segmentBytes: number;
  private readonly segmentMillis: number;
  private readonly now: () => number;
  private segments: Segment[] = [];
  private file: FileHandle | undefined;
  private began = 0;
  private waitingBytes = 0;
  private isBroken = false;
  private last: Promise<void> = Promise.resolve();
  /** Requests that were not kept: the disk was too slow. */
  skipped = 0;

  private constructor(
    private readonly options: JournalOptions,
    private readonly lock: FolderLock,
  ) {
    const { maxBytes, maxSeconds, now = Date.now } = options;
    this.now = now;
    this.segmentBytes = Math.min(MOST_SEGMENT_BYTES, Math.ceil(maxBytes / SEGMENTS));
    this.segmentMillis = Math.ceil((maxSeconds * 1_000) / SEGMENTS);
  }

  /**
   * Opens a folder, which is made where it is not there, for this process alone.
   *
   * @throws {LiveProblem} if another process has it, or it cannot be written to
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const { folder } = options;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const journal = new Journal(options, new FolderLock(folder));
      await journal.list().catch((error: unknown) => {
        journal.lock.release();
        throw error;
      });
      return journal;
    } catch (error) {
      if (error instanceof LiveProblem) throw error;
      throw new LiveProblem(
        `Nothing can be kept in "${folder}": ${(error as Error).message}.`,
        'Name another folder with --keep.',
      );
    }
  }

  /** What was kept and is not too old, in the order in which it came. Before the first `append`. */
  async *read(): AsyncGenerator<RawRequest, void> {
    const oldest = this.now() - this.options.maxSeconds * 1_000;
    for (const { name } of [...this.segments]) {
      const segment = await readFile(join(this.options.folder, name)).catch(() => Buffer.alloc(0));
      for (const request of entriesOf(segment)) if (request.receivedAt >= oldest) yield request;
    }
  }

  /** Keeps a request. The body must not change any more. */
  append(request: RawRequest): void {
    if (this.isBroken) return;
    const bytes = request.body.length;
    if (this.waitingBytes + bytes > MOST_WAITING_BYTES) {
      this.skipped += 1;
      return;
    }
    this.waitingBytes += bytes;
    this.last = this.last
      .then(() => (this.isBroken ? undefined : this.write(request)))
      .catch((error: Error) => {
        this.isBroken = true;
        this.options.onProblem(
          `"${this.options.folder}" cannot be written any more, and nothing is kept from now on: ${error.message}`,
        );
      })
      .finally(() => {
        this.waitingBytes -= bytes;
      });
  }

  /** Settles when what waited is written. */
  async close(): Promise<void> {
    await this.last;
    this.isBroken = true;
    await this.file?.close().catch(() => undefined);
    this.lock.release();
  }

  private async write(request: RawRequest): Promise<void> {
    const now = this.now();
    let current = this.segments.at(-1);
    const isFull =
      this.file === undefined ||
      current === undefined ||
      current.bytes >= this.segmentBytes ||
      now - this.began >= this.segmentMillis;
    if (isFull) current = await this.begin(now);
    const parts = entryOf(request);
    const length = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const { bytesWritten } = await (this.file as FileHandle).writev([...parts]);
    if (bytesWritten !== length) throw new Error('the disk is full');
    (current as Segment).bytes += length;
    (current as Segment).written = now;
  }

  /** A damaged end of a segment is never written behind: each start begins one of its own. */
  private async begin(now: number): Promise<Segment> {
    await this.file?.close();
    this.file = undefined;
    await this.makeRoom(now);
    // Behind all others, also where the clock was set back.
    const before = Number(SEGMENT.exec(this.segments.at(-1)?.name ?? '')?.[1] ?? 0);
    const time = Math.max(Math.floor(now), before + 1);
    const name = `metrics-${String(time).padStart(13, '0')}.otlp`;
    this.file = await open(join(this.options.folder, name), 'wx', 0o600);
    await this.file.write(MAGIC);
    this.began = now;
    const segment = { name, bytes: MAGIC.length, written: now };
    this.segments.push(segment);
    return segment;
  }

  private async makeRoom(now: number): Promise<void> {
    const { folder, maxBytes, maxSeconds } = this.options;
    const oldest = now - maxSeconds * 1_000;
    let bytes = this.segments.reduce((sum, it) => sum + it.bytes, 0);
    while (this.segments.length > 0) {
      const [first] = this.segments as [Segment];
      if (first.written >= oldest && bytes + this.segmentBytes <= maxBytes) return;
      await rm(join(folder, first.name), { force: true });
      bytes -= first.bytes;
      this.segments.shift();
    }
  }

  private async list(): Promise<void> {
    const { folder } = this.options;
    const names = (await readdir(folder)).filter((name) => SEGMENT.test(name)).sort();
    this.segments = await Promise.all(
      names.map(async (name) => {
        const { size, mtimeMs } = await stat(join(folder, name));
        return { name, bytes: size, written: mtimeMs };
      }),
    );
    await this.makeRoom(this.now());
  }
}
