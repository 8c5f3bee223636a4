/** An endpoint by its template, with or without a method, or any that a regular expression matches. */
export type EndpointPattern = string | RegExp;

/** How many answers are kept; an application has fewer templates, and paths are not kept. */
const MAX_KEPT = 1_000;

/** Which endpoints are measured. */
export class EndpointFilter {
  private readonly isOpen: boolean;
  /** Templates are few and come again with each request: each is decided once. */
  private readonly decided = new Map<string, boolean>();

  constructor(
    private readonly include: readonly EndpointPattern[] | undefined,
    private readonly exclude: readonly EndpointPattern[],
  ) {
    this.isOpen = include === undefined && exclude.length === 0;
  }

  /** Whether a request is measured; `path` stands in, without its query, where there is no template. */
  takes(method: string, route: string | undefined, path: string): boolean {
    if (this.isOpen) return true;
    if (route === undefined) return this.decide(method, path);
    const key = `${method} ${route}`;
    const known = this.decided.get(key);
    if (known !== undefined) return known;
    const isTaken = this.decide(method, route);
    if (this.decided.size < MAX_KEPT) this.decided.set(key, isTaken);
    return isTaken;
  }

  private decide(method: string, endpoint: string): boolean {
    const matches = (pattern: EndpointPattern) => matchesEndpoint(pattern, method, endpoint);
    if (this.exclude.some(matches)) return false;
    return this.include === undefined || this.include.some(matches);
  }
}

function matchesEndpoint(pattern: EndpointPattern, method: string, endpoint: string): boolean {
  if (typeof pattern === 'string') {
    return pattern === endpoint || pattern === `${method} ${endpoint}`;
  }
  // A global or sticky expression remembers where it stopped, and would skip every other request.
  pattern.lastIndex = 0;
  return pattern.test(endpoint);
}
