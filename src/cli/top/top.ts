import type { Asking } from '../../live/index.js';
import { PAGE_PORT, RECEIVER_PORT } from '../../live/index.js';
import type { Command, CommandIo } from '../command.js';
import { failed, interrupted, isFailure, wrongUsage } from '../failure.js';
import { type LiveApi, liveApi } from '../live-api.js';
import { secondsOf } from '../moments.js';
import { count, jsonOption, type OptionTable, type OptionValues, readOptions } from '../options.js';
import { painter, wantsColour } from '../terminal/style.js';
import { type OwnLive, startOwnLive } from './own-live.js';
import { type OverviewAnswer, printed } from './picture.js';
import { watch } from './watch.js';

const NAME = 'meterbook top';
const URL_HERE = `http://127.0.0.1:${PAGE_PORT}`;
const RANGE = '5m';
const MOST_SECONDS = 31 * 86_400;

const OPTIONS = {
  url: {
    kind: 'value',
    takes: '<url>',
    help: `the live view that is asked; default ${URL_HERE}. Where none runs
there, top receives metrics itself`,
    section: 'Where it comes from',
  },
  port: {
    kind: 'value',
    takes: '<n>',
    help: `where top receives metrics itself; default ${RECEIVER_PORT}, where services send to.
Given, no other live view is asked`,
  },
  token: {
    kind: 'value',
    takes: '<token>',
    help: `of a live view that has one. Default: the environment variable
METERBOOK_LIVE_TOKEN, which other users of the machine do not see`,
  },
  service: {
    kind: 'list',
    takes: '<name>',
    help: 'only this service; may be given several times',
    section: 'What is shown',
  },
  where: {
    kind: 'list',
    takes: '<key=value>',
    help: 'only what has this attribute; may be given several times',
  },
  by: { kind: 'value', takes: '<key>', help: 'tell things apart by this attribute' },
  range: {
    kind: 'value',
    takes: '<span>',
    help: `how far back it looks: 30s, 5m, 2h; default ${RANGE}`,
    values: ['1m', '5m', '15m', '1h', '6h'],
  },
  once: {
    kind: 'flag',
    help: 'print it once and end; so it does too where no terminal is',
    section: 'How',
  },
  json: jsonOption('the answer once, as one JSON document; errors are JSON too'),
} as const satisfies OptionTable;

export const top: Command = {
  summary: 'endpoints, models, jobs, SLOs and what is wrong, live in the terminal',
  usage: '[options]',
  about: `Shows what meterbook live shows in the browser: rate, errors, percentiles and time to first token of
endpoints, models, jobs and tools; SLOs with budget and burn rate; findings; series; delivery.
Keys: tab and arrows for tables and rows, s sort, / filter, p pause, ? help, q quit.`,
  options: OPTIONS,
  examples: [
    { line: 'meterbook top', does: 'what runs on this machine' },
    {
      line: "meterbook top --service shop --where 'http.route=/chat' --by gen_ai.request.model",
      does: 'one endpoint of one service, by model',
    },
    {
      line: "meterbook top --json | jq -r '.shown.findings[].text'",
      does: 'what is wrong, for a script',
    },
  ],
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<void> {
  const values = readOptions(args, OPTIONS, NAME);
  const asking = askingOf(values);
  const port = count('--port', values.port, 65_535);
  if (port !== undefined && (values.url !== undefined || values.once || values.json)) {
    const other = values.url !== undefined ? '--url' : values.once ? '--once' : '--json';
    throw wrongUsage(`--port receives anew, which ${other} does not go with.`, 'Drop one of them.');
  }
  const place = { url: values.url ?? URL_HERE, token: tokenOf(values.token, io) };
  const api = liveApi(place, '--url');
  const { terminal } = io;
  if (values.json) {
    io.stdout.write(`${JSON.stringify(await api.answer(asking), null, 2)}\n`);
    return;
  }
  const isColoured = wantsColour(io.stdout.isTTY === true, io.env);
  if (values.once || terminal === undefined || io.env['TERM'] === 'dumb') {
    io.stdout.write(printed(await overviewOf(api, asking), api.place, painter(isColoured)));
    return;
  }
  const own =
    port !== undefined
      ? await startOwnLive(port)
      : values.url === undefined
        ? await ownWhereNoneRuns(api)
        : undefined;
  try {
    const asked = own === undefined ? api : liveApi({ url: own.url }, '--url');
    const how = await watch({
      terminal,
      paint: painter(isColoured),
      place: own === undefined ? api.place : `its own receiver, ${own.receiverUrl}`,
      ask: () => overviewOf(asked, asking),
    });
    if (how === 'interrupt') throw interrupted();
  } finally {
    await own?.close();
  }
}

function tokenOf(given: string | undefined, { env }: CommandIo): string | undefined {
  return given ?? (env['METERBOOK_LIVE_TOKEN'] || undefined);
}

/** A live view of its own if nothing answers at the default place; anything else that is wrong is told. */
async function ownWhereNoneRuns(api: LiveApi): Promise<OwnLive | undefined> {
  try {
    await api.isThere();
    return undefined;
  } catch (error) {
    if (isFailure(error) && error.code === 'UNREACHABLE') return startOwnLive(RECEIVER_PORT);
    throw error;
  }
}

async function overviewOf(api: LiveApi, asking: Asking): Promise<OverviewAnswer> {
  const answer = await api.answer(asking);
  const { shown } = answer;
  if (shown.kind === 'overview') return { ...answer, shown };
  throw failed(
    `The live view at ${api.place} answers with something else than an overview.`,
    'Use the same version of meterbook for both.',
    'INVALID',
  );
}

function askingOf(values: OptionValues<typeof OPTIONS>): Asking {
  const { service: services = [], where = [], by, range } = values;
  return {
    view: 'overview',
    rangeSeconds: secondsOf('--range', range ?? RANGE, MOST_SECONDS),
    services,
    filters: where.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return { key: text.slice(0, at), value: text.slice(at + 1) };
      throw wrongUsage(`--where cannot be "${text}".`, 'Use key=value: --where http.route=/chat.');
    }),
    ...(by !== undefined && { by }),
  };
}
