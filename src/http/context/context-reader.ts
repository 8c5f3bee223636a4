import type { IncomingHttpHeaders } from 'node:http';
import type { Attributes } from '../../declare/index.js';

/** Request headers: Node's, a web `Headers`, or anything else that is asked by name. */
export type HeaderSource =
  | IncomingHttpHeaders
  | { get(name: string): string | null | undefined }
  | ((name: string) => string | undefined);

/** Reads context attributes from the headers of a request, which is given for rules of trust. */
export type ContextReader = (headers: HeaderSource, request?: unknown) => Attributes | undefined;
