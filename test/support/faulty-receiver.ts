import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type Receiver, type ReceiverAnswer, startReceiver } from '../../demo/receiver.js';
import { freePort } from './free-port.js';
import { ReceivedLedger } from './received-ledger.js';

/** What a receiver does with a request, and what becomes of the data in it. */
export interface Behaviour {
  readonly name: string;
  /** Nobody listens at the port. */
  readonly isClosed?: boolean;
  /** Ends a request whose head has come, and whose body has not been read. */
  readonly onArrival?: (request: IncomingMessage) => void;
  /** What is answered to one that has been read; `undefined`: nothing, ever. */
  readonly answer?: ReceiverAnswer;
  /** `open`: the receiver has nothing of it, and it may be sent again. */
  readonly fate: 'taken' | 'refused' | 'open';
}

/** The statuses that ask to be tried again (OTLP, "Retryable response codes"). */
const RETRYABLE: readonly number[] = [429, 502, 503, 504];
const DRIP_MILLIS = 500;
const MIB = 1024 * 1024;

/** Every way to treat a request. */
export const behaviours = {
  accept: { name: 'accepts', answer: {}, fate: 'taken' },
  refuse: { name: 'refuses the connection', isClosed: true, fate: 'open' },
  hang: { name: 'never answers', fate: 'open' },
  /** The data is taken, and the client cannot know. */
  hangAfterTaking: { name: 'takes it and never answers', fate: 'taken' },
  drip: {
    name: 'answers 200, and a byte every 500 ms',
    answer: {
      write: (response) => {
        response.writeHead(200, { 'content-length': MIB });
        response.flushHeaders();
        const timer = setInterval(() => response.write('x'), DRIP_MILLIS);
        response.on('close', () => clearInterval(timer));
      },
    },
    fate: 'taken',
  },
  resetInBody: {
    name: 'resets the connection in the body',
    onArrival: (request) => request.once('data', () => request.socket.resetAndDestroy()),
    fate: 'open',
  },
  resetAfterBody: {
    name: 'takes it and resets the connection',
    answer: { cut: 'reset' },
    fate: 'taken',
  },
  truncatedAnswer: {
    name: 'answers with less than it says',
    answer: {
      write: (response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('x', () => response.socket?.destroy());
      },
    },
    fate: 'taken',
  },
  largeAnswer: {
    name: 'answers with 8 MiB',
    answer: { body: Buffer.alloc(8 * MIB) },
    fate: 'taken',
  },
} as const satisfies Readonly<Record<string, Behaviour>>;

/** Answers with an error status, to be tried again or not as the protocol has it. */
export function answering(status: number, retryAfter?: string): Behaviour {
  const fate = RETRYABLE.includes(status) ? 'open' : 'refused';
  if (retryAfter === undefined) return { name: `answers ${status}`, answer: { status }, fate };
  const answer = { status, headers: { 'retry-after': retryAfter } };
  return { name: `answers ${status}, Retry-After: ${retryAfter}`, answer, fate };
}

/** Sends the client elsewhere, where the data and its credentials must not go. */
export function redirecting(location: string, status: 307 | 308 = 307): Behaviour {
  return {
    name: `redirects with ${status}`,
    answer: { status, headers: { location } },
    fate: 'refused',
  };
}

/** Takes a request but for its first points. */
export function rejecting(rejectedDataPoints: number, errorMessage = 'not these'): Behaviour {
  return {
    name: `rejects ${rejectedDataPoints} points`,
    answer: { partialSuccess: { rejectedDataPoints, errorMessage } },
    fate: 'taken',
  };
}

/** An OTLP receiver that behaves as it is told, and keeps a ledger. */
export interface FaultyReceiver {
  readonly url: string;
  readonly ledger: ReceivedLedger;
  /** Requests whose head has come, whatever became of them. */
  readonly attempts: number;
  /** How it treats requests from now on. Connections that are open stay, unless it closes. */
  behave(behaviour: Behaviour): Promise<void>;
  /** How it treats the next request, before what `behave` says; several queue up. */
  once(...behaviours: readonly Behaviour[]): void;
  close(): Promise<void>;
}

/** Settings of a faulty receiver. */
export interface FaultyReceiverOptions {
  /** Listens with a certificate that nobody trusts. */
  readonly tls?: boolean;
  readonly behaviour?: Behaviour;
}

/**
 * Starts a real HTTP server that decodes what it is sent with the official definitions and fails on
 * demand. What it has taken is in its ledger whether the client was told or not, so that a loss and
 * a repetition can be told apart.
 */
export async function startFaultyReceiver(
  options: FaultyReceiverOptions = {},
): Promise<FaultyReceiver> {
  const ledger = new ReceivedLedger();
  const queue: Behaviour[] = [];
  /** The behaviour is chosen when a request comes, and stays: it may change while one is read. */
  const chosen = new WeakMap<IncomingMessage, Behaviour>();
  let standing: Behaviour = behaviours.accept;
  let attempts = 0;
  let receiver: Receiver | undefined;

  const listen = (port: number): Promise<Receiver> =>
    startReceiver({
      port,
      keepRequests: false,
      ...(options.tls === true ? { tls: untrusted() } : {}),
      onArrival: (request) => {
        attempts += 1;
        const behaviour = queue.shift() ?? standing;
        chosen.set(request, behaviour);
        behaviour.onArrival?.(request);
        return behaviour.onArrival !== undefined;
      },
      respond: ({ request, resourceMetrics, digest }) => {
        const { fate, answer } = chosen.get(request) as Behaviour;
        const rejected = answer?.partialSuccess?.rejectedDataPoints;
        if (fate === 'taken') ledger.take({ resourceMetrics, digest }, rejected);
        if (fate === 'refused') ledger.refuse(resourceMetrics);
        return answer ?? new Promise(() => undefined);
      },
    });

  const behave = async (behaviour: Behaviour): Promise<void> => {
    standing = behaviour;
    if (behaviour.isClosed === true) {
      await receiver?.close();
      receiver = undefined;
    } else {
      receiver ??= await listen(port);
    }
  };

  const port = await freePort();
  receiver = await listen(port);
  const { url } = receiver;
  if (options.behaviour !== undefined) await behave(options.behaviour);
  return {
    url,
    ledger,
    get attempts() {
      return attempts;
    },
    behave,
    once: (...behaviours) => void queue.push(...behaviours),
    close: async () => receiver?.close(),
  };
}

function untrusted(): { readonly cert: Buffer; readonly key: Buffer } {
  const file = (name: string) => readFileSync(new URL(`./tls/${name}.pem`, import.meta.url));
  return { cert: file('certificate'), key: file('key') };
}
