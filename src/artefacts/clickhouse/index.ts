export { clickhouseArtefacts } from './files.js';
export { clickhouseBackend } from './queries.js';
export type { ClickHouseOptions, Tables } from './tables.js';
