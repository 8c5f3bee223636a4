export { formatJobs, formatJson, formatReport } from './format.js';
export type { JobTimings, JobTimingsHealth } from './job-timings.js';
export { createJobTimings } from './job-timings.js';
export { jobStoreMetrics } from './metrics.js';
export type { JobTimingsOptions } from './options.js';
export type { JobColumns, TableOptions } from './store/layout.js';
export { printMigrations } from './store/migrations.js';
export type { PgliteStoreOptions } from './store/pglite.js';
export { pgliteStore } from './store/pglite.js';
export type { PostgresStoreOptions } from './store/postgres.js';
export { postgresStore } from './store/postgres.js';
export type {
  JobPercentiles,
  JobReport,
  JobReportLine,
  ReportDimension,
  ReportOptions,
} from './store/report-types.js';
export type {
  JobChange,
  JobChangeResult,
  JobChangeTime,
  JobDay,
  JobStore,
  JobValueResult,
  Queryable,
  RetentionOptions,
} from './store/types.js';
export type {
  JobActor,
  JobClock,
  JobClockKind,
  JobFilter,
  JobHandle,
  JobIdentity,
  JobOutcome,
  JobPage,
  JobPageRequest,
  JobRecord,
  NewJob,
  ReportedTime,
} from './types.js';
