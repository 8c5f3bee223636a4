import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** A file of `docs`, and what the navigation calls it. */
export type Entry = readonly [file: string, title: string];

/** A part of the navigation. */
export interface Section {
  readonly title: string;
  readonly pages: readonly Entry[];
}

/** An item of a sidebar, as VitePress takes it. */
export interface Item {
  readonly text: string;
  readonly link?: string;
  readonly items?: Item[];
  readonly collapsed?: boolean;
}

/**
 * Every page but the first and the reference, in the order in which a newcomer reads them. A test
 * wants each page of `docs` in here; what is not there yet is left out.
 */
export const SECTIONS: readonly Section[] = [
  {
    title: 'Start',
    pages: [['start.md', 'Start here']],
  },
  {
    title: 'Declare and record',
    pages: [
      ['declare.md', 'Declare'],
      ['record.md', 'Record'],
      ['context.md', 'Contexts'],
      ['cardinality.md', 'Cardinality'],
    ],
  },
  {
    title: 'Capture',
    pages: [
      ['agent.md', 'The agent registry'],
      ['endpoints.md', 'Endpoints'],
      ['streams.md', 'Streams, tools and agents'],
      ['jobs.md', 'Jobs'],
      ['databases.md', 'Databases'],
      ['http-clients.md', 'Requests to other servers'],
      ['runtime.md', 'Runtime and readiness'],
    ],
  },
  {
    title: 'Deliver',
    pages: [
      ['setup.md', 'Send metrics'],
      ['exemplars.md', 'Exemplars'],
      ['reliability.md', 'When the collector fails'],
    ],
  },
  {
    title: 'Backends',
    pages: [
      ['generate.md', 'Generate'],
      ['collector.md', 'OpenTelemetry Collector'],
      ['prometheus.md', 'Prometheus'],
      ['clickhouse.md', 'ClickHouse'],
      ['signoz.md', 'SigNoz'],
      ['dashboards.md', 'Grafana dashboards'],
    ],
  },
  {
    title: 'Work with it',
    pages: [
      ['live.md', 'Live view'],
      ['cli.md', 'The command'],
      ['slos.md', 'SLOs'],
      ['testing.md', 'Testing'],
      ['check-and-lint.md', 'Check and lint'],
      ['performance.md', 'Performance'],
    ],
  },
  {
    title: 'Migrate',
    pages: [
      ['migrate-from-prom-client.md', 'From prom-client'],
      ['migrate-from-opentelemetry.md', 'From raw OpenTelemetry'],
    ],
  },
  {
    title: 'Look up',
    pages: [
      ['api.md', 'API overview'],
      ['errors.md', 'Errors'],
      ['catalogue.md', 'Catalogue of the agent registry'],
      ['architecture.md', 'Architecture'],
      ['decisions/README.md', 'Decisions'],
    ],
  },
];

/**
 * Files of the navigation that may be missing: they come with what they are about, and the last one goes
 * where its numbers are on the page about performance.
 */
export const AWAITED: readonly string[] = [];

/** The address of a file on the site. */
export function linkOf(file: string): string {
  return `/${file.replace(/README\.md$/, '').replace(/\.md$/, '')}`;
}

/** The sidebar of the pages of a folder: what is there, with the decisions below theirs. */
export function guideSidebar(docs: string): Item[] {
  return SECTIONS.map(({ title, pages }) => ({
    text: title,
    items: pages
      .filter(([file]) => existsSync(join(docs, file)))
      .map(([file, text]) => {
        const item = { text, link: linkOf(file) };
        if (file !== 'decisions/README.md') return item;
        return { ...item, collapsed: true, items: decisionItems(docs) };
      }),
  }));
}

function decisionItems(docs: string): Item[] {
  return markdownFiles(join(docs, 'decisions'))
    .filter((file) => file !== 'README.md')
    .map((file) => ({
      text: titleOf(join(docs, 'decisions', file)),
      link: linkOf(`decisions/${file}`),
    }));
}

/**
 * The sidebars of the reference, by the beginning of the address: the entry points, and of the one that
 * is read its exports by kind and the types that have no name to import. Empty where the reference has
 * not been made.
 */
export function referenceSidebars(docs: string): Record<string, Item[]> {
  const top = 'reference/meterbook';
  if (!existsSync(join(docs, top))) return {};
  const others = foldersOf(join(docs, top)).filter((name) => !isKind(name));
  const entries = [top, ...others.map((name) => `${top}/${name}`)];
  const sidebarOf = (open?: string): Item[] => [
    { text: 'API overview', link: '/api' },
    ...entries.map((folder) => {
      const item = { text: folder.replace('reference/', ''), link: `/${folder}/` };
      return folder === open ? { ...item, items: kindItems(docs, folder) } : item;
    }),
  ];
  return Object.fromEntries([
    ['/reference/', sidebarOf()],
    ...entries.map((folder) => [`/${folder}/`, sidebarOf(folder)]),
  ]);
}

/**
 * Where the reference of each export is, seen from the pages of `docs`: by entry point and by name. What
 * is not exported is left out.
 */
export function referencePages(docs: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const pages = new Map<string, Map<string, string>>();
  const reference = join(docs, 'reference');
  if (!existsSync(reference)) return pages;
  for (const path of readdirSync(reference, { recursive: true, encoding: 'utf8' })) {
    const parts = path.split(sep);
    const [file = '', kind = '', ...entry] = parts.reverse();
    if (!file.endsWith('.md') || !isKind(kind) || entry.includes('Not-exported')) continue;
    const name = entry.reverse().join('/');
    const names = pages.get(name) ?? new Map<string, string>();
    pages.set(name, names);
    names.set(file.replace(/\.md$/, ''), `./reference/${name}/${kind}/${file}`);
  }
  return pages;
}

/** Folders of the reference that are no entry points, in the order in which they are shown. */
const KINDS: Readonly<Record<string, string>> = {
  functions: 'Functions',
  variables: 'Values',
  classes: 'Classes',
  interfaces: 'Interfaces',
  'type-aliases': 'Types',
  'Not-exported': 'Not exported',
};

function isKind(name: string): boolean {
  return Object.hasOwn(KINDS, name);
}

function kindItems(docs: string, folder: string): Item[] {
  const present = foldersOf(join(docs, folder));
  return Object.entries(KINDS)
    .filter(([kind]) => present.includes(kind))
    .map(([kind, text]) => {
      const inside = `${folder}/${kind}`;
      if (kind === 'Not-exported') {
        return { text, link: `/${inside}/`, collapsed: true, items: kindItems(docs, inside) };
      }
      const items = markdownFiles(join(docs, inside)).map((file) => ({
        text: file.replace(/\.md$/, ''),
        link: linkOf(`${inside}/${file}`),
      }));
      return { text, collapsed: true, items };
    });
}

function foldersOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((it) => it.isDirectory())
    .map(({ name }) => name);
}

function markdownFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .sort();
}

function titleOf(path: string): string {
  return /^# (.*)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? path;
}
