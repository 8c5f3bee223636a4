export type { ObservePoolOptions } from './observe-pool.js';
export { observePool } from './observe-pool.js';
export type { ObserveQueriesOptions } from './observe-queries.js';
export { observeQueries } from './observe-queries.js';
export type { QueryDescription } from './sql/describe.js';
export type {
  KnexInstance,
  MysqlPool,
  ObservablePool,
  ObservedPool,
  ObservedQueries,
  PgClient,
  PgPool,
  PoolLevels,
  PoolRecorder,
  PoolSource,
  TarnPool,
} from './types.js';
