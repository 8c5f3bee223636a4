import { wrongArgument } from '../errors.js';

/** Throws `INVALID_SETUP` for a list of anything but manifests: callers need not be compiled. */
export function checkManifests(given: unknown, caller: string): void {
  if (!Array.isArray(given)) {
    throw wrongArgument(
      caller,
      given,
      ' as manifests',
      'Pass them in a list: [registry.manifest()].',
    );
  }
  const stray = given.findIndex((it) => !isManifest(it));
  if (stray < 0) return;
  const fix = 'Pass what registry.manifest() returns, for each registry.';
  throw wrongArgument(caller, given[stray], ` as manifest ${stray}`, fix);
}

/** Throws `INVALID_SETUP` for what is no text. */
export function checkText(given: unknown, caller: string, example: string): void {
  if (typeof given === 'string') return;
  throw wrongArgument(caller, given, ' as its text', `Pass a text, such as "${example}".`);
}

/** Throws `INVALID_SETUP` for what is no instrument of a manifest, as far as its fields are read. */
export function checkInstrument(given: unknown, caller: string, fields: readonly string[]): void {
  const found = (given ?? {}) as Readonly<Record<string, unknown>>;
  const missing = fields.find((field) =>
    field === 'attributes' ? !Array.isArray(found[field]) : typeof found[field] !== 'string',
  );
  if (missing === undefined) return;
  const fix = `Pass one of registry.manifest().instruments: with ${fields.join(', ')}.`;
  throw wrongArgument(caller, given, ` as instrument, whose ${missing} is missing`, fix);
}

function isManifest(given: unknown): boolean {
  const { scope, instruments, slos } = (given ?? {}) as Readonly<Record<string, unknown>>;
  return typeof scope === 'object' && Array.isArray(instruments) && Array.isArray(slos);
}
