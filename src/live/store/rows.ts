/** Rows of the first array; each time that it is full, twice as many. */
const FIRST_ROWS = 4;

/**
 * An eighth more, which costs eight copies of a row in its life. In rings that double, up to half of a full
 * history would be empty, and forgetting rows would give nothing back until most of them were gone.
 */
function roomFor(rows: number): number {
  return rows + Math.max(FIRST_ROWS, Math.ceil(rows / 8));
}

/** What all series of a store have in common. */
export interface Shared {
  /** Bytes of all rows. */
  rowBytes: number;
  /** Bytes of the series themselves, without their rows, roughly. */
  seriesBytes: number;
  /** The earliest time, ms, at which something was received. */
  since: number;
}

/**
 * The history of one series: a row of numbers for each slot in which something came, the oldest first. The first
 * number of a row is the slot, of a merged one its first. A ring in one array, so that neither adding nor
 * forgetting moves the others.
 */
export class Rows {
  private data: Float64Array;
  private head = 0;
  private count = 0;

  constructor(
    readonly width: number,
    private readonly shared: Pick<Shared, 'rowBytes'>,
  ) {
    this.data = new Float64Array(0);
  }

  get length(): number {
    return this.count;
  }

  /** The array that rows are in; {@link offsetOf} tells where. */
  get values(): Float64Array {
    return this.data;
  }

  /** Where the row begins, the oldest one being 0. */
  offsetOf(row: number): number {
    const rows = this.data.length / this.width;
    return ((this.head + row) % rows) * this.width;
  }

  slotOf(row: number): number {
    return this.data[this.offsetOf(row)] as number;
  }

  /** The first row of a slot at or after `slot`; `length` if there is none. */
  firstFrom(slot: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.slotOf(middle) < slot) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Where the row of a slot begins, made if it is not there; all but its slot is 0 then. Slots come in order
   * but for a few late ones, which make room for themselves.
   */
  rowFor(slot: number): number {
    const row =
      this.count > 0 && this.slotOf(this.count - 1) < slot ? this.count : this.firstFrom(slot);
    if (row < this.count && this.slotOf(row) === slot) {
      return this.offsetOf(row);
    }
    if (this.count * this.width === this.data.length) this.resize(roomFor(this.count));
    this.count += 1;
    for (let later = this.count - 1; later > row; later--) {
      const to = this.offsetOf(later);
      const from = this.offsetOf(later - 1);
      this.data.copyWithin(to, from, from + this.width);
    }
    const at = this.offsetOf(row);
    this.data.fill(0, at, at + this.width);
    this.data[at] = slot;
    return at;
  }

  /** Forgets what is before a slot, and gives memory back once a quarter is empty. */
  forgetBefore(slot: number): void {
    const row = this.firstFrom(slot);
    if (row === 0) return;
    this.head = this.offsetOf(row) / this.width;
    this.count -= row;
    const rows = this.data.length / this.width;
    if (this.count === 0) this.resize(0);
    else if (rows > this.count * 1.25 + FIRST_ROWS) this.resize(roomFor(this.count));
  }

  /** Adds rows up whose slots are in the same row by `startOf`, and gives memory back at once. */
  merge(startOf: (slot: number) => number): void {
    let kept = 0;
    for (let row = 0; row < this.count; row++) {
      const slot = startOf(this.slotOf(row));
      if (kept > 0 && this.slotOf(kept - 1) === slot) this.addTo(kept - 1, row);
      else {
        this.copyTo(kept, row);
        this.data[this.offsetOf(kept)] = slot;
        kept += 1;
      }
    }
    this.keepFirst(kept);
  }

  /** Of rows whose slots are in the same row by `startOf`, keeps the last as it is: a level at their end. */
  thin(startOf: (slot: number) => number): void {
    let kept = 0;
    for (let row = 0; row < this.count; row++) {
      const next = row + 1;
      const isLast =
        next === this.count || startOf(this.slotOf(row)) !== startOf(this.slotOf(next));
      if (!isLast) continue;
      this.copyTo(kept, row);
      kept += 1;
    }
    this.keepFirst(kept);
  }

  private addTo(row: number, other: number): void {
    const to = this.offsetOf(row);
    const from = this.offsetOf(other);
    for (let i = 1; i < this.width; i++) {
      this.data[to + i] = (this.data[to + i] as number) + (this.data[from + i] as number);
    }
  }

  private copyTo(row: number, other: number): void {
    if (row === other) return;
    const from = this.offsetOf(other);
    this.data.copyWithin(this.offsetOf(row), from, from + this.width);
  }

  private keepFirst(count: number): void {
    this.count = count;
    const rows = roomFor(count);
    if (rows * this.width < this.data.length) this.resize(rows);
  }

  private resize(rows: number): void {
    const data = new Float64Array(rows * this.width);
    // In two pieces where the rows go on at the beginning of the array: a piece for each row takes twice as long.
    const from = this.head * this.width;
    const length = this.count * this.width;
    const first = this.data.subarray(from, from + length);
    data.set(first);
    data.set(this.data.subarray(0, length - first.length), first.length);
    this.shared.rowBytes += data.byteLength - this.data.byteLength;
    this.data = data;
    this.head = 0;
  }

  /** Gives everything back. */
  clear(): void {
    this.count = 0;
    this.resize(0);
  }
}
