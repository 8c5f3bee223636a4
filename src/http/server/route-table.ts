import { type MeterbookError, wrongArgument } from '../../errors.js';

/**
 * A route of a server without a router: a template whose `:name` segments match one segment and
 * whose last segment may be `*`, which matches the rest; with a method before it, that method alone.
 * Or a regular expression on the path and the template that it stands for.
 */
export type RouteDeclaration = string | { readonly pattern: RegExp; readonly route: string };

interface Route {
  readonly method: string | undefined;
  readonly pattern: RegExp;
  readonly route: string;
}

/** The routes of a server that tells none, in the order in which they are tried. */
export class RouteTable {
  private readonly routes: readonly Route[];

  /** Throws `INVALID_SETUP` where a declaration cannot be used. */
  constructor(declarations: readonly RouteDeclaration[], caller: string) {
    if (!Array.isArray(declarations)) throw invalid(declarations, caller);
    this.routes = declarations.map((declaration) => compile(declaration, caller));
  }

  /** The template of a path without its query; `undefined` where none matches. */
  match(method: string, path: string): string | undefined {
    for (const route of this.routes) {
      if (route.method !== undefined && route.method !== method) continue;
      route.pattern.lastIndex = 0;
      if (route.pattern.test(path)) return route.route;
    }
    return undefined;
  }
}

function compile(declaration: RouteDeclaration, caller: string): Route {
  if (typeof declaration === 'string') {
    const [, method, route] = /^(?:([A-Z]+) )?(\/.*)$/.exec(declaration) ?? [];
    if (route === undefined) throw invalid(declaration, caller);
    return { method, route, pattern: patternOf(route) };
  }
  const { pattern, route } = declaration ?? {};
  if (!(pattern instanceof RegExp) || typeof route !== 'string') throw invalid(declaration, caller);
  return { method: undefined, pattern, route };
}

/** Each segment is matched by itself, so that matching takes time linear in the path. */
function patternOf(route: string): RegExp {
  const segments = route.split('/').slice(1);
  const source = segments.map((segment, index) => {
    if (segment === '*' && index === segments.length - 1) return '/.*';
    if (segment.startsWith(':')) return '/[^/]+';
    return `/${segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
  });
  return new RegExp(`^${source.join('')}/?$`);
}

function invalid(declaration: unknown, caller: string): MeterbookError {
  return wrongArgument(
    caller,
    declaration,
    ' among its routes',
    "Write '/v1/agents/:id', 'POST /v1/agents/:id', '/files/*', or { pattern: /…/, route: '/…' }.",
  );
}
