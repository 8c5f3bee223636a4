export type { Duration } from './duration.js';
export { toSeconds } from './duration.js';
export { agentInstruments } from './instruments.js';
export type { BoundInstrument, Instrument, Instruments } from './lookup.js';
export { instrumentsOf } from './lookup.js';
export { ATTR_GEN_AI_TOKEN_TYPE } from './names.js';
export { agentMetrics } from './registry.js';
export type { AgentInstrumentName, AgentInstruments, RegistryWith } from './types.js';
