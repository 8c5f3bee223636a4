import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { pipeline, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { express as measured } from '../../../src/http/index.js';
import { conformance } from './conformance.js';
import { type Application, type Options, type Subject, TEMPLATES } from './support/application.js';
import { PRE_SHARED } from './support/clients.js';
import { listening } from './support/listen.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The application without a framework. */
function handlerOf(app: Application): Handler {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = ''] = (request.url ?? '').split('?');
    const [, version, kind, id = '', ...rest] = path.split('/');
    const json = (body: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const pipe = (chunks: AsyncIterable<Buffer>) =>
      pipeline(Readable.from(chunks), response, () => undefined);
    if (version !== 'v1') response.writeHead(404).end();
    else if (kind === 'agents') json(await app.agent(id));
    else if (kind === 'orgs' && rest.length === 0) response.end('an organization');
    else if (kind === 'orgs') response.writeHead(201).end(await text(request));
    else if (kind === 'secrets') response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
    else if (kind === 'throws') app.throws();
    else if (kind === 'rejects') await app.rejects();
    else if (kind === 'streams') pipe(app.stream());
    else if (kind === 'breaks') pipe(app.breaks());
    else if (kind === 'events') {
      // As a flat list, which the answer does not keep.
      response.writeHead(200, ['Content-Type', 'text/event-stream; charset=utf-8']);
      pipe(app.events(id));
    } else if (kind === 'hangs') await app.hang();
    else if (kind === 'dav') response.writeHead(207).end();
    else if (kind === 'empty') response.writeHead(204).end();
    else response.writeHead(404).end();
  };
  return (request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  };
}

/** As an application without a router uses a middleware: the options alone know its routes. */
function observedHandler(app: Application, options: Options | undefined): Handler {
  const handler = handlerOf(app);
  if (options === undefined) return handler;
  const middleware = measured({ ...options, routes: Object.values(TEMPLATES) });
  return (request, response) => middleware(request, response, () => handler(request, response));
}

const subject: Subject = {
  name: 'node:http',
  modes: ['channel', 'adapter'],
  routes: Object.values(TEMPLATES),
  start: (options, app) => listening(createServer(observedHandler(app, options))),
};

conformance(subject);

conformance({
  ...subject,
  name: 'node:https',
  modes: ['channel'],
  protocol: 'https',
  start(options, app) {
    const server = createHttpsServer(
      { ...PRE_SHARED.options, pskCallback: () => PRE_SHARED.key },
      observedHandler(app, options),
    );
    return listening(server);
  },
});

conformance({
  ...subject,
  name: 'node:http2',
  modes: ['adapter'],
  protocol: 'http2',
  start(options, app) {
    // The requests of HTTP/2 in their compatible form are no IncomingMessage, and do all that it does.
    const handler = observedHandler(app, options) as never;
    return listening(createHttp2Server(handler));
  },
});
