import { type FileHandle, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../disk/index.js';
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
  /** Told when nothing can be written, once, and when it can be again. */
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
/** From a failure to the next attempt, milliseconds. */
const PAUSE_MILLIS = 10_000;

interface Segment {
  readonly name: string;
  bytes: number;
  /** When it was last written, milliseconds since the Unix epoch. */
  written: number;
}

/** The segment that is written to, the last one. */
interface Current {
  readonly segment: Segment;
  readonly file: FileHandle;
  /** Milliseconds since the Unix epoch. */
  readonly began: number;
}

/** While nothing can be written. */
interface Outage {
  /** The last attempt, milliseconds since the Unix epoch. */
  tried: number;
  /** Requests that were not kept. */
  lost: number;
}

/**
 * Keeps accepted requests in a folder, as they came, for the next start. They are appended to segments,
 * of which the oldest are removed, by age, for their size, or where the disk is full. Nothing waits for the
 * disk: what it cannot take in time is not kept, and where it fails it is tried again after a pause.
 */
export class Journal {
  private readonly segmentBytes: number;
  private readonly segmentMillis: number;
  private readonly now: () => number;
  private segments: Segment[] = [];
  private current: Current | undefined;
  private waitingBytes = 0;
  private outage: Outage | undefined;
  private isFullTold = false;
  private isClosed = false;
  private last: Promise<void> = Promise.resolve();
  /** Requests that were not kept: the disk was too slow, or failed. */
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
    if (this.isClosed) return;
    const bytes = request.body.length;
    if (this.waitingBytes + bytes > MOST_WAITING_BYTES) {
      this.skipped += 1;
      return;
    }
    this.waitingBytes += bytes;
    this.last = this.last
      .then(() => this.keep(request))
      .finally(() => {
        this.waitingBytes -= bytes;
      });
  }

  /** Settles when what waited is written. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.last;
    await this.current?.file.close().catch(() => undefined);
    this.current = undefined;
    this.lock.release();
  }

  /** Writes a request, or counts it as lost. Never rejects. */
  private async keep(request: RawRequest): Promise<void> {
    const { outage } = this;
    const now = this.now();
    // The clock may be set back meanwhile.
    if (outage !== undefined && Math.abs(now - outage.tried) < PAUSE_MILLIS) {
      this.lose(outage);
      return;
    }
    try {
      await this.write(request, now);
    } catch (error) {
      const message = (error as Error).message.replace(/\.$/, '');
      this.outage ??= this.begunOutage(message);
      this.outage.tried = now;
      this.lose(this.outage);
      return;
    }
    if (outage === undefined) return;
    this.outage = undefined;
    this.options.onProblem(
      `"${this.options.folder}" can be written again. ${outage.lost} requests that came in meanwhile were not kept.`,
    );
  }

  private begunOutage(why: string): Outage {
    this.options.onProblem(
      `"${this.options.folder}" cannot be written: ${why}. What comes in is not kept until it can be.`,
    );
    return { tried: 0, lost: 0 };
  }

  private lose(outage: Outage): void {
    outage.lost += 1;
    this.skipped += 1;
  }

  private async write(request: RawRequest, now: number): Promise<void> {
    try {
      await this.put(request, now);
    } catch (error) {
      // Once: where others take the room at once, all that is kept would go.
      const mayGiveWay = isDiskFull(error) && this.outage === undefined && this.segments.length > 1;
      if (!mayGiveWay) throw error;
      await this.removeOldest();
      this.tellFull();
      await this.put(request, now);
    }
  }

  private tellFull(): void {
    if (this.isFullTold) return;
    this.isFullTold = true;
    this.options.onProblem(
      `The disk of "${this.options.folder}" is full, and the oldest of what was kept there gives way.`,
    );
  }

  private async put(request: RawRequest, now: number): Promise<void> {
    let { current } = this;
    const isDone =
      current === undefined ||
      current.segment.bytes >= this.segmentBytes ||
      now - current.began >= this.segmentMillis;
    if (current === undefined || isDone) current = await this.begin(now);
    const { segment, file } = current;
    const parts = [...(segment.bytes === 0 ? [MAGIC] : []), ...entryOf(request)];
    try {
      for (const part of parts) await file.writeFile(part);
    } catch (error) {
      await this.abandon(current);
      throw error;
    }
    segment.bytes += parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
    segment.written = now;
  }

  /** A damaged end of a segment is never written behind: each start begins one of its own. */
  private async begin(now: number): Promise<Current> {
    const { folder } = this.options;
    const done = this.current;
    this.current = undefined;
    await done?.file.close();
    // It may have been removed, or taken over while this process stood still.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.lock.renew();
    await this.makeRoom(now);
    // Behind all others, also where the clock was set back.
    const before = Number(SEGMENT.exec(this.segments.at(-1)?.name ?? '')?.[1] ?? 0);
    const time = Math.max(Math.floor(now), before + 1);
    const name = `metrics-${String(time).padStart(13, '0')}.otlp`;
    const file = await open(join(folder, name), 'wx', 0o600);
    const segment = { name, bytes: 0, written: now };
    this.segments.push(segment);
    this.current = { segment, file, began: now };
    return this.current;
  }

  /** Ends a segment behind the last whole request; the disk may need the room of half a one. */
  private async abandon({ segment, file }: Current): Promise<void> {
    this.current = undefined;
    await file.truncate(segment.bytes).catch(() => undefined);
    await file.close().catch(() => undefined);
    if (segment.bytes > 0) return;
    await rm(join(this.options.folder, segment.name), { force: true }).catch(() => undefined);
    this.segments.pop();
  }

  private async makeRoom(now: number): Promise<void> {
    const { maxBytes, maxSeconds } = this.options;
    const oldest = now - maxSeconds * 1_000;
    let bytes = this.segments.reduce((sum, it) => sum + it.bytes, 0);
    while (this.segments.length > 0) {
      const [first] = this.segments as [Segment];
      if (first.written >= oldest && bytes + this.segmentBytes <= maxBytes) return;
      bytes -= first.bytes;
      await this.removeOldest();
    }
  }

  private async removeOldest(): Promise<void> {
    const [oldest] = this.segments as [Segment];
    await rm(join(this.options.folder, oldest.name), { force: true });
    this.segments.shift();
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

function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '');
}
