import type { Command } from './command.js';
import { jobsReport } from './jobs-report.js';

export const jobs: Command = {
  summary: 'the timings of jobs that a service keeps in its database',
  group: 'Look back',
  usage: '<command> [options]',
  examples: [
    {
      line: 'meterbook jobs report --database-url postgres://localhost/support --from 1h --slowest',
      does: 'the ten slowest jobs of the last hour',
    },
  ],
  commands: { report: jobsReport },
};
