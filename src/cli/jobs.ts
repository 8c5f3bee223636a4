import type { Command } from './command.js';
import { jobsReport } from './jobs-report.js';

export const jobs: Command = {
  summary: 'the timings of jobs that a service keeps in its database',
  help: `meterbook jobs - ${'the timings of jobs that a service keeps in its database'}

Usage: meterbook jobs <command> [options]

Commands:
  report   ${jobsReport.summary}

Example: the ten slowest jobs of the last hour
  meterbook jobs report --database-url postgres://localhost/support --from 1h --slowest
`,
  commands: { report: jobsReport },
};
