export { type ExpressMiddleware, express } from './adapters/express.js';
export type { FastifyLike, FastifyPlugin, FastifyRequestLike } from './adapters/fastify.js';
export { fastifyPlugin } from './adapters/fastify.js';
export type { FetchHandlerOptions } from './adapters/fetch.js';
export { fetchHandler } from './adapters/fetch.js';
export type { HonoContextLike, HonoMiddleware, HonoRoute } from './adapters/hono.js';
export { hono } from './adapters/hono.js';
export { type KoaContextLike, type KoaMiddleware, koa } from './adapters/koa.js';
export { MeterbookModule, type NestDynamicModule } from './adapters/nest.js';
export type {
  ClientOptions,
  ClientRegistry,
  HttpClientObservation,
  OutgoingRequest,
} from './client/index.js';
export { observeHttpClients } from './client/index.js';
export type {
  BaggageContextOptions,
  ContextHash,
  ContextReader,
  ContextRejection,
  ContextTrust,
  CountedContextReader,
  HeaderContextOptions,
  HeaderSource,
} from './context/index.js';
export {
  baggageContext,
  combineContext,
  contextFromHeaders,
  contextHeaders,
  headerContext,
  keyedHash,
} from './context/index.js';
export type { EndpointPattern } from './server/endpoint-filter.js';
export type { NodeRequest, NodeResponse } from './server/node-exchange.js';
export type { HttpServerObservation } from './server/observe-http-server.js';
export { observeHttpServer } from './server/observe-http-server.js';
export type { RouteDeclaration } from './server/route-table.js';
export type { ServerOptions, ServerRegistry } from './server/server-options.js';
export type {
  UpgradeRequest,
  WebSocketLike,
  WebSocketObservation,
  WebSocketOptions,
  WebSocketServerLike,
} from './websockets.js';
export { observeWebSockets } from './websockets.js';
