import type { CoreRegistry } from '../core/index.js';
import { conflict, type InstrumentDeclaration } from '../declare/index.js';

/**
 * Throws `CONFLICTING_INSTRUMENTS` where two registries of one scope declare one name: the series
 * of both would be one.
 */
export function checkConflicts(registries: readonly CoreRegistry[]): void {
  const seen = new Map<string, InstrumentDeclaration>();
  for (const { declaration } of registries) {
    const { scope, instruments } = declaration;
    for (const instrument of Object.values(instruments)) {
      const key = JSON.stringify([scope.name, scope.version, instrument.name.toLowerCase()]);
      const other = seen.get(key);
      if (other !== undefined) {
        const where = `in a registry of the scope "${scope.name}"`;
        throw conflict(`one ${where}`, other, `another ${where}`, instrument);
      }
      seen.set(key, instrument);
    }
  }
}
