import { type Layer, likeLayer, matchLayer, templateText, withoutSlash } from './express-layer.js';

/** What Express leaves on a request that it has routed. */
interface RoutedRequest {
  readonly app?: ExpressApp;
  readonly route?: { readonly path?: unknown };
  /** The path of the routers that the request is in, as the client wrote it. */
  readonly baseUrl?: unknown;
  readonly originalUrl?: string;
}

type Stack = readonly Layer[];

interface ExpressApp {
  readonly _router?: { readonly stack?: Stack };
  readonly router?: { readonly stack?: Stack };
  readonly parent?: ExpressApp;
  readonly mountpath?: unknown;
}

/** Where a route is. */
interface Place {
  /** The layers of the routers that it is in, from the outermost. */
  readonly mounts: readonly Layer[];
  readonly layer: Layer;
  /** The last answer: joined strings are flattened and hashed anew, the same one is not. */
  last: { readonly prefix: string; readonly text: string; readonly template: string } | undefined;
}

/** A route has one place, unless its router is used at several. */
const places = new WeakMap<object, readonly Place[]>();

/**
 * The template of a request that Express has routed: with the declared paths of all routers around
 * the route, for which Express keeps no more than what the client wrote. A middleware that answers
 * below a path of its own has that path. `undefined` where the template is not known: a path as it
 * was asked for is never one.
 *
 * A route outside of routers takes one look-up; otherwise the paths of its routers are matched once
 * more.
 */
export function expressRoute(request: object): string | undefined {
  // An error that nobody handled has left the application, and taken `baseUrl` away.
  const { app, route, baseUrl = '', originalUrl = '' } = request as RoutedRequest;
  if (typeof app !== 'function' || typeof baseUrl !== 'string') return undefined;
  if (route === undefined) return baseUrl === '' ? undefined : mountTemplate(app, baseUrl);
  const known = places.get(route);
  const found = known && templateOf(known, baseUrl, originalUrl);
  if (found !== undefined) return found;
  // Not seen before, or its router has been put in one more place since.
  const all = placesIn(app, route);
  if (all.length > 0) places.set(route, all);
  const template = templateOf(all, baseUrl, originalUrl);
  if (template !== undefined || baseUrl === '') return template;
  // The route may be one that was tried before; or its router is behind a function that hides it.
  const mount = mountTemplate(app, baseUrl);
  const text = templateText(route.path);
  return all.length > 0 || mount === undefined || text === undefined ? mount : joined(mount, text);
}

function templateOf(all: readonly Place[], baseUrl: string, url: string): string | undefined {
  for (const place of all) {
    const template = templateAt(place, baseUrl, url);
    if (template !== undefined) return template;
  }
  return undefined;
}

/** The template of a place; `undefined` where the request cannot have been there. */
function templateAt(place: Place, baseUrl: string, url: string): string | undefined {
  const { mounts, layer } = place;
  const { path: declared } = layer.route as { readonly path?: unknown };
  let prefix = '';
  let text = typeof declared === 'string' ? declared : templateText(declared);
  if (mounts.length === 0 && text !== undefined) {
    if (baseUrl !== '') return undefined;
  } else {
    // Once an error has left a router, its path is no longer in `baseUrl`.
    const [path = ''] = url.split('?', 1);
    const mounted = prefixOf(mounts, baseUrl === '' ? path : baseUrl);
    if (mounted === undefined || (baseUrl !== '' && mounted.rest !== '')) return undefined;
    const rest = (baseUrl === '' ? mounted.rest : path.slice(baseUrl.length)) || '/';
    if (text === undefined) text = memberOf(layer, declared, rest);
    else if (baseUrl === '' && matchLayer(layer, rest) === undefined) return undefined;
    if (text === undefined) return undefined;
    prefix = mounted.template;
  }
  if (place.last?.prefix === prefix && place.last.text === text) return place.last.template;
  const template = joined(prefix, text);
  place.last = { prefix, text, template };
  return template;
}

/** Which of several paths matched. */
function memberOf(layer: Layer, declared: unknown, rest: string): string | undefined {
  if (!Array.isArray(declared)) return undefined;
  const members: unknown[] = declared.flat(Number.POSITIVE_INFINITY);
  const matches = (path: unknown) => matchLayer(likeLayer(layer, path, true), rest) !== undefined;
  return templateText(members.find(matches));
}

function joined(prefix: string, text: string): string {
  const path = withoutSlash(text.startsWith('/') || text === '' ? text : `/${text}`);
  return `${prefix}${path}` || '/';
}

/** The declared paths of layers, one within the other, and what they leave of a path. */
function prefixOf(
  layers: readonly Layer[],
  path: string,
): { readonly template: string; readonly rest: string } | undefined {
  let template = '';
  let rest = path;
  for (const layer of layers) {
    const match = matchLayer(layer, rest);
    if (match === undefined) return undefined;
    template += match.template;
    rest = rest.slice(match.text.length);
  }
  return { template, rest };
}

/** Every place of a route in an application. Walks all of its routers: cold. */
function placesIn(app: ExpressApp, route: object): readonly Place[] {
  const found: Place[] = [];
  const walk = (stack: Stack, mounts: readonly Layer[]): void => {
    for (const layer of stack) {
      if (layer.route === route) found.push({ mounts, layer, last: undefined });
      const inner = layer.route === undefined ? stackOf(layer.handle) : undefined;
      // A router that contains itself would be walked for ever.
      if (inner !== undefined && !mounts.includes(layer)) walk(inner, [...mounts, layer]);
    }
  };
  walk(stackOf(app) ?? [], mountsOf(app));
  return found;
}

/**
 * The template of what answered below a path of its own. Where several layers took the same path,
 * one without parameters is likelier to have answered.
 */
function mountTemplate(app: ExpressApp, baseUrl: string): string | undefined {
  const found: string[] = [];
  const walk = (stack: Stack, rest: string, prefix: string, depth: number): void => {
    for (const layer of stack) {
      const match = layer.route === undefined ? matchLayer(layer, rest) : undefined;
      if (match === undefined || depth > MAX_DEPTH) continue;
      const template = prefix + match.template;
      const left = rest.slice(match.text.length);
      if (left === '' && match.text !== '') found.push(template);
      else walk(stackOf(layer.handle) ?? [], left, template, depth + 1);
    }
  };
  const outer = prefixOf(mountsOf(app), baseUrl);
  if (outer === undefined) return undefined;
  if (outer.rest === '') return outer.template;
  walk(stackOf(app) ?? [], outer.rest, outer.template, 0);
  return found.find((template) => template === baseUrl) ?? found[0];
}

/** Routers within routers, far beyond what applications have. */
const MAX_DEPTH = 20;

/** The layers at which an application is mounted in others: stand-ins, for it tells only the paths. */
function mountsOf(app: ExpressApp): readonly Layer[] {
  const { parent, mountpath } = app;
  const like = parent && stackOf(parent)?.[0];
  if (parent === undefined || like === undefined) return [];
  let mount = stands.get(app);
  if (mount === undefined) {
    mount = likeLayer(like, mountpath, false);
    stands.set(app, mount);
  }
  return [...mountsOf(parent), mount];
}

const stands = new WeakMap<object, Layer>();

/** The stack of an application or a router. */
function stackOf(handle: unknown): Stack | undefined {
  if (typeof handle !== 'function') return undefined;
  const { stack } = handle as { readonly stack?: unknown };
  if (Array.isArray(stack)) return stack as Stack;
  try {
    // In this order: in Express 4 reading `router` throws.
    const app = handle as ExpressApp;
    return (app._router ?? app.router)?.stack;
  } catch {
    return undefined;
  }
}
