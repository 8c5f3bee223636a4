/**
 * Keeps what was used of late, in two halves: once the recent one is full it becomes the older one,
 * and the older one is forgotten. So at most twice the half is held, what is in use stays, and a
 * hit is one lookup; a list in order of use would have to be changed at each.
 */
export class RecentCache<Value> {
  private recent = new Map<string, Value>();
  private older = new Map<string, Value>();

  constructor(private readonly half: number) {}

  get(key: string): Value | undefined {
    const recent = this.recent.get(key);
    if (recent !== undefined) return recent;
    const older = this.older.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: string, value: Value): void {
    if (this.recent.size >= this.half && !this.recent.has(key)) {
      this.older = this.recent;
      this.recent = new Map();
    }
    this.recent.set(key, value);
  }
}
