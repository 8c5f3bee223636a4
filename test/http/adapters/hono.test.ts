import type { Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { Readable } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { hono as measured } from '../../../src/http/index.js';
import { conformance } from '../server/conformance.js';
import type { Application, Options, Subject } from '../server/support/application.js';
import { TEMPLATES } from '../server/support/application.js';
import { listening } from '../server/support/listen.js';
import { serveFetch } from '../server/support/serve-fetch.js';

function application(options: Options | undefined, app: Application): Hono {
  const main = new Hono();
  main.onError((_error, context) => context.text('failed', 500));
  if (options !== undefined) main.use(measured(options));
  const v1 = new Hono();
  v1.get('/agents/:id', async (context) => context.json(await app.agent(context.req.param('id'))));
  v1.use('/secrets/*', async (context) => context.text('who are you', 401));
  v1.get('/secrets/:id', () => app.throws());
  v1.get('/throws/:id', () => app.throws());
  v1.get('/rejects/:id', () => app.rejects());
  v1.get('/streams/:id', () => new Response(bodyOf(app.stream())));
  v1.get('/breaks/:id', () => new Response(bodyOf(app.breaks())));
  v1.get('/events/:id', (context) => {
    const body = bodyOf(app.events(context.req.param('id')));
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  });
  v1.get('/hangs/:id', () => app.hang());
  v1.on('PROPFIND', '/dav/:id', (context) => context.body('', 207));
  v1.get('/empty/:id', (context) => context.body(null, 204));
  const agents = new Hono();
  agents.post('/messages', async (context) => context.text(await context.req.text(), 201));
  const orgs = new Hono();
  orgs.get('/', (context) => context.text('an organization'));
  orgs.route('/agents/:id', agents);
  v1.route('/orgs/:org', orgs);
  main.route('/v1', v1);
  return main;
}

function bodyOf(chunks: AsyncIterable<Buffer>): ReadableStream<Uint8Array> {
  return Readable.toWeb(Readable.from(chunks)) as ReadableStream<Uint8Array>;
}

const none = Object.fromEntries(Object.keys(TEMPLATES).map((endpoint) => [endpoint, undefined]));

const subject: Subject = {
  name: 'Hono on Node',
  modes: ['channel', 'adapter', 'both'],
  // Hono tells its routes to nobody but a middleware.
  templates: (mode) => (mode === 'channel' ? none : {}),
  start: (options, app) =>
    listening(createAdaptorServer({ fetch: application(options, app).fetch }) as Server),
};

conformance(subject);

conformance({
  ...subject,
  name: 'Hono on HTTP/2',
  modes: ['adapter'],
  protocol: 'http2',
  start: (options, app) =>
    listening(
      createAdaptorServer({
        fetch: application(options, app).fetch,
        createServer: createHttp2Server,
      }) as Server,
    ),
});

conformance({
  ...subject,
  name: 'Hono by fetch alone',
  modes: ['adapter'],
  version: undefined,
  start: (options, app) => serveFetch(application(options, app).fetch),
});
