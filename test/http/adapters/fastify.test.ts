import { Readable } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { fastifyPlugin } from '../../../src/http/index.js';
import { conformance } from '../server/conformance.js';
import type { Application, Options, Subject } from '../server/support/application.js';
import { listening } from '../server/support/listen.js';

async function application(main: FastifyInstance, options: Options | undefined, app: Application) {
  if (options !== undefined) await main.register(fastifyPlugin, options);
  main.addHttpMethod('PROPFIND');
  await main.register(
    async (v1) => {
      v1.get<Params>('/agents/:id', ({ params }) => app.agent(params.id));
      await v1.register(async (secrets) => {
        secrets.addHook('onRequest', async (_request, reply) => reply.code(401).send());
        secrets.get('/secrets/:id', () => app.throws());
      });
      v1.get('/throws/:id', () => app.throws());
      v1.get('/rejects/:id', () => app.rejects());
      v1.get('/streams/:id', () => Readable.from(app.stream()));
      v1.get('/breaks/:id', () => Readable.from(app.breaks()));
      v1.get<Params>('/events/:id', ({ params }, reply) =>
        reply.type('text/event-stream').send(Readable.from(app.events(params.id))),
      );
      v1.get('/hangs/:id', () => app.hang());
      v1.route({
        method: 'PROPFIND',
        url: '/dav/:id',
        handler: (_, reply) => reply.code(207).send(),
      });
      v1.get('/empty/:id', (_request, reply) => reply.code(204).send());
      await v1.register(
        async (orgs) => {
          orgs.get('/', () => ({}));
          await orgs.register(
            async (agents) => {
              agents.post('/messages', (request, reply) => reply.code(201).send(request.body));
            },
            { prefix: '/agents/:id' },
          );
        },
        { prefix: '/orgs/:org' },
      );
    },
    { prefix: '/v1' },
  );
  await main.ready();
}

interface Params {
  Params: { id: string };
}

const subject: Subject = {
  name: 'Fastify',
  modes: ['channel', 'adapter', 'both'],
  // The channel tells of handlers, and a hook has answered in the place of this one.
  templates: (mode) => (mode === 'channel' ? { secret: undefined } : {}),
  async start(options, app) {
    const main = fastify();
    await application(main, options, app);
    return listening(main.server);
  },
};

conformance(subject);

conformance({
  ...subject,
  name: 'Fastify on HTTP/2',
  modes: ['adapter'],
  protocol: 'http2',
  async start(options, app) {
    const main = fastify({ http2: true });
    await application(main as unknown as FastifyInstance, options, app);
    return listening(main.server);
  },
});
