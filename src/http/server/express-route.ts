/** The template of a request that Express has routed. */
export function expressRoute(request: object): string | undefined {
  const { route, baseUrl } = request as { route?: { path?: unknown }; baseUrl?: unknown };
  if (typeof route?.path !== 'string' || typeof baseUrl !== 'string') return undefined;
  return `${baseUrl}${route.path}`;
}
