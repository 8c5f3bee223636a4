import { measurement, type Section } from '../report/measurement.js';
import { runJob } from '../support/processes.js';
import type { HttpSubject } from '../worker/http.js';
import type { Context } from './context.js';

const SUBJECTS: readonly HttpSubject[] = ['meterbook', 'instrumentation-http', 'bare server'];

/** What watching an HTTP server costs it. */
export function httpSection({ effort, programs, progress }: Context): Section {
  const readings = new Map(SUBJECTS.map((subject) => [subject, [] as number[]]));
  for (let round = 0; round < effort.rounds; round++) {
    for (const subject of SUBJECTS) {
      progress(`HTTP requests, ${subject}, round ${round + 1}`);
      const job = { kind: 'http', subject, timing: effort.http } as const;
      readings.get(subject)?.push(...runJob(programs.worker, job));
    }
  }
  const bare = measurement(readings.get('bare server') ?? []).least;
  const row = (subjects: readonly HttpSubject[], less: number) =>
    Object.fromEntries(
      subjects.map((subject) => [
        subject,
        measurement((readings.get(subject) ?? []).map((nanos) => nanos - less)),
      ]),
    );
  return {
    title: 'HTTP request',
    note: 'CPU time of one request to a `node:http` server that answers at once, one after the other on a kept connection in memory, so that no network is in it: `observeHttpServer()` with a route table and a request context each, beside `@opentelemetry/instrumentation-http` with metrics alone. What it costs beyond the bare server is told from the least of the bare one.',
    unit: 'ns',
    columns: SUBJECTS,
    rows: [
      { name: 'whole request', values: row(SUBJECTS, 0), budgets: [] },
      {
        name: 'beyond the bare server',
        values: row(['meterbook', 'instrumentation-http'], bare),
        budgets: [{ atMost: 2_000 }],
      },
    ],
  };
}
