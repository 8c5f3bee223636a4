export { type ExpressMiddleware, express } from './adapters/express.js';
export type { ContextReader, HeaderSource } from './context/index.js';
export type { EndpointPattern } from './server/endpoint-filter.js';
export type { NodeRequest, NodeResponse } from './server/node-exchange.js';
export type { HttpServerObservation } from './server/observe-http-server.js';
export { observeHttpServer } from './server/observe-http-server.js';
export type { RouteDeclaration } from './server/route-table.js';
export type { ServerOptions, ServerRegistry } from './server/server-options.js';
