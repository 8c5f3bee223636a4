import type { Manifest } from '../../declare/index.js';

const NAME = /^[A-Za-z][A-Za-z0-9_.\-/]{0,254}$/;
const UNIT = /^[\x21-\x7e]{1,63}$/;
const KINDS = new Set([
  'counter',
  'upDownCounter',
  'gauge',
  'histogram',
  'observableCounter',
  'observableUpDownCounter',
  'observableGauge',
]);

/**
 * What is wrong with a value that should be a manifest, as the end of a sentence that begins with
 * its name; `undefined` where nothing is. A manifest may come from a file or from another version of
 * the package, so that nothing about it is certain.
 */
export function problemOfManifest(value: unknown): string | undefined {
  if (!isObject(value)) return 'is no manifest';
  if (value['manifestVersion'] !== 1) {
    return `has the manifestVersion ${JSON.stringify(value['manifestVersion'])}, and this command reads 1`;
  }
  const { scope, instruments, slos } = value as Partial<Manifest>;
  if (!isObject(scope) || typeof scope.name !== 'string') return 'has no scope.name';
  if (!Array.isArray(instruments) || !Array.isArray(slos)) return 'has no instruments or no slos';
  for (const [i, it] of instruments.entries()) {
    const at = `instruments[${i}]`;
    if (!isObject(it) || typeof it['name'] !== 'string' || !NAME.test(it['name'])) {
      return `has no usable name at ${at}`;
    }
    if (typeof it['kind'] !== 'string' || !KINDS.has(it['kind']))
      return `has no known kind at ${at}`;
    if (typeof it['unit'] !== 'string' || !UNIT.test(it['unit']))
      return `has no usable unit at ${at}`;
    if (typeof it['description'] !== 'string' || typeof it['property'] !== 'string') {
      return `has no description or property at ${at}`;
    }
    if (!isCount(it['maxSeries']) || !isCount(it['worstCaseSeries']))
      return `has no limits at ${at}`;
    const { attributes, boundaries = [] } = it;
    if (!Array.isArray(attributes) || !attributes.every(isAttribute)) {
      return `has malformed attributes at ${at}`;
    }
    if (it['renamedFrom'] !== undefined && !isFormerName(it['renamedFrom'])) {
      return `has a malformed renamedFrom at ${at}`;
    }
    if (!Array.isArray(boundaries) || !boundaries.every(Number.isFinite)) {
      return `has malformed boundaries at ${at}`;
    }
  }
  return slos.every(isSlo) ? undefined : 'has malformed slos';
}

function isAttribute(value: unknown): boolean {
  if (!isObject(value) || typeof value['key'] !== 'string') return false;
  const { type, values = [], optional, fromContext } = value;
  if (
    type === 'oneOf'
      ? !Array.isArray(value['values'])
      : !/^(string|int|boolean)$/.test(String(type))
  )
    return false;
  if (!Array.isArray(values) || !values.every((it) => typeof it === 'string')) return false;
  if (value['maxValues'] !== undefined && !isCount(value['maxValues'])) return false;
  return typeof optional === 'boolean' && typeof fromContext === 'boolean';
}

function isFormerName(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, until, unit = '1', factor = 1 } = value;
  const isName = typeof name === 'string' && NAME.test(name);
  const isDay = typeof until === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(until);
  return isName && isDay && typeof unit === 'string' && UNIT.test(unit) && Number.isFinite(factor);
}

function isSlo(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, instrument, objective, threshold, window } = value;
  const texts = [name, instrument].every((it) => typeof it === 'string');
  const numbers = [objective, threshold].every(Number.isFinite);
  return texts && numbers && typeof window === 'string' && /^[1-9]\d*[hdw]$/.test(window);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
