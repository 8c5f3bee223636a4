/**
 * A value as it is shown, on the page and in what the server says: `1.25` and `ms`, apart for those who set them in
 * different sizes.
 */
export interface Shown {
  readonly text: string;
  /** Empty where there is none. */
  readonly unit: string;
}

/** Sizes of a unit, the smallest first: each begins at `from`, in the unit that the value is in. */
type Scale = readonly { readonly from: number; readonly unit: string }[];

const SECONDS: Scale = [
  { from: 1e-9, unit: 'ns' },
  { from: 1e-6, unit: 'µs' },
  { from: 1e-3, unit: 'ms' },
  { from: 1, unit: 's' },
  { from: 60, unit: 'min' },
  { from: 3_600, unit: 'h' },
  { from: 86_400, unit: 'd' },
];
const AMOUNTS: Scale = [
  { from: 1, unit: '' },
  { from: 1e3, unit: 'k' },
  { from: 1e6, unit: 'M' },
  { from: 1e9, unit: 'G' },
  { from: 1e12, unit: 'T' },
];

function binary(unit: string): Scale {
  return ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'].map((prefix, i) => ({
    from: 1024 ** i,
    unit: prefix + unit,
  }));
}

function decimal(unit: string): Scale {
  return ['', 'k', 'M', 'G', 'T'].map((prefix, i) => ({ from: 1000 ** i, unit: prefix + unit }));
}

interface Rule {
  readonly scale: Scale;
  /** What the value is multiplied by before. */
  readonly factor: number;
  /** Follows the size: `req/s`. */
  readonly suffix?: string;
  readonly prefix?: string;
}

const BYTES: Rule = { scale: binary('B'), factor: 1 };
const seconds = (factor: number): Rule => ({ scale: SECONDS, factor });
const bytes = (factor: number): Rule => ({ ...BYTES, factor });

/** Grafana's names, as the plans have them, and UCUM's, as instruments have them. */
const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    ns: seconds(1e-9),
    µs: seconds(1e-6),
    us: seconds(1e-6),
    ms: seconds(1e-3),
    s: seconds(1),
    m: seconds(60),
    min: seconds(60),
    h: seconds(3_600),
    d: seconds(86_400),
    bytes: BYTES,
    By: BYTES,
    kbytes: bytes(1024),
    KiBy: bytes(1024),
    mbytes: bytes(1024 ** 2),
    MiBy: bytes(1024 ** 2),
    gbytes: bytes(1024 ** 3),
    GiBy: bytes(1024 ** 3),
    tbytes: bytes(1024 ** 4),
    deckbytes: { scale: decimal('B'), factor: 1e3 },
    decmbytes: { scale: decimal('B'), factor: 1e6 },
    decgbytes: { scale: decimal('B'), factor: 1e9 },
    dectbytes: { scale: decimal('B'), factor: 1e12 },
    binBps: { scale: binary('B'), factor: 1, suffix: '/s' },
    Bps: { scale: decimal('B'), factor: 1, suffix: '/s' },
    'By/s': { scale: binary('B'), factor: 1, suffix: '/s' },
    bps: { scale: decimal('b'), factor: 1, suffix: '/s' },
    bits: { scale: decimal('b'), factor: 1 },
    bit: { scale: decimal('b'), factor: 1 },
    percent: { scale: [{ from: 1, unit: '%' }], factor: 1 },
    '%': { scale: [{ from: 1, unit: '%' }], factor: 1 },
    percentunit: { scale: [{ from: 1, unit: '%' }], factor: 100 },
    hertz: { scale: decimal('Hz'), factor: 1 },
    Hz: { scale: decimal('Hz'), factor: 1 },
    celsius: { scale: [{ from: 1, unit: '°C' }], factor: 1 },
    Cel: { scale: [{ from: 1, unit: '°C' }], factor: 1 },
    reqps: { scale: AMOUNTS, factor: 1, suffix: 'req/s' },
    currencyUSD: { scale: AMOUNTS, factor: 1, prefix: '$' },
    '{USD}': { scale: AMOUNTS, factor: 1, prefix: '$' },
    currencyEUR: { scale: AMOUNTS, factor: 1, prefix: '€' },
    '{EUR}': { scale: AMOUNTS, factor: 1, prefix: '€' },
  }),
);

