export { Spool } from './spool.js';
export type {
  SpoolCounts,
  SpoolEntry,
  SpooledEntry,
  SpoolOptions,
  WriteOptions,
} from './types.js';
