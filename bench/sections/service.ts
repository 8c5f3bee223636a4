import { measurement, type Section } from '../report/measurement.js';
import { runJob } from '../support/processes.js';
import type { ServiceSubject } from '../worker/service.js';
import type { Context } from './context.js';

const SUBJECTS: readonly ServiceSubject[] = ['meterbook', 'sdk-metrics 2.x', 'no metrics'];

/** What measuring costs a whole service. */
export function serviceSection({ effort, programs, progress }: Context): Section {
  const { seconds, intervalSeconds } = effort.service;
  const results = SUBJECTS.map((subject) => {
    progress(`a service under load, ${subject}`);
    return [
      subject,
      runJob(programs.worker, { kind: 'service', subject, timing: effort.service }),
    ] as const;
  });
  const row = (name: string, of: 'delayP99' | 'delayMax' | 'cpu', factor: number) => ({
    name,
    values: Object.fromEntries(
      results.map(([subject, result]) => [subject, measurement([result[of] * factor])]),
    ),
    budgets: [],
  });
  return {
    id: 'service',
    title: 'A service under load',
    note: `A process that makes 100,000 measurements a second into 10,000 series of a 14-boundary histogram and exports them over OTLP every ${intervalSeconds} s to a receiver in another process, for ${seconds} s; and the same without metrics. The delay of the event loop is measured with a timer of a millisecond, of which it includes one.`,
    unit: '',
    columns: SUBJECTS,
    rows: [
      row('event-loop delay, P99, ms', 'delayP99', 1),
      row('event-loop delay, longest, ms', 'delayMax', 1),
      row('CPU, % of a core', 'cpu', 100),
    ],
  };
}
