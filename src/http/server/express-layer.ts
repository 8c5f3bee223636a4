/**
 * An entry of an Express router's stack, as far as it is the same from Express 4 to 5.3. None of it
 * is documented, so that everything is looked at before it is used.
 */
export interface Layer {
  readonly route?: object | undefined;
  readonly handle?: unknown;
  /** Express 4: the path as a regular expression, and the names of its groups. */
  readonly regexp?: RegExp;
  readonly keys?: readonly { readonly name: string | number }[];
  /** Express 4 to 5.2: what the last match took, and the values in it. */
  readonly path?: string | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  /** Express 5: one function for each of its paths. */
  readonly matchers?: readonly ((path: string) => unknown)[];
  /** Until Express 5.2 whether it matches, since then how. */
  match(path: string): boolean | { readonly path: string; readonly pattern?: unknown };
}

/** How a layer matches the beginning of a path, or all of it. */
export interface Match {
  /** What it took of the path, without a slash at the end. */
  readonly text: string;
  /** Its path as it was declared, without a slash at the end. */
  readonly template: string;
}

/** How a layer matches a path; `undefined` where it does not, or where its template is not known. */
export function matchLayer(layer: Layer, path: string): Match | undefined {
  const match = matchOf(layer, path);
  if (match === undefined) return undefined;
  const text = withoutSlash(match.path);
  if (text === '') return { text, template: '' };
  const template =
    match.pattern === undefined ? templateOf(layer, text) : templateText(match.pattern);
  return template === undefined ? undefined : { text, template: withoutSlash(template) };
}

/** A layer of the same version with another path; its `match` takes the beginning of a path. */
export function likeLayer(layer: Layer, path: unknown, end: boolean): Layer {
  const Copy = layer.constructor as new (path: unknown, options: object, fn: object) => Layer;
  return new Copy(path, { end, strict: false }, () => undefined);
}

/** A path as it was declared: a string is its own template, a regular expression has its source. */
export function templateText(pattern: unknown): string | undefined {
  if (typeof pattern === 'string') return pattern;
  return pattern instanceof RegExp ? `/${pattern.source}` : undefined;
}

export function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function matchOf(
  layer: Layer,
  path: string,
): { readonly path: string; readonly pattern?: unknown } | undefined {
  try {
    const match = layer.match(path);
    if (typeof match === 'object') return match;
    return match && typeof layer.path === 'string' ? { path: layer.path } : undefined;
  } catch {
    // A path that cannot be decoded.
    return undefined;
  }
}

/** One for each path of a layer, whatever was asked for first: templates cannot become many. */
const templates = new WeakMap<object, string>();

function templateOf(layer: Layer, text: string): string | undefined {
  if (layer.regexp instanceof RegExp && layer.regexp.source.includes('|^')) {
    return declared(layer, text);
  }
  const key = layer.matchers?.find((matcher) => matcher(text)) ?? layer;
  let template = templates.get(key);
  if (template !== undefined) return template;
  template = layer.regexp instanceof RegExp ? declared(layer, text) : probed(layer, text);
  // The function of a regular expression does not give it away, and the text would be the client's.
  if (template === undefined || (key as { readonly name?: string }).name === 'regexpMatcher')
    return undefined;
  templates.set(key, template);
  return template;
}

/** Express 4 keeps only the expression that a path was compiled to; several are joined by `|`. */
function declared({ regexp, keys = [] }: Layer, text: string): string | undefined {
  if (regexp === undefined) return undefined;
  const names = keys.map(({ name }) => name);
  for (const source of regexp.source.split(/\|(?=\^)/)) {
    const template = uncompiled(source, names) ?? `/${source}`;
    if (new RegExp(source, regexp.flags).test(text)) return template;
  }
  return templateText(regexp);
}

/** What `path-to-regexp` 0.1 puts at the end of a path; an expression without is the user's own. */
const COMPILED = /^\^(.*?)\\\/\?(?:\(\?=\\\/\|\$\)|\$)$/;

/** The path that an expression was compiled from; takes the names of its groups from the list. */
function uncompiled(source: string, names: (string | number)[]): string | undefined {
  const body = COMPILED.exec(source)?.[1];
  if (body === undefined) return undefined;
  let template = '';
  for (let at = 0; at < body.length; ) {
    if (body[at] === '\\') {
      template += body[at + 1] ?? '';
      at += 2;
    } else if (body[at] === '(') {
      const end = groupEnd(body, at);
      const group = body.slice(at, end);
      const name = names.shift();
      if (group.startsWith('(?:\\/')) template += '/';
      template += typeof name === 'string' ? `:${name}` : '*';
      at = body[end] === '?' ? end + 1 : end;
    } else {
      template += body[at];
      at += 1;
    }
  }
  return template;
}

function groupEnd(source: string, start: number): number {
  let depth = 0;
  for (let at = start; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '(') depth += 1;
    else if (source[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return source.length;
}

/** No path has it, so that a segment that can be put in its place is a parameter. */
const PROBE = '\u{f8ff}';

/**
 * Express 5.0 to 5.2 keep nothing of a path but a function that matches it, which is tried on each
 * segment. `undefined` where the parameters are not whole segments, and so cannot be told apart.
 */
function probed(layer: Layer, text: string): string | undefined {
  const names = Object.keys(paramsOf(layer, text) ?? {});
  const found = new Set<string>();
  const segments = text.split('/');
  const template = segments.map((segment, index) => {
    if (segment === '') return segment;
    const params = paramsOf(layer, segments.with(index, PROBE).join('/'));
    const name = names.find((it) => String(params?.[it]).includes(PROBE));
    if (name === undefined) return segment.toLowerCase();
    const isFirst = !found.has(name);
    found.add(name);
    if (Array.isArray(params?.[name])) return isFirst ? `*${name}` : undefined;
    return `:${name}`;
  });
  if (found.size !== names.length) return undefined;
  return template.filter((segment) => segment !== undefined).join('/');
}

function paramsOf(layer: Layer, path: string): Readonly<Record<string, unknown>> | undefined {
  return matchOf(layer, path) && layer.params;
}
