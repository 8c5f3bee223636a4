import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import Router from '@koa/router';
import Koa, { type Context } from 'koa';
import { koa as measured } from '../../../src/http/index.js';
import { conformance } from '../server/conformance.js';
import type { Application, Options, Subject } from '../server/support/application.js';
import { TEMPLATES } from '../server/support/application.js';
import { listening } from '../server/support/listen.js';

function application(options: Options | undefined, app: Application): Koa {
  const main = new Koa();
  main.silent = true;
  if (options !== undefined) main.use(measured(options));
  const v1 = new Router({ prefix: '/v1', methods: ['GET', 'HEAD', 'POST', 'PROPFIND'] });
  v1.get('/agents/:id', async (context) => {
    context.body = await app.agent(String(context['params']['id']));
  });
  v1.get(
    '/secrets/:id',
    (context) => {
      context.status = 401;
    },
    () => app.throws(),
  );
  v1.get('/throws/:id', () => app.throws());
  v1.get('/rejects/:id', () => app.rejects());
  v1.get('/streams/:id', (context) => stream(context, app.stream()));
  v1.get('/breaks/:id', (context) => stream(context, app.breaks()));
  v1.get('/events/:id', (context) => {
    context.type = 'text/event-stream';
    stream(context, app.events(String(context['params']['id'])));
  });
  v1.get('/hangs/:id', () => app.hang());
  v1.register('/dav/:id', ['PROPFIND'], (context) => {
    context.status = 207;
    context.body = '';
  });
  v1.get('/empty/:id', (context) => {
    context.status = 204;
  });
  const agents = new Router();
  agents.post('/messages', async (context) => {
    context.body = await text(context.req);
    context.status = 201;
  });
  const orgs = new Router();
  orgs.get('/', (context) => {
    context.body = 'an organization';
  });
  orgs.use('/agents/:id', agents.routes());
  v1.use('/orgs/:org', orgs.routes());
  main.use(v1.routes());
  return main;
}

function stream(context: Context, chunks: AsyncIterable<Buffer>): void {
  context.body = Readable.from(chunks);
}

const none = Object.fromEntries(Object.keys(TEMPLATES).map((endpoint) => [endpoint, undefined]));

const subject: Subject = {
  name: 'Koa',
  modes: ['channel', 'adapter', 'both'],
  // Koa tells its routes to nobody but a middleware.
  templates: (mode) => (mode === 'channel' ? none : {}),
  start: (options, app) => listening(createServer(application(options, app).callback())),
};

conformance(subject);

conformance({
  ...subject,
  name: 'Koa on HTTP/2',
  modes: ['adapter'],
  protocol: 'http2',
  start: (options, app) => listening(createHttp2Server(application(options, app).callback())),
});
