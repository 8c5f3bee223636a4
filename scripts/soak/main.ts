/**
 * `npm run soak -- --minutes N`: a service that makes 50,000 records a second over 2,000 series,
 * while what it sends to fails in turn in every way. Prints a ledger at its end, and exits with 1 if
 * one record is missing or counted twice.
 *
 * `--rate R` makes another number of records a second; `--write` writes the ledger into
 * docs/reliability.md.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeHost, versionIn } from '../../bench/support/machine.js';
import { buildProgram } from '../../test/support/build.js';
import { behaviours, startFaultyReceiver } from '../../test/support/faulty-receiver.js';
import { table, writeSection } from '../support/markdown.js';
import { phases } from './phases.js';
import { INSTRUMENTS, type Job, type Report, SERIES_EACH } from './protocol.js';
import * as out from './report.js';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    rate: { type: 'string', default: '50000' },
    write: { type: 'boolean', default: false },
  },
});
const minutes = positive('minutes', options.minutes);
const recordsPerSecond = positive('rate', options.rate);
/** In one minute there must be time for every fault. */
const intervalMillis = minutes < 5 ? 1_000 : 2_000;
const PHASE_INTERVALS = 2;
const RECOVERY_INTERVALS = 1.4;
const PROGRESS_MILLIS = 5_000;
/** Of the load, and not of what the pipeline tells of itself. */
const SCOPE = { scope: 'meterbook/agent' };
const FINAL_MILLIS = 60_000;

const [receiver, elsewhere] = await Promise.all([startFaultyReceiver(), startFaultyReceiver()]);
const program = await buildProgram('scripts/soak/worker.ts');
const job: Job = { url: receiver.url, recordsPerSecond, intervalMillis };
const service = fork(fileURLToPath(program.url), [JSON.stringify(job)], { execArgv: [] });
const reports: Report[] = [];
const final = new Promise<Report>((resolve, reject) => {
  service.on('message', (message) => {
    const report = message as Report;
    if (report.isFinal) resolve(report);
    else reports.push(report);
  });
  service.once('exit', (code) => reject(new Error(`the service ended early, with ${code}`)));
});
// It is waited for at the end; a service that has ended before is told of then.
final.catch(() => undefined);

let phase = 'accepts';
let failed = 0;
const progress = setInterval(() => {
  const last = reports.at(-1);
  if (last === undefined) return;
  const sum = last.recorded.reduce((a, b) => a + b, 0);
  console.error(
    `${last.seconds.toFixed(0).padStart(4)} s  ${out.number(sum)} recorded, ${out.number(receiver.ledger.arrived(SCOPE))} arrived, ${out.number(receiver.ledger.refused(SCOPE))} refused, ${out.number(last.held)} points held, RSS ${out.mebibytes(last.rssBytes)} MiB, ${out.share(last)} % CPU, delay ${last.delayP99Millis.toFixed(1)} ms; the receiver ${phase}`,
  );
}, PROGRESS_MILLIS);

try {
  const end = performance.now() + minutes * 60_000;
  const wait = (intervals: number) =>
    new Promise((resolve) => setTimeout(resolve, intervals * intervalMillis));
  await wait(RECOVERY_INTERVALS);
  for (; performance.now() < end; failed++) {
    const next = phases[failed % phases.length] as (typeof phases)[number];
    phase = next.name;
    await next.begin(receiver, elsewhere);
    await wait(PHASE_INTERVALS);
    await receiver.behave(behaviours.accept);
    phase = 'accepts';
    await wait(RECOVERY_INTERVALS);
  }
  service.send('end');
  const limit = setTimeout(() => service.kill('SIGKILL'), FINAL_MILLIS);
  const report = await final;
  clearTimeout(limit);

  const lines = out.settle(report, receiver.ledger);
  const missing = lines.some((line) => line.missing !== 0) || elsewhere.attempts > 0;
  const { ledger } = receiver;
  const [{ length: ways }, tried] = [phases, Math.min(failed, phases.length)];
  const markdown = `Written by \`npm run soak -- --write\`; do not edit. ${out.number(recordsPerSecond)} records a second for ${minutes} min over ${INSTRUMENTS.length * SERIES_EACH} series, deltas every ${intervalMillis / 1000} s, while the receiver failed ${failed} times, in ${tried} of ${ways} ways.

${out.ledgerTable(lines)}

${table(
  ['delivery', ''],
  [
    ['requests taken', out.number(ledger.distinct)],
    ['requests that came again in the same bytes', out.number(ledger.duplicates)],
    ['points held at the end', out.number(report.held)],
    ['points given up', out.byReason(report.droppedPoints)],
  ],
)}

${out.resourcesTable(reports)}

${table(
  ['machine', ''],
  [
    ...Object.entries(describeHost()),
    ['meterbook', versionIn(fileURLToPath(new URL('../..', import.meta.url)))],
  ],
)}`;
  console.log(markdown);
  if (options.write) {
    writeSection(new URL('../../docs/reliability.md', import.meta.url), 'soak', markdown);
  }
  if (missing) {
    console.error('FAILED: records are missing, or were counted twice (a negative number)');
    process.exitCode = 1;
  }
} finally {
  clearInterval(progress);
  service.kill('SIGKILL');
  await Promise.all([receiver.close(), elsewhere.close()]);
  program.remove();
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  console.error(`--${name} is '${text}'; give a number above 0`);
  process.exit(2);
}
