import type { LiveOptions } from '../live/index.js';
import { LiveProblem, PAGE_PORT, RECEIVER_PORT, startLive } from '../live/index.js';
import type { Command, CommandIo } from './command.js';
import { failed, wrongUsage } from './failure.js';
import { note } from './notes.js';
import { openInBrowser } from './open-browser.js';
import { count, jsonOption, type OptionTable, portOf, readOptions } from './options.js';
import { readShownRegistries, SHOWN_REGISTRY_OPTIONS } from './registries/shown-registries.js';

const NAME = 'meterbook live';
const SUMMARY = 'a page with the metrics of every service on this machine, at once';
const MINUTES = 60;
const MEMORY = 256;

const OPTIONS = {
  port: {
    kind: 'value',
    takes: '<n>',
    help: `of the receiver; default ${RECEIVER_PORT}, where services send to; 0: any that is free`,
    section: 'Where',
  },
  'page-port': {
    kind: 'value',
    takes: '<n>',
    help: `of the page; default ${PAGE_PORT}; 0: any that is free`,
  },
  host: {
    kind: 'value',
    takes: '<address>',
    help: 'default 127.0.0.1; any other one than the loopback needs a token',
  },
  token: {
    kind: 'value',
    takes: '<token>',
    help: `services then have to send "Authorization: Bearer <token>", and the page
asks for it; made and printed for a host that is not the loopback.
Default: the environment variable METERBOOK_LIVE_TOKEN, which other users
of the machine do not see as they see arguments`,
  },
  open: { kind: 'flag', help: 'open the page in the browser' },
  minutes: {
    kind: 'value',
    takes: '<n>',
    help: `of history; default ${MINUTES}`,
    section: 'What is kept',
  },
  memory: { kind: 'value', takes: '<n>', help: `most MiB of history; default ${MEMORY}` },
  keep: {
    kind: 'value',
    takes: '<folder>',
    help: `keep what comes in there too, for the next start; at most 4 times --memory`,
    values: 'folder',
  },
  ...SHOWN_REGISTRY_OPTIONS,
  'trace-url': {
    kind: 'value',
    takes: '<url>',
    help: 'where traces are: https://traces.example/{traceId}',
  },
  json: jsonOption('print the addresses as one line of JSON; errors are JSON too'),
} as const satisfies OptionTable;

export const live: Command = {
  summary: SUMMARY,
  group: 'Look at what runs',
  usage: '[options]',
  about: `Receives OpenTelemetry metrics (OTLP over HTTP, protobuf and JSON) where services send them by
themselves, of any language, and shows them in the browser. History is in memory. Ends with Ctrl-C.`,
  options: OPTIONS,
  examples: [
    { line: 'meterbook live --open', does: 'what runs on this machine' },
    {
      line: 'meterbook live --registry ./src/metrics.ts --keep ./.meterbook-live',
      does: 'with the objectives of a registry, across restarts',
    },
    {
      line: 'meterbook live --host 0.0.0.0 --json | jq -r .token',
      does: 'for other machines too, with a token',
    },
  ],
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<void> {
  const values = readOptions(args, OPTIONS, NAME);
  const memory = count('--memory', values.memory, 65_536) ?? MEMORY;
  const options: LiveOptions = {
    port: portOf('--port', values.port),
    pagePort: portOf('--page-port', values['page-port']),
    host: values.host,
    token: values.token ?? io.env['METERBOOK_LIVE_TOKEN'],
    minutes: count('--minutes', values.minutes, 10_080) ?? MINUTES,
    memoryBytes: memory * 1024 * 1024,
    keep: values.keep,
    traceUrl: traceUrlOf(values['trace-url']),
    manifests: await readShownRegistries(values, io, NAME),
    cwd: io.cwd,
    onProblem: (message) => note(io, message),
  };
  if (io.untilStopped === undefined) throw new Error('nothing here ends the live view');
  const stopped = io.untilStopped();
  const running = await startLive(options).catch((error: unknown) => {
    throw error instanceof LiveProblem ? failed(error.message, error.fix) : error;
  });
  try {
    io.stdout.write(values.json ? `${JSON.stringify(addressesOf(running))}\n` : greeting(running));
    if (values.open) {
      openInBrowser(running.pageUrl, (program) => {
        note(io, `${program} is not there to open the page. Open it by hand.`);
      });
    }
    await stopped;
  } finally {
    await running.close();
  }
}

type Running = Awaited<ReturnType<typeof startLive>>;

function addressesOf({ receiverUrl, pageUrl, token }: Running) {
  return { receiver: receiverUrl, page: pageUrl, ...(token === undefined ? {} : { token }) };
}

function greeting({ receiverUrl, pageUrl, token, restoredPoints }: Running): string {
  const isDefault = new URL(receiverUrl).port === String(RECEIVER_PORT);
  const isLocal = token === undefined;
  const settings = [
    ...(isDefault && isLocal ? [] : [`OTEL_EXPORTER_OTLP_ENDPOINT=${receiverUrl}`]),
    ...(isLocal ? [] : [`OTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer%20${token}`]),
  ];
  const lines = [
    `Page:     ${pageUrl}`,
    `Receives: ${receiverUrl}  OpenTelemetry metrics over HTTP, protobuf and JSON`,
    '',
    ...(settings.length === 0
      ? ['Services need no setting: this is where OpenTelemetry sends to by itself.']
      : ['Services need:', ...settings.map((it) => `  ${it}`)]),
    'One that sends over gRPC: OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    ...(restoredPoints === 0 ? [] : ['', `${restoredPoints} points were read back.`]),
    '',
    'Ctrl-C ends it.',
  ];
  return `${lines.join('\n')}\n`;
}

/** A link that the page shows: to the web, and to nothing that runs. */
function traceUrlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const isUrl = /^https?:\/\//.test(text) && URL.canParse(text.replace('{traceId}', '0'));
  if (isUrl && text.includes('{traceId}')) return text;
  throw wrongUsage(
    `--trace-url cannot be "${text}".`,
    'Use an http or https URL with {traceId} in it: https://traces.example/{traceId}.',
  );
}
