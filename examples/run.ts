/**
 * `npm run example -- NAME`: starts one of the examples. What `meterbook` is comes from the sources here, so
 * that nothing need be built or installed first.
 */
const EXAMPLES = {
  express: 'Express: endpoints, and an answer that streams',
  fastify: 'Fastify with the plugin, and a counter of its own',
  hono: 'Hono on Node, with organizations from a header',
  nestjs: 'NestJS with the module',
  next: "an application of Next's App Router; installs Next first",
  worker: 'a worker that times its jobs in a database',
  agent: 'an agent with a tool, by the ai package',
} as const;

const [name = ''] = process.argv.slice(2);
if (Object.hasOwn(EXAMPLES, name)) {
  await import(`./${name}/main.ts`);
} else {
  const lines = Object.entries(EXAMPLES).map(([it, what]) => `  ${it.padEnd(8)} ${what}`);
  console.error(
    [
      ...(name === '' ? [] : [`There is no example "${name}".`, '']),
      'Usage: npm run example -- <name>',
      '',
      ...lines,
      '',
      'Each sends its metrics to http://localhost:4318 every two seconds. Start `npx meterbook live`',
      'beside it to see them.',
    ].join('\n'),
  );
  process.exitCode = 2;
}
