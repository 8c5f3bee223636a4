import type { Manifest } from '../../declare/index.js';
import type { Asking } from '../../live/index.js';
import { PAGE_PORT, RECEIVER_PORT } from '../../live/index.js';
import type { Command, CommandIo } from '../command.js';
import { failed, interrupted, isFailure, wrongUsage } from '../failure.js';
import { type LiveApi, liveApi } from '../live-api.js';
import { secondsOf } from '../moments.js';
import { note } from '../notes.js';
import {
  jsonOption,
  type OptionTable,
  type OptionValues,
  portOf,
  readOptions,
} from '../options.js';
import { readShownRegistries, SHOWN_REGISTRY_OPTIONS } from '../registries/shown-registries.js';
import { painter, wantsColour } from '../terminal/style.js';
import { firstAnswer } from './first-answer.js';
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
    help: `print it once and end; so it does too where no terminal is. With --port
or --registry it waits until something has come`,
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
  const { terminal, env, stdout } = io;
  const screen =
    values.json || values.once || env['TERM'] === 'dumb' || terminal === undefined
      ? undefined
      : terminal;
  const place = { url: values.url ?? URL_HERE, token: tokenOf(values.token, io) };
  const api = liveApi(place, '--url');
  // A script that names nothing asks what runs, and is told at once that nothing does.
  const mayStart = screen !== undefined || values.registry !== undefined;
  const own =
    port !== undefined
      ? await startOwnLive(port, manifests)
      : values.url === undefined && mayStart
        ? await ownWhereNoneRuns(api, manifests)
        : undefined;
  try {
    const asked = own === undefined ? api : liveApi({ url: own.url }, '--url');
    const from = own === undefined ? api.place : `its own receiver, ${own.receiverUrl}`;
    const paint = painter(wantsColour(stdout.isTTY === true, env));
    const ask = () => overviewOf(asked, asking);
    if (screen === undefined) {
      const answer = own === undefined ? await ask() : await received(own, ask, io);
      stdout.write(
        values.json ? `${JSON.stringify(answer, null, 2)}\n` : printed(answer, from, paint),
      );
      return;
    }
    const how = await watch({ terminal: screen, paint, place: from, ask });
    if (how === 'interrupt') throw interrupted();
  } finally {
    await own?.close();
  }
}

/** What a receiver that has just begun is told first. */
function received(
  { receiverUrl }: OwnLive,
  ask: () => Promise<OverviewAnswer>,
  io: CommandIo,
): Promise<OverviewAnswer> {
  note(io, `Receiving at ${receiverUrl}, and waiting for what comes.`);
  return firstAnswer({ ask, receiverUrl });
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
function refuseOwnAndOther({ url, port, registry }: OptionValues<typeof OPTIONS>) {
  const own = port !== undefined ? '--port' : registry !== undefined ? '--registry' : undefined;
  if (own === undefined || url === undefined) return;
  throw wrongUsage(
    `${own} is for receiving anew, which --url does not do.`,
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
