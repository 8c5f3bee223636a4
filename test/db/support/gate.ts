/** A door that the test opens: whoever waits at it goes on then. */
export interface Gate {
  /** Resolves once the gate is open. */
  pass(): Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { pass: () => opened, open };
}
