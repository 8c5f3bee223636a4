import type { Answer, Asking } from '../live/index.js';
import { writeAsking } from '../live/index.js';
import { failed, wrongUsage } from './failure.js';

/** Longest that one answer may take, milliseconds. */
const TIMEOUT = 10_000;

/** A live view that runs, asked over HTTP. */
export interface LiveApi {
  /** For messages: where it is, without a token. */
  readonly place: string;
  /** Throws a failure that says what to do. */
  answer(asking: Asking): Promise<Answer>;
  /** Whether a live view is what answers there; throws a failure where nothing answers. */
  isThere(): Promise<boolean>;
}

/** Where a live view is, and what opens it. */
export interface LivePlace {
  /** `http://127.0.0.1:4319`; a `?token=…` in it, as `meterbook live` prints it, counts too. */
  readonly url: string;
  readonly token?: string | undefined;
}

/** @param option the option that has the address, for messages: `--url` */
export function liveApi(given: LivePlace, option: string): LiveApi {
  const url = parse(given.url, option);
  const place = `${url.origin}${url.pathname}`.replace(/\/$/, '');
  const token = given.token ?? url.searchParams.get('token') ?? undefined;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const get = async (
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: unknown }> => {
    try {
      const signal = AbortSignal.timeout(TIMEOUT);
      const response = await fetch(`${place}${path}`, { headers, signal });
      return { status: response.status, body: await response.json().catch(() => undefined) };
    } catch (error) {
      throw failed(
        `No live view answers at ${place}: ${reasonOf(error)}.`,
        `Start one with meterbook live, or name where it is with ${option}.`,
        'UNREACHABLE',
      );
    }
  };
  return {
    place,
    isThere: async () => {
      // Without the token, which is nobody else's business. One that wants it says so, and nothing else.
      const { status, body } = await get('/api/health', {});
      return status === 401 ? isDenial(body) : isHealth(body);
    },
    answer: async (asking) => {
      const { status, body } = await get(`/api/answer?${writeAsking(asking)}`, headers);
      if (status === 200 && isAnswer(body)) return body;
      const { error } = (body ?? {}) as { readonly error?: unknown };
      const said = typeof error === 'string' ? error : `HTTP status ${status}`;
      if (status === 401) {
        throw failed(
          `The live view at ${place} wants a token.`,
          'Put the one that meterbook live printed into --token or METERBOOK_LIVE_TOKEN.',
          'DENIED',
        );
      }
      throw failed(
        `What answers at ${place} gives no answer of a live view: ${said}.`,
        `Name the address of the page that meterbook live printed with ${option}.`,
        'INVALID',
      );
    },
  };
}

function parse(text: string, option: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  // Not repeated: there may be a token in it.
  throw wrongUsage(`The address of ${option} cannot be read.`, 'Use http://127.0.0.1:4319.');
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & {
    readonly cause?: { readonly code?: string; readonly message?: string };
  };
  return cause?.code ?? cause?.message ?? message;
}

function isHealth(body: unknown): boolean {
  const { status, receiver } = (body ?? {}) as { status?: unknown; receiver?: unknown };
  return status === 'ok' && typeof receiver === 'string';
}

function isDenial(body: unknown): boolean {
  const { error } = (body ?? {}) as { error?: unknown };
  return typeof error === 'string' && error.includes('meterbook live');
}

function isAnswer(body: unknown): body is Answer {
  const { shown, services } = (body ?? {}) as Partial<Answer>;
  return typeof shown?.kind === 'string' && Array.isArray(services);
}
