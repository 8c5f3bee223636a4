export type { Duration } from './duration.js';
export { toSeconds } from './duration.js';
export { agentInstruments } from './instruments.js';
export type { BoundInstrument, Instrument, Instruments, LevelCallback } from './lookup.js';
export { instrumentsOf } from './lookup.js';
export {
  ATTR_DB_CLIENT_CONNECTION_POOL_NAME,
  ATTR_DB_CLIENT_CONNECTION_STATE,
  ATTR_GEN_AI_TOKEN_TYPE,
} from './names.js';
export { agentMetrics } from './registry.js';
export type { AgentInstrumentName, AgentInstruments, RegistryWith } from './types.js';
