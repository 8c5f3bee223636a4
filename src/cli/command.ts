/** Where text goes: `process.stdout`, or what a test reads. */
export interface Output {
  write(text: string): unknown;
}

/** What a command may touch of the process that it runs in. */
export interface CommandIo {
  /** Results alone. */
  readonly stdout: Output;
  /** What is wrong, and hints. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start from. Default: that of the process. */
  readonly cwd?: string | undefined;
  /** Of the package. Default `unknown`. */
  readonly version?: string | undefined;
  /**
   * Called by a command that goes on until it is stopped; settles when that is asked for. Whoever
   * asks a second time ends the process.
   */
  readonly untilStopped?: (() => Promise<void>) | undefined;
}

/** Something to run, or a group of such. */
export interface Command {
  /** One line for the list of its parent. */
  readonly summary: string;
  /** The whole text of `--help`, with an example. */
  readonly help: string;
  readonly commands?: Readonly<Record<string, Command>> | undefined;
  /**
   * Takes what follows its name. Throws what `failure.ts` makes; anything else is a fault of ours.
   */
  readonly run?: ((args: readonly string[], io: CommandIo) => Promise<void>) | undefined;
}
