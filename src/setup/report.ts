import type { Logger } from './options.js';

/** Writes to the console, each line with the project's name before it. */
export const consoleLogger: Logger = {
  // biome-ignore lint/suspicious/noConsole: the default destination of warnings, replaced by the logger option
  warn: (message) => console.warn(`meterbook: ${message}`),
  // biome-ignore lint/suspicious/noConsole: as above
  error: (message) => console.error(`meterbook: ${message}`),
};

/** At most one line a minute about one thing. */
const QUIET_MILLIS = 60_000;

/** Tells the user what is wrong, keeps what was wrong at setup, and never throws. */
export class Report {
  /** What was wrong with the options or the environment. */
  readonly problems: string[] = [];
  private readonly lastSaid = new Map<string, number>();

  constructor(private readonly logger: Logger) {}

  /** A setting that cannot be used; the service goes on without it. */
  problem(cause: string, fix: string): void {
    const message = `${cause} Fix: ${fix}`;
    this.problems.push(message);
    this.say('error', message);
  }

  warn(message: string): void {
    this.say('warn', message);
  }

  /** Warns at most once a minute per topic. */
  warnSometimes(topic: string, message: string): void {
    // The wall clock may be set back, and would then keep it quiet for as long.
    const now = performance.now();
    if (now - (this.lastSaid.get(topic) ?? Number.NEGATIVE_INFINITY) < QUIET_MILLIS) return;
    this.lastSaid.set(topic, now);
    this.warn(message);
  }

  /** Lets the next warning of every topic be heard: it may be the last. */
  speakUp(): void {
    this.lastSaid.clear();
  }

  private say(level: 'warn' | 'error', message: string): void {
    try {
      this.logger[level](message);
    } catch {
      // A logger that throws must not end the service; there is nobody left to tell.
    }
  }
}
