import type { Telemetry } from './options.js';

/** The pipeline of this process or worker thread; the ESM and the CommonJS build share it. */
const ACTIVE = Symbol.for('meterbook.setup.1');

const shared = globalThis as { [ACTIVE]?: Telemetry | undefined };

/** The pipeline that is running, or still shutting down. */
export function activeTelemetry(): Telemetry | undefined {
  return shared[ACTIVE];
}

export function setActiveTelemetry(telemetry: Telemetry | undefined): void {
  shared[ACTIVE] = telemetry;
}
