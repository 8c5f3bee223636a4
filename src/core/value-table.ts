/** Slots for each value at most, before a value that finds none is left to the rest. */
const SLOTS_PER_VALUE = 4;
/** Past this many slots a table is no longer what a processor keeps at hand. */
const MAX_SLOTS = 1_024;

/** Values and their nodes, side by side; a power of two in length. */
type Slots = unknown[];

/** Where in the slots a value may be. */
type PlaceOf<Value> = (value: Value, slots: Slots) => number;

// What is empty is of the type that is looked for: comparing the two then needs no call.
const NO_STRING = '';
const NO_NUMBER = Number.NaN;

// What every table begins with, and never writes to.
const NO_STRINGS: Slots = [NO_STRING, undefined];
const NO_NUMBERS: Slots = [NO_NUMBER, undefined];

/**
 * A map from attribute values to what they lead to, which finds strings and integers faster than
 * a `Map`, in less memory.
 *
 * A `Map` asks the engine for a hash in a call of its own, and follows a chain. Here a string's
 * length and three of its characters, or a number's last bits, choose the one slot where it may be.
 * If another has that, it goes to a `Map` of the rest: no choice of values makes a lookup slower
 * than one in a `Map` by more than a comparison (npm run bench, "record").
 */
export class ValueTable<Node extends object> {
  size = 0;
  private strings = NO_STRINGS;
  private numbers = NO_NUMBERS;
  private absent: Node | undefined;
  /** What is neither string nor number, and what has found no slot. */
  private rest: Map<unknown, Node> | undefined;

  get(value: unknown): Node | undefined {
    if (typeof value === 'string') {
      const { strings } = this;
      const at = placeOfString(value, strings);
      // An empty string is found in every empty slot.
      if (strings[at] === value && strings[at + 1] !== undefined) return strings[at + 1] as Node;
    } else if (typeof value === 'number') {
      const { numbers } = this;
      const at = placeOfNumber(value, numbers);
      if (numbers[at] === value) return numbers[at + 1] as Node;
    } else if (value === undefined) {
      return this.absent;
    }
    return this.rest?.get(value);
  }

  /** Adds a value that is not there yet. */
  add(value: unknown, node: Node): void {
    this.size++;
    if (value === undefined) this.absent = node;
    else if (typeof value === 'string')
      this.strings = this.placed(value, node, this.strings, placeOfString, NO_STRING);
    else if (typeof value === 'number')
      this.numbers = this.placed(value, node, this.numbers, placeOfNumber, NO_NUMBER);
    else this.keep(value, node);
  }

  /** Takes out a value that is there. */
  delete(value: unknown): void {
    this.size--;
    if (value === undefined) this.absent = undefined;
    else if (this.rest?.delete(value) === true) return;
    else if (typeof value === 'string')
      clear(this.strings, placeOfString(value, this.strings), NO_STRING);
    else if (typeof value === 'number')
      clear(this.numbers, placeOfNumber(value, this.numbers), NO_NUMBER);
  }

  private keep(value: unknown, node: Node): Map<unknown, Node> {
    this.rest ??= new Map();
    return this.rest.set(value, node);
  }

  /** The slots with one value more: these, or larger ones if another has its slot. */
  private placed<Value>(
    value: Value,
    node: Node,
    slots: Slots,
    placeOf: PlaceOf<Value>,
    none: Value,
  ): Slots {
    if (put(value, node, slots, placeOf)) return slots;
    const rest = this.keep(value, node);
    const length = slots.length * 2;
    if (length > 2 * Math.min(MAX_SLOTS, SLOTS_PER_VALUE * this.size)) return slots;
    const larger = Array.from({ length }, (_, i) => (i % 2 === 0 ? none : undefined));
    // What had slots of its own has them in more slots too.
    for (let at = 0; at < slots.length; at += 2)
      if (slots[at + 1] !== undefined)
        put(slots[at] as Value, slots[at + 1] as Node, larger, placeOf);
    for (const [other, its] of rest)
      if (typeof other === typeof none && put(other as Value, its, larger, placeOf))
        rest.delete(other);
    return larger;
  }
}

/** Puts a value into its slot, unless another has that. */
function put<Value>(value: Value, node: object, slots: Slots, placeOf: PlaceOf<Value>): boolean {
  const at = placeOf(value, slots);
  if (slots.length === NO_STRINGS.length || slots[at + 1] !== undefined) return false;
  slots[at] = value;
  slots[at + 1] = node;
  return true;
}

function clear<Value>(slots: Slots, at: number, none: Value): void {
  slots[at] = none;
  slots[at + 1] = undefined;
}

/** Tells strings apart that differ near their end, or in their length. */
function placeOfString(value: string, { length: slots }: Slots): number {
  const { length } = value;
  const hash =
    value.charCodeAt(length - 1) +
    value.charCodeAt(length >> 1) * 5 +
    value.charCodeAt(length >> 2) * 11 +
    length * 3;
  return (hash << 1) & (slots - 1);
}

function placeOfNumber(value: number, { length: slots }: Slots): number {
  return (value << 1) & (slots - 1);
}
