/** Observing must not reach the observed: what is wrong shows in the registry's drop counts. */
export function attempt(fn: () => void): void {
  try {
    fn();
  } catch {
    // Strict registries throw from a record call; a server's event is no place to throw into.
  }
}
