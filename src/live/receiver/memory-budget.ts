import { RefusedRequest } from '../otlp/body.js';

/** What a client is asked to wait, seconds. */
const RETRY_SECONDS = '1';

/** Memory that one request has taken of the budget. */
export interface Lease {
  /** Takes more. Throws a {@link RefusedRequest} (503) where there is none left. */
  take(bytes: number): void;
  /** Gives it all back. */
  release(): void;
}

/** The memory that all bodies may take that are being read, or wait for being decoded. */
export class MemoryBudget {
  private used = 0;

  constructor(private readonly bytes: number) {}

  lease(): Lease {
    let taken = 0;
    return {
      take: (bytes) => {
        if (this.used + bytes > this.bytes) throw overloaded();
        this.used += bytes;
        taken += bytes;
      },
      release: () => {
        this.used -= taken;
        taken = 0;
      },
    };
  }
}

function overloaded(): RefusedRequest {
  return new RefusedRequest(503, 'too much is being received at a time; send it again later', {
    'retry-after': RETRY_SECONDS,
  });
}
