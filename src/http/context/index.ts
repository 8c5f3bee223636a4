export type { BaggageContextOptions } from './baggage.js';
export { baggageContext } from './baggage.js';
export { combineContext } from './combine.js';
export { keyedHash } from './hashing.js';
export type { HeaderContextOptions } from './headers.js';
export { contextFromHeaders, contextHeaders, headerContext } from './headers.js';
export type {
  ContextHash,
  ContextReader,
  ContextRejection,
  ContextTrust,
  CountedContextReader,
  HeaderSource,
} from './types.js';
