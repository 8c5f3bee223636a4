import { measurement, type Section } from '../report/measurement.js';
import { runJob } from '../support/processes.js';
import type { HttpSubject } from '../worker/http.js';
import type { Context } from './context.js';

const SUBJECTS: readonly HttpSubject[] = [
  'meterbook',
  'instrumentation-http',
  'bare server',
  'with a context',
];

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
  const least = (subject: HttpSubject) => measurement(readings.get(subject) ?? []).least;
  const beyond = (subject: HttpSubject) =>
    Object.fromEntries(
      (['meterbook', 'instrumentation-http'] as const).map((watching) => [
        watching,
        measurement((readings.get(watching) ?? []).map((nanos) => nanos - least(subject))),
      ]),
    );
  return {
    id: 'http',
    title: 'HTTP request',
    note: 'CPU time of one request to a `node:http` server that answers at once, one after the other on a kept connection in memory, so that no network is in it: `observeHttpServer()` with a route table, beside `@opentelemetry/instrumentation-http` with metrics alone. A server "with a context" enters an `AsyncLocalStorage` for each request, as every service does that logs or traces by request; `observeHttpServer()` does the same, and what Node takes for it is in its row. What watching costs is told from the least of the other.',
    unit: 'ns',
    columns: SUBJECTS,
    rows: [
      {
        name: 'whole request',
        values: Object.fromEntries(
          SUBJECTS.map((subject) => [subject, measurement(readings.get(subject) ?? [])]),
        ),
        budgets: [],
      },
      { name: 'beyond the bare server', values: beyond('bare server'), budgets: [] },
      {
        name: 'beyond one with a context',
        values: beyond('with a context'),
        budgets: [{ atMost: 2_000 }],
      },
    ],
  };
}
