import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { effortOf, type Options } from './options.js';
import { type Baseline, baselineOf, changesSince } from './report/baseline.js';
import { chartSvg } from './report/chart.js';
import { chartPath, toMarkdown } from './report/markdown.js';
import type { Section } from './report/measurement.js';
import { verdictsOf } from './report/verdict.js';
import { bucketSearchSection } from './sections/bucket-search.js';
import { collectSection } from './sections/collect.js';
import { type Context, subjectsOf } from './sections/context.js';
import { curveSections } from './sections/curves.js';
import { exportSections } from './sections/encode.js';
import { httpSection } from './sections/http.js';
import { importSection } from './sections/import.js';
import { languagesSection } from './sections/languages.js';
import { memorySections } from './sections/memory.js';
import { serviceSection } from './sections/service.js';
import { speedSections } from './sections/speed.js';
import { stallSection } from './sections/stall.js';
import { writersSection } from './sections/writers.js';
import { describeMachine } from './support/machine.js';
import { preparePrograms } from './support/programs.js';

/** Where the parts are that the bench is made of. */
export interface Sources {
  /** The folder that the build of the bench wrote: workers, lock files of peers, programs of other languages. */
  readonly bench: string;
  /** The built `meterbook`: `dist/index.js`. */
  readonly entry: string;
}

/** Measures some sections; a sentence for each thing that could not be measured. */
export interface Part {
  /** The words of its sections. */
  readonly ids: readonly string[];
  run(context: Context): Promise<{
    readonly sections: readonly Section[];
    readonly leftOut?: readonly string[];
  }>;
}

function partsOf({ bench, entry }: Sources): readonly Part[] {
  const part = (ids: readonly string[], run: (context: Context) => readonly Section[]): Part => ({
    ids,
    run: async (context) => ({ sections: run(context) }),
  });
  return [
    part(['record', 'bound'], speedSections),
    part(['series', 'attributes'], curveSections),
    part(['encode', 'export'], exportSections),
    part(['collect'], (context) => [collectSection(context)]),
    part(['stall'], (context) => [stallSection(context)]),
    part(['service'], (context) => [serviceSection(context)]),
    part(['allocation', 'memory'], memorySections),
    part(['writers'], (context) => [writersSection(context)]),
    part(['import'], (context) => [importSection(context, entry)]),
    part(['http'], (context) => [httpSection(context)]),
    part(['buckets'], (context) => [bucketSearchSection(context)]),
    {
      ids: ['languages'],
      run: async (context) => {
        const { section, leftOut } = languagesSection(context, join(bench, 'native'));
        return { sections: section === undefined ? [] : [section], leftOut };
      },
    },
  ];
}

/** The words of all sections, in the order of the report. */
export function sectionIds(more: readonly Part[] = []): readonly string[] {
  return [...partsOf({ bench: '', entry: '' }), ...more].flatMap(({ ids }) => ids);
}

/**
 * Measures, prints the report or its numbers, writes them where the options say so, and gives the exit code.
 * Throws what a user can mend: an unknown section, libraries that cannot be installed.
 */
export async function runBench(
  options: Options,
  sources: Sources,
  more: readonly Part[] = [],
): Promise<number> {
  const { only, out } = options;
  const unknown = only.find((id) => !sectionIds(more).includes(id));
  if (unknown !== undefined) {
    throw new Error(`There is no section "${unknown}". There are ${sectionIds(more).join(', ')}.`);
  }
  const progress = (what: string) => console.error(`measuring ${what}`);
  const { bench } = sources;
  const programs = preparePrograms(
    { worker: join(bench, 'worker'), peers: join(bench, 'peers') },
    progress,
  );
  const context = { effort: effortOf(options), programs, subjects: subjectsOf(programs), progress };
  const sections: Section[] = [];
  const leftOut: string[] = [];
  for (const part of [...partsOf(sources), ...more]) {
    if (only.length > 0 && !part.ids.some((id) => only.includes(id))) continue;
    const result = await part.run(context);
    sections.push(...result.sections);
    leftOut.push(...(result.leftOut ?? []));
  }
  const machine = describeMachine(sources.entry, programs);
  const baseline =
    options.baseline ?? (out === undefined ? undefined : join(out, 'performance.json'));
  const changes = changesOf(baseline, sections);
  const markdown = toMarkdown(machine, sections, leftOut, changes);
  if (out !== undefined) write(out, sections, toMarkdown(machine, sections, leftOut));
  console.log(options.json ? JSON.stringify({ machine, leftOut, sections }, null, 2) : markdown);
  const verdicts = sections.flatMap(({ rows }) => rows.flatMap(verdictsOf));
  return options.assert && verdicts.some(({ isMissedByFar }) => isMissedByFar) ? 1 : 0;
}

function changesOf(path: string | undefined, sections: readonly Section[]): string | undefined {
  if (path === undefined || !existsSync(path)) return undefined;
  return changesSince(JSON.parse(readFileSync(path, 'utf8')) as Baseline, sections);
}

/** The report, a drawing for each curve, and the ratios that a later run is compared with. */
function write(out: string, sections: readonly Section[], markdown: string): void {
  const put = (path: string, content: string) => {
    const file = join(out, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  put('performance.md', markdown);
  put('performance.json', `${JSON.stringify(baselineOf(sections), null, 2)}\n`);
  for (const section of sections) {
    if (section.chart !== undefined) put(chartPath(section), chartSvg(section));
  }
}