const PLAIN: Rule = { scale: AMOUNTS, factor: 1 };
const NOTHING: Shown = { text: '–', unit: '' };

/**
 * A value in a unit of the protocol, with at most three digits that count, in the size that suits it:
 * 0.0125 of `s` is `12.5` `ms`. What is just short of all is not rounded up to it: `99.95` `%`. A unit that is not
 * known is shown as it is: `{request}` as `request`.
 */
export function shown(value: number | null | undefined, unit: string): Shown {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  const rule = RULES.get(unit) ?? PLAIN;
  const amount = value * rule.factor;
  const size = sizeOf(Math.abs(amount), rule.scale);
  const isShort = size.unit === '%' && amount >= 99.9 && amount < 100;
  const number = isShort ? trimmed(amount.toFixed(3)) : digits(amount / size.from);
  const text = (rule.prefix ?? '') + number;
  return { text: text.replace(/^([$€])-/, '-$1'), unit: unitOf(size.unit, rule, unit) };
}

/** The same as one text: `12.5 ms`. */
export function format(value: number | null | undefined, unit: string): string {
  const { text, unit: name } = shown(value, unit);
  return name === '' ? text : `${text} ${name}`;
}

/** A share from 0 to 1 as per cent. */
export function percent(share: number | null | undefined): string {
  return format(share, 'percentunit');
}

function unitOf(size: string, { suffix = '' }: Rule, unit: string): string {
  if (RULES.has(unit)) return suffix === '' ? size : joined(size, suffix);
  const named =
    unit === 'short' || unit === '1' || unit === 'none' ? '' : unit.replace(/[{}]/g, '');
  return joined(size, named);
}

/** `kreq/s` is no word, `k req/s` is; `MiB/s` is. */
function joined(size: string, name: string): string {
  return size === '' || name === '' || name.startsWith('/') ? size + name : `${size} ${name}`;
}

function sizeOf(amount: number, scale: Scale): Scale[number] {
  const first = scale[0] as Scale[number];
  // 999.7 would be shown as 1000: it belongs to the next size already.
  const fitting = scale.filter(({ from }) => amount >= from * 0.9995);
  const zero = scale.find(({ from }) => from === 1) ?? first;
  return amount === 0 ? zero : (fitting.at(-1) ?? first);
}

function digits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  // What is smaller than the smallest size keeps its digits: $0.00042.
  if (size < 1) return trimmed(value.toPrecision(size < 1e-6 ? 1 : 3));
  return trimmed(value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2));
}

function trimmed(text: string): string {
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}

/** `14:03:07`, or `14:03` without the seconds: local time. */
export function clock(millis: number, withSeconds = true): string {
  const date = new Date(millis);
  const parts = [date.getHours(), date.getMinutes(), ...(withSeconds ? [date.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** `5 minutes`; of whole seconds. */
export function span(inSeconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ] as const;
  const fitting = units.find(([, size]) => inSeconds >= size && inSeconds % size === 0);
  const [name, size] = fitting ?? (['second', 1] as const);
  const count = Math.round(inSeconds / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** How long something took or is ago, to the second, and from a minute on to the minute: `43 s`, `2 min`, `1.5 h`. */
export function roughly(inSeconds: number): string {
  const exact = inSeconds < 59.5 ? 1 : 60;
  return format(Math.round(inSeconds / exact) * exact, 's');
}

/** `3 s ago` */
export function ago(millis: number, now: number): string {
  const past = Math.max(0, Math.round((now - millis) / 1000));
  return past < 2 ? 'just now' : `${roughly(past)} ago`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
