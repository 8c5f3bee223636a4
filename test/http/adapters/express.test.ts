import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pipeline, Readable } from 'node:stream';
import express5, { type NextFunction, type Request, type Response } from 'express';
import { express as measured } from '../../../src/http/index.js';
import { conformance } from '../server/conformance.js';
import type { Application, Options, Subject } from '../server/support/application.js';
import { listening } from '../server/support/listen.js';

/** The same surface, and no types of its own under this name. */
const express4 = createRequire(import.meta.url)('express4') as typeof express5;

function subjectOf(name: string, framework: typeof express5): Subject {
  return {
    name,
    modes: ['channel', 'adapter', 'both'],
    start: (options, app) => listening(createServer(application(framework, options, app))),
  };
}

function application(framework: typeof express5, options: Options | undefined, app: Application) {
  const main = framework();
  if (options !== undefined) main.use(measured(options));
  main.use(framework.text());
  const v1 = framework.Router();
  /** Express 4 does not look at what a handler returns. */
  const handle =
    (fn: (request: Request, response: Response) => Promise<unknown>) =>
    (request: Request, response: Response, next: NextFunction) => {
      fn(request, response).catch(next);
    };
  v1.get(
    '/agents/:id',
    handle(async (req, res) => res.json(await app.agent(param(req, 'id')))),
  );
  v1.get(
    '/secrets/:id',
    (_req, res) => void res.sendStatus(401),
    () => app.throws(),
  );
  v1.get('/throws/:id', () => app.throws());
  v1.get(
    '/rejects/:id',
    handle(() => app.rejects()),
  );
  v1.get('/streams/:id', (_req, res) => pipe(app.stream(), res));
  v1.get('/breaks/:id', (_req, res) => pipe(app.breaks(), res));
  v1.get('/events/:id', (req, res) => {
    res.setHeader('content-type', 'text/event-stream');
    pipe(app.events(param(req, 'id')), res);
  });
  v1.get(
    '/hangs/:id',
    handle(() => app.hang()),
  );
  v1.all('/dav/:id', (_req, res) => void res.sendStatus(207));
  v1.get('/empty/:id', (_req, res) => void res.status(204).end());
  const orgs = framework.Router({ mergeParams: true });
  orgs.get('/', (req, res) => void res.json({ org: param(req, 'org') }));
  const agents = framework.Router({ mergeParams: true });
  agents.post('/messages', (req, res) => void res.status(201).send(req.body));
  orgs.use('/agents/:id', agents);
  v1.use('/orgs/:org', orgs);
  main.use('/v1', v1);
  return main;
}

function param(request: Request, name: string): string {
  return String(request.params[name]);
}

function pipe(chunks: AsyncIterable<Buffer>, response: Response): void {
  pipeline(Readable.from(chunks), response, () => undefined);
}

conformance(subjectOf('Express 5', express5));
conformance(subjectOf('Express 4', express4));
