/** Observing must not reach the observed: what is wrong shows in the registry's drop counts. */
export function attempt(fn: () => void): void {
  try {
    fn();
  } catch {
    // Strict registries throw from a record call; the middle of the application's own work, an event
    // of a server or a chunk of a stream, is no place to throw into.
  }
}
