/**
 * `npm run live:load -- --minutes N`: 1,000,000 points a minute from several services into
 * `meterbook live`, a process of its own, while somebody looks at it. Prints its memory over time, how
 * many points it has accepted, and how long answers take; exits with 1 if a point was lost, or the
 * memory went on growing.
 *
 * `--rate R` sends another number of points a minute, `--services S` from so many, `--memory M` gives
 * the history so many MiB; `--write` writes the figures into docs/live.md.
 */
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeHost, versionIn } from '../bench/support/machine.js';
import { startLiveCommand } from '../test/e2e/support/live-command.js';
import type { LoadJob, LoadReport } from './support/live-service.js';
import { table, writeSection } from './support/markdown.js';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '1000000' },
    services: { type: 'string', default: '5' },
    memory: { type: 'string', default: '256' },
    write: { type: 'boolean', default: false },
  },
});
const minutes = positive('minutes', options.minutes);
const rate = positive('rate', options.rate);
const services = positive('services', options.services);
const memory = positive('memory', options.memory);
const INTERVAL_MILLIS = 1_000;
const MEBIBYTE = 1024 * 1024;
/** What the process needs beside its history: Node, the bodies being read, answers, and what is not collected yet. */
const BESIDE_HISTORY = 500 * MEBIBYTE;
const ASKINGS = [
  'view=overview&range=300',
  'view=overview&range=3600',
  'view=catalogue&range=300',
  'view=instrument&range=300&instrument=http.server.request.duration',
];

interface Sample {
  readonly seconds: number;
  readonly rss: number;
  readonly accepted: number;
}

const live = await startLiveCommand(`--memory=${memory}`, '--minutes=60');
const job: LoadJob = {
  url: live.receiver,
  services,
  pointsEach: (rate / 60_000) * (INTERVAL_MILLIS / services),
  intervalMillis: INTERVAL_MILLIS,
};
const path = fileURLToPath(new URL('./support/live-service.ts', import.meta.url));
const load = fork(path, [JSON.stringify(job)], { execArgv: ['--import', 'tsx'] });
let report: LoadReport = { accepted: 0, refused: 0, reason: '', slowestMillis: 0 };
let slowestExport = 0;
load.on('message', (message) => {
  report = message as LoadReport;
  slowestExport = Math.max(slowestExport, report.slowestMillis);
});
// Somebody has the page open.
const looking = new AbortController();
void fetch(new URL('/api/stream?view=overview&range=300', live.page), { signal: looking.signal })
  .then(async ({ body }) => {
    for await (const _ of body ?? []);
  })
  .catch(() => undefined);

const samples: Sample[] = [];
const times = new Map<string, number[]>(ASKINGS.map((it) => [it, []]));
let largest = 0;
try {
  while (report.accepted === 0) await sleep(100);
  const begun = performance.now();
  const end = begun + minutes * 60_000;
  const seconds = () => (performance.now() - begun) / 1_000;
  for (let i = 0; performance.now() < end; i++) {
    const asking = ASKINGS[i % ASKINGS.length] as string;
    const asked = performance.now();
    const text = await (await fetch(new URL(`/api/answer?${asking}`, live.page))).text();
    times.get(asking)?.push(performance.now() - asked);
    largest = Math.max(largest, text.length);
    if (i % 10 === 0) {
      samples.push({ seconds: seconds(), rss: live.rss(), accepted: report.accepted });
      console.error(
        `${seconds().toFixed(0).padStart(4)} s  ${count(report.accepted)} points accepted, ${count(report.refused)} not ${report.reason}, RSS ${mebibytes(live.rss())} MiB, slowest export ${report.slowestMillis.toFixed(0)} ms`,
      );
    }
    await sleep(Math.max(0, 1_000 - (performance.now() - asked)));
  }
  const took = seconds();
  samples.push({ seconds: took, rss: live.rss(), accepted: report.accepted });
  const { history } = await live.answer('view=overview');
  const most = Math.max(...samples.map(({ rss }) => rss));
  const markdown = `Written by \`npm run live:load -- --write\`; do not edit. ${count(rate)} points a minute for ${minutes} min from ${services} services, ${count(history.series)} series, each exported once a second, into ${memory} MiB of history, with the page open.

${table(
  ['', ''],
  [
    ['points accepted', count(report.accepted)],
    ['points not accepted', count(report.refused)],
    ['accepted a minute', count((report.accepted / took) * 60)],
    ['slowest export', `${slowestExport.toFixed(0)} ms`],
    [
      'history',
      `${mebibytes(history.bytes)} MiB, ${count((Date.now() - (history.oldest ?? Date.now())) / 60_000)} min`,
    ],
    ['most memory of the process', `${mebibytes(most)} MiB`],
    ['largest answer', `${(largest / 1024).toFixed(0)} KiB`],
  ],
)}

${table(
  ['answer', 'P50', 'P99'],
  ASKINGS.map((it) => [`\`${it}\``, millis(times.get(it), 0.5), millis(times.get(it), 0.99)]),
)}

${table(
  ['after', 'memory', 'points'],
  every(samples, 10).map((it) => [
    `${it.seconds.toFixed(0)} s`,
    `${mebibytes(it.rss)} MiB`,
    count(it.accepted),
  ]),
)}

${table(
  ['machine', ''],
  [
    ...Object.entries(describeHost()),
    ['meterbook', versionIn(fileURLToPath(new URL('..', import.meta.url)))],
  ],
)}`;
  console.log(markdown);
  if (options.write) writeSection(new URL('../docs/live.md', import.meta.url), 'load', markdown);
  if (report.refused > 0 || most > memory * MEBIBYTE + BESIDE_HISTORY) {
    console.error('FAILED: points were not accepted, or the memory has no bound');
    process.exitCode = 1;
  }
} finally {
  looking.abort();
  load.kill('SIGKILL');
  await live.stop();
}

/** So many of them, evenly, the last included. */
function every<T>(all: readonly T[], most: number): readonly T[] {
  const step = Math.ceil(all.length / most);
  return all.filter((_, i) => i % step === 0 || i === all.length - 1);
}

function millis(all: readonly number[] = [], share: number): string {
  const sorted = [...all].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? '-' : `${value.toFixed(1)} ms`;
}

function mebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(0);
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  console.error(`--${name} is '${text}'; give a number above 0`);
  process.exit(2);
}
