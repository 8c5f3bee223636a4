import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is not served: an HTTP status, and what to say. */
export interface Denial {
  readonly status: 401 | 403;
  readonly message: string;
}

/** Names under which containers know the machine that they run on; no web page can have them. */
const CONTAINER_HOSTS = ['host.docker.internal', 'host.containers.internal'];

/** Whether a host, as a URL has it, is this machine and nobody else. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(host)
  );
}

/** A token that nobody guesses: 192 bits, fit for URLs and headers. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Name of the cookie that stands for the token. Browsers send it to all ports of a host: each has its own. */
export function cookieName({ socket }: IncomingMessage): string {
  return `meterbook_live_${socket.localPort}`;
}

/**
 * Who may ask. Everybody on the machine may, unless there is a token; web pages may not, whatever
 * their name resolves to:
 *
 * - without a token, `Host` must be a name of this machine (DNS rebinding);
 * - with one, it must come along: no page has it, so that any name is served;
 * - a browser tells where a request is from by `Origin` and `Sec-Fetch-Site`: from the page itself.
 */
export class Access {
  private readonly digest: Buffer | undefined;

  /**
   * @param host what is listened on, as a URL has it: `127.0.0.1`, `[::1]`
   */
  constructor(
    private readonly host: string,
    readonly token: string | undefined,
  ) {
    this.digest = token === undefined ? undefined : digestOf(token);
  }

  /** Whether it comes from where it may, token aside; `isLink` for what a link may lead to. */
  originDenial(request: IncomingMessage, isLink = false): Denial | undefined {
    const { host = '', origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers;
    const name = host.replace(/:\d*$/, '').toLowerCase();
    if (this.digest === undefined && !this.isOurs(name)) {
      return {
        status: 403,
        message: `the host '${name}' is not served here; use localhost, or start with --token`,
      };
    }
    const isOwnOrigin = origin === undefined || origin.toLowerCase() === `http://${host}`;
    const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
    if (isLink && mode === 'navigate') return undefined;
    if (isOwnOrigin && isOwnSite) return undefined;
    return { status: 403, message: 'a page of another origin may not use this' };
  }

  /** Whether the token came along, if there has to be one: as `Bearer`, or in the cookie. */
  tokenDenial(request: IncomingMessage, mayBeCookie: boolean): Denial | undefined {
    if (this.digest === undefined) return undefined;
    const bearer = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined && this.isToken(bearer)) return undefined;
    const cookie = mayBeCookie ? cookieOf(request) : undefined;
    if (cookie !== undefined && this.isToken(cookie)) return undefined;
    return {
      status: 401,
      message: 'a token is needed: Authorization: Bearer <token>, as meterbook live printed it',
    };
  }

  /** In constant time, whatever the length. */
  isToken(text: string): boolean {
    return this.digest !== undefined && timingSafeEqual(digestOf(text), this.digest);
  }

  private isOurs(name: string): boolean {
    return isLoopback(name) || name === this.host || CONTAINER_HOSTS.includes(name);
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function cookieOf(request: IncomingMessage): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((it) => it.trim());
  const start = `${cookieName(request)}=`;
  return pairs.find((it) => it.startsWith(start))?.slice(start.length);
}
