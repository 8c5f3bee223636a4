import type { Logger } from '../index.js';

/** Writes to the console, each line with the project's name before it. */
export const consoleLogger: Logger = {
  // biome-ignore lint/suspicious/noConsole: the default destination of warnings, replaced by the logger option
  warn: (message) => console.warn(`meterbook: ${message}`),
  // biome-ignore lint/suspicious/noConsole: as above
  error: (message) => console.error(`meterbook: ${message}`),
};

/** At most one line a minute about one thing. */
const QUIET_NANOS = 60_000_000_000n;

/** Warns of what goes wrong again and again once a minute, with how often it did. Never throws. */
export class Warnings {
  private readonly topics = new Map<string, { saidAt: bigint; unsaid: number }>();

  constructor(
    private readonly logger: Logger,
    private readonly now: () => bigint,
  ) {}

  /** @param topic one of a few, written in code */
  warn(topic: string, message: string): void {
    const now = this.now();
    const known = this.topics.get(topic);
    if (known !== undefined && now - known.saidAt < QUIET_NANOS) {
      known.unsaid += 1;
      return;
    }
    this.topics.set(topic, { saidAt: now, unsaid: 0 });
    const more = known === undefined || known.unsaid === 0 ? '' : ` (and ${known.unsaid} more)`;
    try {
      this.logger.warn(`${message}${more}`);
    } catch {
      // A logger that throws must not end the job; there is nobody left to tell.
    }
  }
}
