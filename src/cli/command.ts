import type { OptionTable } from './options.js';

/** Where text goes: `process.stdout`, or what a test reads. */
export interface Output {
  write(text: string): unknown;
  /** Somebody looks at it, and nothing but people read it. */
  readonly isTTY?: boolean | undefined;
  /** Characters of a line, where somebody looks at it. */
  readonly columns?: number | undefined;
}

/** The terminal that a command may take over as a whole: what is typed, and a picture to draw. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
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
  /** Left out where results or keys are of a pipe or a file. */
  readonly terminal?: Terminal | undefined;
  /** A program reads it: `--json` was given. Set by `main`. */
  readonly isJson?: boolean | undefined;
}

/** A line of a shell that does something worth while, and what. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** Something to run, or a group of such. Help, completion and reading are made from this alone. */
export interface Command {
  /** One line for the list of its parent. */
  readonly summary: string;
  /** Heading that it stands under in the list of its parent. Default: that of the one before it. */
  readonly group?: string | undefined;
  /** What follows the name: `--registry <module> [options]`. */
  readonly usage: string;
  /** What it does, in lines of up to 100 characters. */
  readonly about?: string | undefined;
  readonly options?: OptionTable | undefined;
  /** What else to know, after the options. */
  readonly notes?: string | undefined;
  readonly examples: readonly Example[];
  readonly commands?: Readonly<Record<string, Command>> | undefined;
  /**
   * Takes what follows its name. Throws what `failure.ts` makes; anything else is a fault of ours.
   */
  readonly run?: ((args: readonly string[], io: CommandIo) => Promise<void>) | undefined;
}
