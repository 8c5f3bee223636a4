import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import express5, { type NextFunction, type Request, type Response } from 'express';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { agentMetrics } from '../../../src/agent/index.js';
import { express as measured } from '../../../src/http/index.js';
import { testRegistry } from '../../../src/testing/index.js';
import { listening } from '../server/support/listen.js';

const express4 = createRequire(import.meta.url)('express4') as typeof express5;

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const ok = (_request: Request, response: Response): void => {
  response.end('ok');
};
const pass = (_request: Request, _response: Response, next: NextFunction): void => next();
const fail = (_request: Request, _response: Response, next: NextFunction): void =>
  next(new Error('on purpose'));

describe.each([
  ['Express 4', express4],
  ['Express 5', express5],
])('routes of %s', (name, express) => {
  const is5 = name === 'Express 5';

  /** The template of each request, in their order. */
  async function templatesOf(
    prepare: (app: ReturnType<typeof express5>) => void,
    ...paths: readonly string[]
  ): Promise<unknown[]> {
    const registry = testRegistry(agentMetrics);
    const app = express();
    app.use(measured({ registry }));
    prepare(app);
    const { port, close } = await listening(createServer(app));
    cleanUps.push(close);
    const templates: unknown[] = [];
    const record = vi.spyOn(registry.httpServerRequests, 'add');
    for (const [index, path] of paths.entries()) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      await response.text();
      await vi.waitFor(() => expect(record).toHaveBeenCalledTimes(index + 1), { interval: 2 });
      templates.push(record.mock.calls[index]?.[1]['http.route']);
    }
    return templates;
  }

  it('has one template for a path with and without a slash at its end', async () => {
    const router = express.Router().get('/', ok).get('/list/', ok);
    const found = await templatesOf(
      (app) => app.use('/v1/', router).get('/', ok),
      '/v1',
      '/v1/',
      '/v1/list',
      '/v1/list/',
      '/',
    );
    expect(found).toEqual(['/v1', '/v1', '/v1/list', '/v1/list', '/']);
  });

  it('takes routers with parameters for one, whatever their values and case', async () => {
    const router = express.Router({ mergeParams: true }).get('/agents/:id', ok);
    const found = await templatesOf(
      (app) => app.use('/Orgs/:org', router),
      '/orgs/orgs/agents/agents',
      '/ORGS/b%20c/AGENTS/2',
      '/Orgs/Orgs/agents/:id',
    );
    expect(found).toEqual(Array(3).fill('/Orgs/:org/agents/:id'));
  });

  it('tells apart the places of a router that is used at several', async () => {
    const router = express.Router({ mergeParams: true }).get('/:id', ok).get('/:id/fails', fail);
    const found = await templatesOf(
      (app) => {
        app.use('/a', router);
        app.use('/b/:x', router);
        app.use(express.Router().use('/c', router));
      },
      ...['/a/1', '/b/2/1', '/c/1', '/a/2', '/a/1/fails', '/b/2/1/fails', '/c/1/fails'],
    );
    expect(found).toEqual(
      ['/a/:id', '/b/:x/:id', '/c/:id', '/a/:id'].concat(
        ['/a/:id', '/b/:x/:id', '/c/:id'].map((template) => `${template}/fails`),
      ),
    );
  });

  it('finds a router that is put in one more place later', async () => {
    const router = express.Router().get('/:id', ok);
    const found = await templatesOf(
      (app) => {
        app.use('/a', router);
        app.get('/later', (request, response) => {
          app.use('/b', router);
          ok(request, response);
        });
      },
      ...['/a/1', '/later', '/b/1', '/a/1'],
    );
    expect(found).toEqual(['/a/:id', '/later', '/b/:id', '/a/:id']);
  });

  it('knows the paths at which applications are mounted in others', async () => {
    const inner = express().get('/:id', ok).get('/:id/fails', fail);
    const outer = express().use('/inner/:inner', inner);
    const found = await templatesOf(
      (app) => app.use(['/outer/:outer', '/other'], outer),
      ...['/outer/1/inner/2/3', '/other/inner/2/3', '/nowhere'],
    );
    expect(found).toEqual(['/outer/:outer/inner/:inner/:id', '/other/inner/:inner/:id', undefined]);
  });

  it('has the route of an error that somebody further out answers', async () => {
    const agents = express.Router().get('/:id', fail);
    const found = await templatesOf((app) => {
      app.use('/orgs/:org', express.Router().use('/agents', agents));
      app.use((_error: Error, _request: Request, response: Response, _next: NextFunction) => {
        response.status(503).end();
      });
    }, '/orgs/1/agents/2');
    expect(found).toEqual(['/orgs/:org/agents/:id']);
  });

  it('takes a middleware that answers below its own path for an endpoint', async () => {
    const found = await templatesOf(
      (app) => {
        app.get('/graphql/schema', pass);
        app.use('/:anything', pass);
        app.use('/graphql', ok);
        app.use('/files/:bucket', express.Router().use('/raw', ok));
      },
      ...['/graphql', '/graphql/schema', '/files/1/raw/2/3', '/nowhere'],
    );
    expect(found).toEqual(['/graphql', '/graphql', '/files/:bucket/raw', undefined]);
  });

  it('has the member of a list that matched, and the source of a regular expression', async () => {
    const found = await templatesOf(
      (app) => {
        app.get(['/one/:id', '/two/:id'], ok);
        app.get(/^\/version-(\d+)$/, ok);
        app.use(['/a/:x', '/b/:y'], express.Router().get('/:id', ok));
        app.use(/\/r[0-9]+/, express.Router().get('/:id', ok));
      },
      ...['/one/1', '/two/1', '/version-12', '/a/1/2', '/b/1/2', '/r7/2'],
    );
    expect(found).toEqual([
      '/one/:id',
      '/two/:id',
      '/^\\/version-(\\d+)$',
      '/a/:x/:id',
      '/b/:y/:id',
      '/\\/r[0-9]+/:id',
    ]);
  });

  it('finds the way past a function that hides a router, and has no path where it cannot', async () => {
    const router = express.Router().get('/:id', ok);
    const hidden = express.Router().use('/deep/:x', router);
    const found = await templatesOf(
      (app) => {
        app.use('/v1/:org', (request, response, next) => router(request, response, next));
        app.use('/v2/:org', (request, response, next) => hidden(request, response, next));
      },
      ...['/v1/acme/1', '/v2/acme/deep/1/2'],
    );
    expect(found).toEqual(['/v1/:org/:id', undefined]);
  });

  it('keeps the route of a request whose address a middleware has rewritten', async () => {
    const found = await templatesOf(
      (app) => {
        app.use((request, _response, next) => {
          request.url = request.url.replace('/old', '/new');
          next();
        });
        app.get('/new/:id', ok);
        app.use('/new', express.Router().get('/nested/:id', ok));
      },
      ...['/old/1', '/old/nested/1'],
    );
    expect(found).toEqual(['/new/:id', '/new/nested/:id']);
  });

  it('reads the kinds of parameters that the version has', async () => {
    const nested = (path: string) => [path, express.Router().get('/:id', ok)] as const;
    const paths = is5
      ? ['/{:lang}/a', '/b/*rest', '/c/:from-:to']
      : ['/a/:n(\\d+)', '/b/:lang?/x', '/c/:from-:to', '/d.e/:x(a|b)'];
    const requests = is5
      ? ['/en/a/1', '/c/x-y/1']
      : ['/a/1/2', '/b/x/1', '/b/en/x/1', '/c/x-y/1', '/d.e/a/1'];
    const found = await templatesOf(
      (app) => {
        for (const path of paths) app.use(...nested(path));
      },
      ...requests,
    );
    expect(found).toEqual(
      is5
        ? ['/{:lang}/a/:id', '/c/:from-:to/:id']
        : ['/a/:n/:id', '/b/:lang/x/:id', '/b/:lang/x/:id', '/c/:from-:to/:id', '/d.e/:x/:id'],
    );
  });
});
