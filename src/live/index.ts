export { writeAsking } from './asking.js';
export type { Live } from './assemble.js';
export { PAGE_PORT, RECEIVER_PORT } from './assemble.js';
export type { LiveOptions } from './live.js';
export { startLive } from './live.js';
export { LiveProblem } from './problem.js';
export type {
  Answer,
  Asking,
  CardinalityRow,
  Catalogue,
  ExporterRow,
  Filter,
  Finding,
  GroupRow,
  GroupTable,
  InstrumentView,
  Level,
  Overview,
  SloState,
} from './protocol.js';
