export type { ModelServer, ModelServerOptions } from './server.js';
export { startModelServer } from './server.js';
export type {
  AnswerStep,
  ApiFailure,
  Exchange,
  ModelAnswer,
  ModelRequest,
  ModelUsage,
  ProtocolName,
  Sent,
} from './types.js';
