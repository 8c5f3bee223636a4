import type { ServerResponse } from 'node:http';
import type { JobTimings } from '../../src/jobs/index.js';
import type { Random } from '../random.js';
import type { Recording } from '../recording.js';
import type { Admission } from './admission.js';
import type { ModelName, ModelProfile } from './models.js';
import type { AgentStore } from './store.js';

/** What the handlers of the service share. */
export interface ServiceContext {
  readonly store: AgentStore;
  readonly admission: Admission;
  readonly recording: Recording;
  readonly models: Readonly<Record<ModelName, ModelProfile>>;
  /** Keeps the timings of jobs in the database, and records them. */
  readonly timings: JobTimings;
  readonly random: Random;
}

/** Sends a JSON answer; does nothing where an answer has been begun or the caller is gone. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
