import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { agentMetrics } from '../../../../src/agent/index.js';
import type { ServerOptions } from '../../../../src/http/index.js';
import { addAttributes, getAttributes } from '../../../../src/index.js';
import type { TestRegistry } from '../../../../src/testing/index.js';
import type { Protocol } from './clients.js';

export type Registry = TestRegistry<typeof agentMetrics>;
export type Options = ServerOptions<Registry>;

/** By the channel of Node alone, by the adapter alone, or by both. */
export type Mode = 'channel' | 'adapter' | 'both';

/** The templates of the application; a subject may have other ones, or none. */
export const TEMPLATES = {
  agent: '/v1/agents/:id',
  /** A route in a router within a router, both with parameters in their paths. */
  message: '/v1/orgs/:org/agents/:id/messages',
  /** The root of a nested router. */
  org: '/v1/orgs/:org',
  secret: '/v1/secrets/:id',
  throws: '/v1/throws/:id',
  rejects: '/v1/rejects/:id',
  stream: '/v1/streams/:id',
  breaks: '/v1/breaks/:id',
  events: '/v1/events/:id',
  hang: '/v1/hangs/:id',
  dav: '/v1/dav/:id',
  empty: '/v1/empty/:id',
} as const;

export type Endpoint = keyof typeof TEMPLATES;

export interface Running {
  readonly port: number;
  close(): Promise<void>;
}

/** One framework with the application in it. */
export interface Subject {
  readonly name: string;
  readonly modes: readonly Mode[];
  readonly protocol?: Protocol;
  /** Where they are others than {@link TEMPLATES}; by mode where that makes a difference. */
  templates?(mode: Mode): Partial<Record<Endpoint, string | undefined>>;
  /** The template where nothing is found. Default: none. */
  readonly notFound?: string;
  /** What `observeHttpServer()` has to be told, where there is no router. */
  readonly routes?: Options['routes'];
  /** `network.protocol.version`; `undefined` where the server does not know it. */
  readonly version?: string | undefined;
  /** Listens on a free port of 127.0.0.1; with options it uses the adapter. */
  start(options: Options | undefined, app: Application): Promise<Running>;
}

/** Seconds that the parts of a streamed answer are apart. */
export const STEP = 0.06;

/** What the handlers of every subject do. */
export class Application extends EventEmitter {
  /** Says who it is for, within the request, before and after it has waited. */
  async agent(id: string): Promise<{ id: string; seen: unknown }> {
    if (id.startsWith('p')) addAttributes({ 'project.id': id });
    await delay(id.endsWith('slow') ? 30 : 0);
    return { id, seen: getAttributes() };
  }

  async *stream(): AsyncGenerator<Buffer> {
    await delay(STEP * 1000);
    yield Buffer.from('one');
    await delay(STEP * 1000);
    yield Buffer.from('two');
    await delay(STEP * 1000);
  }

  async *breaks(): AsyncGenerator<Buffer> {
    yield Buffer.from('one');
    await delay(10);
    throw new RangeError('broken on purpose');
  }

  /** One event, and the end only where the last one is asked for. */
  async *events(id: string): AsyncGenerator<Buffer> {
    yield Buffer.from('data: 1\n\n');
    if (id === 'endless') await new Promise(() => undefined);
    await delay(10);
    yield Buffer.from('data: 2\n\n');
  }

  throws(): never {
    throw new RangeError('thrown on purpose');
  }

  async rejects(): Promise<never> {
    await delay(1);
    throw new RangeError('rejected on purpose');
  }

  /** Never answers. */
  hang(): Promise<never> {
    this.emit('hanging');
    return new Promise(() => undefined);
  }
}
