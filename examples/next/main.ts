/**
 * Stands in for `next start`, which takes a build of its own: calls what Next would call at its start, and
 * serves the route handler as it is.
 */
import { serve } from '@hono/node-server';
import { POST } from './app/api/chat/route.js';
import { register } from './instrumentation.js';

register();
const fetch = (request: Request): Response | Promise<Response> =>
  request.method === 'POST' && new URL(request.url).pathname === '/api/chat'
    ? POST(request)
    : new Response('not found\n', { status: 404 });
const port = Number(process.env['PORT'] ?? 3000);
serve({ fetch, port, hostname: '127.0.0.1' }, ({ port }) => {
  console.log(
    `Listening. Try: curl http://127.0.0.1:${port}/api/chat -d '{"question":"What takes time?"}'`,
  );
});
