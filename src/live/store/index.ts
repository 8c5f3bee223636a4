export type { InstrumentType, KeptExemplar } from './instrument.js';
export { Instrument, OVERFLOW } from './instrument.js';
export type { Resource } from './resource.js';
export type { Series } from './series.js';
export { BUCKETS_AT, SLOT_MILLIS } from './series.js';
export type { Added, StoreOptions } from './store.js';
export { Store } from './store.js';
