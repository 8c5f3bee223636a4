import 'reflect-metadata';
import type { Server } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  type INestApplication,
  Param,
  Post,
  Propfind,
  Res,
  type Type,
  UnauthorizedException,
  UseGuards,
  VersioningType,
} from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Response } from 'express';
import type { FastifyReply } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { agentMetrics } from '../../../src/agent/index.js';
import { MeterbookModule } from '../../../src/http/index.js';
import { testRegistry } from '../../../src/testing/index.js';
import { conformance } from '../server/conformance.js';
import type { Application, Options, Running } from '../server/support/application.js';
import { listening } from '../server/support/listen.js';

/** Sends chunks by what the platform takes for a response. */
type Send<Reply> = (reply: Reply, chunks: AsyncIterable<Buffer>, type: string) => void;

/** Decorators by hand: those of Nest are of the older kind, which the compiler options leave out. */
function decorated(
  type: Type,
  decorator: ClassDecorator,
  methods: Record<string, readonly [readonly MethodDecorator[], ...ParameterDecorator[]]>,
): Type {
  decorator(type);
  for (const [name, [decorators, ...parameters]] of Object.entries(methods)) {
    const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
    if (descriptor === undefined) throw new Error(`no method ${name}`);
    for (const it of decorators) it(type.prototype, name, descriptor);
    for (const [index, it] of parameters.entries()) it(type.prototype, name, index);
  }
  return type;
}

class Denying {
  canActivate(): boolean {
    throw new UnauthorizedException();
  }
}

function controllersOf<Reply>(app: Application, send: Send<Reply>, version: object): Type[] {
  class Agents {
    agent(id: string) {
      return app.agent(id);
    }
    secret() {
      return app.throws();
    }
    throws() {
      return app.throws();
    }
    rejects() {
      return app.rejects();
    }
    stream(reply: Reply) {
      send(reply, app.stream(), 'text/plain');
    }
    breaks(reply: Reply) {
      send(reply, app.breaks(), 'text/plain');
    }
    events(reply: Reply, id: string) {
      send(reply, app.events(id), 'text/event-stream');
    }
    hang() {
      return app.hang();
    }
    dav() {
      return '';
    }
    empty() {
      return undefined;
    }
  }
  class Orgs {
    org() {
      return 'an organization';
    }
    message(body: string) {
      return body;
    }
  }
  return [
    decorated(Agents, Controller({ path: '', ...version }), {
      agent: [[Get('agents/:id')], Param('id')],
      secret: [[Get('secrets/:id'), UseGuards(Denying)]],
      throws: [[Get('throws/:id')]],
      rejects: [[Get('rejects/:id')]],
      stream: [[Get('streams/:id')], Res()],
      breaks: [[Get('breaks/:id')], Res()],
      events: [[Get('events/:id')], Res(), Param('id')],
      hang: [[Get('hangs/:id')]],
      dav: [[Propfind('dav/:id'), HttpCode(207)]],
      empty: [[Get('empty/:id'), HttpCode(204)]],
    }),
    decorated(Orgs, Controller({ path: 'orgs/:org', ...version }), {
      org: [[Get()]],
      message: [[Post('agents/:id/messages')], Body()],
    }),
  ];
}

async function started(
  adapter: AbstractHttpAdapter,
  controllers: Type[],
  options: Options | undefined,
  prepare: (application: INestApplication) => void,
): Promise<Running> {
  const imports = options === undefined ? [] : [MeterbookModule.forRoot(options)];
  class Root {}
  const application = await NestFactory.create({ module: Root, imports, controllers }, adapter, {
    logger: false,
  });
  prepare(application);
  await application.init();
  // Fastify takes no requests before its plugins have been loaded.
  await (adapter.getInstance() as { ready?(): Promise<unknown> }).ready?.();
  return listening(application.getHttpServer() as Server);
}

conformance({
  name: 'Nest on Express',
  modes: ['channel', 'adapter', 'both'],
  start(options, app) {
    const send: Send<Response> = (response, chunks, type) =>
      pipeline(Readable.from(chunks), response.type(type), () => undefined);
    const controllers = controllersOf(app, send, { version: '1' });
    return started(new ExpressAdapter(), controllers, options, (application) => {
      application.enableVersioning({ type: VersioningType.URI });
      (application as NestExpressApplication).useBodyParser('text');
    });
  },
});

conformance({
  name: 'Nest on Fastify',
  modes: ['channel', 'adapter', 'both'],
  start(options, app) {
    const send: Send<FastifyReply> = (reply, chunks, type) =>
      void reply.type(type).send(Readable.from(chunks));
    return started(new FastifyAdapter(), controllersOf(app, send, {}), options, (application) => {
      application.setGlobalPrefix('v1');
    });
  },
});

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('Nest on %s', (_name, adapterOf) => {
  it('sees what is answered before there is a route, and prefix and version', async () => {
    const registry = testRegistry(agentMetrics);
    class Agents {
      post(body: unknown) {
        return body;
      }
    }
    const controllers = [
      decorated(Agents, Controller({ path: 'agents/:id', version: '2' }), {
        post: [[Post()], Body()],
      }),
    ];
    const { port, close } = await started(adapterOf(), controllers, { registry }, (application) => {
      application.setGlobalPrefix('api');
      application.enableVersioning({ type: VersioningType.URI });
    });
    const post = async (path: string, body: string) => {
      const headers = { 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body };
      return (await fetch(`http://127.0.0.1:${port}${path}`, init)).status;
    };
    expect(await post('/api/v2/agents/1', '{}')).toBe(201);
    expect(await post('/api/v2/agents/1', '{not json')).toBe(400);
    expect(await post('/nowhere', '{}')).toBe(404);
    await vi.waitFor(async () => expect(await registry.httpServerRequests.total()).toBe(3));
    const found = (await registry.httpServerRequests.readAll()).map(
      ({ attributes: { 'http.response.status_code': status, 'http.route': route } }) =>
        status === 400 ? [status] : [status, route],
    );
    expect(found).toEqual([[201, '/api/v2/agents/:id'], [400], [404, undefined]]);
    await close();
  });
});

describe('MeterbookModule', () => {
  it('refuses a Nest that does not tell its adapter to modules', () => {
    const { module: Root } = MeterbookModule.forRoot();
    const root = new Root() as { configure(consumer: object): void };
    expect(() => root.configure({})).toThrow(/INVALID_SETUP.*found no HTTP adapter/);
  });
});
