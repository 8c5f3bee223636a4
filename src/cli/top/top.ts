import type { Manifest } from '../../declare/index.js';
import type { Asking } from '../../live/index.js';
import { PAGE_PORT, RECEIVER_PORT } from '../../live/index.js';
import type { Command, CommandIo } from '../command.js';
import { failed, interrupted, isFailure, wrongUsage } from '../failure.js';
import { type LiveApi, liveApi } from '../live-api.js';
import { secondsOf } from '../moments.js';
import {
  jsonOption,
  type OptionTable,
  type OptionValues,
  portOf,
  readOptions,
} from '../options.js';
import { readShownRegistries, SHOWN_REGISTRY_OPTIONS } from '../registries/shown-registries.js';
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
    help: `where top receives metrics itself; default ${RECEIVER_PORT}, where services send to;
0: any that is free. Given, no other live view is asked`,
  },
  token: {
    kind: 'value',
    takes: '<token>',
    help: `of a live view that has one. Default: the environment variable
METERBOOK_LIVE_TOKEN, which other users of the machine do not see`,
  },
  registry: {
    ...SHOWN_REGISTRY_OPTIONS.registry,
    help: `${SHOWN_REGISTRY_OPTIONS.registry.help}. Only where top receives
metrics itself: a live view has what it was started with`,
  },
  export: SHOWN_REGISTRY_OPTIONS.export,
  service: {
    kind: 'list',
    takes: '<name>',
    help: 'only this service; may be given several times',
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
  const port = portOf('--port', values.port);
  refuseOwnAndOther(values);
  const manifests = await readShownRegistries(values, io, NAME);
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
      ? await startOwnLive(port, manifests)
      : values.url === undefined
        ? await ownWhereNoneRuns(api, manifests)
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
async function ownWhereNoneRuns(
  api: LiveApi,
  manifests: readonly Manifest[],
): Promise<OwnLive | undefined> {
  try {
    await api.isThere();
  } catch (error) {
    if (!isFailure(error) || error.code !== 'UNREACHABLE') throw error;
    return startOwnLive(RECEIVER_PORT, manifests);
  }
  if (manifests.length === 0) return undefined;
  throw failed(
    `A live view runs at ${api.place}, and shows the registries that it was started with.`,
    'Start that one with --registry, or receive beside it with --port.',
    'INVALID',
  );
}

/** What is about a receiver of its own does not go with asking another one. */
function refuseOwnAndOther({ url, once, json, port, registry }: OptionValues<typeof OPTIONS>) {
  const own = port !== undefined ? '--port' : registry !== undefined ? '--registry' : undefined;
  const other = url !== undefined ? '--url' : once ? '--once' : json ? '--json' : undefined;
  if (own === undefined || other === undefined) return;
  throw wrongUsage(
    `${own} is for receiving anew, which ${other} does not do.`,
    'Drop one of them, or run meterbook live beside it.',
  );
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
