import { isIPv6 } from 'node:net';
import { Access, isLoopback, newToken } from './access.js';
import { Journal } from './journal/journal.js';
import { outlineOf } from './otlp/decode.js';
import { DECODE_LIMITS } from './otlp/limits.js';
import { LiveProblem } from './problem.js';
import type { Answer, Asking } from './protocol.js';
import { Intake, type Sink } from './receiver/intake.js';
import { startReceiver } from './receiver/receiver.js';
import { ReceiverCounts } from './receiver/receiver-counts.js';
import { type Asset, startPageServer } from './server/page-server.js';

/** What is put together: where points go, and where answers and the page come from. */
export interface LiveParts {
  readonly add: Sink['add'];
  ask(query: URLSearchParams): Asking;
  answer(asking: Asking, received: Received): Answer;
  readonly assets: readonly Asset[];
}

/** What an answer has to tell of the receiver. */
export interface Received {
  /** Where services send to. */
  readonly receiverUrl: string;
  /** Requests that were refused since the start, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Where the live view listens and what it keeps. */
export interface AssembleOptions {
  /** Default `127.0.0.1`. Another one than the loopback needs a token; one is made if none is given. */
  readonly host?: string | undefined;
  /** Of the receiver. Default 4318, where services send to; 0 lets the system choose. */
  readonly port?: number | undefined;
  /** Of the page. Default 4319. */
  readonly pagePort?: number | undefined;
  readonly token?: string | undefined;
  readonly keep?: { readonly folder: string; readonly maxBytes: number } | undefined;
  /** How far back what is kept matters, seconds. */
  readonly maxSeconds: number;
  /** Told of what goes wrong while it runs. */
  readonly onProblem?: ((message: string) => void) | undefined;
}

/** A running live view. */
export interface Live {
  /** What OTEL_EXPORTER_OTLP_ENDPOINT is: `http://127.0.0.1:4318`. */
  readonly receiverUrl: string;
  /** Where the page is, with the token where there is one: `http://127.0.0.1:4319/`. */
  readonly pageUrl: string;
  /** What services and whoever reads answers have to send as `Authorization: Bearer …`. */
  readonly token: string | undefined;
  /** Points that were read back from what an earlier one kept. */
  readonly restoredPoints: number;
  /** Stops listening, cuts what is connected, and writes what was to be kept. */
  close(): Promise<void>;
}

export const RECEIVER_PORT = 4318;
export const PAGE_PORT = 4319;

/**
 * Starts the receiver and the page around a store.
 *
 * @throws {LiveProblem} if it cannot listen, or the folder to keep things in cannot be used
 */
export async function assembleLive(options: AssembleOptions, parts: LiveParts): Promise<Live> {
  const { host: given = '127.0.0.1', onProblem = () => undefined } = options;
  const host = isIPv6(given) ? `[${given}]` : given;
  const token = options.token ?? (isLoopback(host) ? undefined : newToken());
  const access = new Access(host, checkToken(token));
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const journal = await openJournal(options, onProblem);
    if (journal !== undefined) closing.push(() => journal.close());
    const restored = journal === undefined ? 0 : await restore(journal, parts.add);
    const receiver = await startReceiver({
      host,
      port: options.port ?? RECEIVER_PORT,
      access,
      sink: { add: parts.add, keep: (request) => journal?.append(request) },
    });
    const { counts } = receiver;
    const receiverUrl = reachable(receiver.url);
    closing.push(() => receiver.close());
    const page = await startPageServer({
      host,
      port: options.pagePort ?? PAGE_PORT,
      access,
      assets: parts.assets,
      source: {
        ask: (query) => parts.ask(query),
        answer: (asking) => parts.answer(asking, { receiverUrl, refused: counts.refused }),
        revision: () => counts.revision,
      },
      health: () => ({
        status: 'ok',
        receiver: receiverUrl,
        requests: counts.requests,
        points: counts.points,
        refused: counts.refused,
        rejected: counts.rejected,
        notKept: counts.notKept,
        restoredPoints: restored,
        ...(journal === undefined ? {} : { skippedRequests: journal.skipped }),
      }),
    });
    closing.push(() => page.close());
    return {
      receiverUrl,
      pageUrl: `${reachable(page.url)}/${token === undefined ? '' : `?token=${token}`}`,
      token,
      restoredPoints: restored,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Every address of the machine is listened on, and none of them is "every address". */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

/** It travels in a header, a cookie and a query string, and is guessed at by nobody. */
function checkToken(token: string | undefined): string | undefined {
  if (token === undefined || /^[\w.~-]{16,256}$/.test(token)) return token;
  throw new LiveProblem(
    'The token is too short, or has characters that a header or an address cannot have.',
    'Use 16 to 256 letters, digits, "-", "_", "." and "~", or leave --token out to have one made.',
  );
}

async function openJournal(
  { keep, maxSeconds }: AssembleOptions,
  onProblem: (message: string) => void,
): Promise<Journal | undefined> {
  return keep === undefined ? undefined : Journal.open({ ...keep, maxSeconds, onProblem });
}

/** Reads back what was kept, as if it came now, but for its time. */
async function restore(journal: Journal, add: Sink['add']): Promise<number> {
  const counts = new ReceiverCounts();
  const intake = new Intake({ add }, counts);
  for await (const request of journal.read()) {
    try {
      await intake.take(request, outlineOf(request.body, request.encoding, DECODE_LIMITS));
    } catch {
      // It was taken once; a later version that refuses it is no reason not to start.
    }
  }
  return counts.points;
}
