import { fileURLToPath } from 'node:url';
import {
  Application,
  Converter,
  type DeclarationReflection,
  type ProjectReflection,
  QueryType,
  ReferenceType,
  ReflectionKind,
  TSConfigReader,
  TypeParameterReflection,
  UnknownType,
} from 'typedoc';
import { type Entry, readEntries } from './entries.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where the reference is written: pages beside the others, and in no commit. */
export const REFERENCE = `${root}docs/reference`;

/** Longest type that a reader can take in, characters; the whole registry has 40,000. */
const LONGEST_TYPE = 1_500;

/**
 * Writes the API reference from the doc comments of every entry point: a page per export, and per type
 * that an export mentions and that has no name to import. Replaces what is there. Throws where a
 * comment has a link that leads nowhere, or TypeDoc fails.
 */
export async function writeReference(): Promise<void> {
  const entries = readEntries();
  const app = await Application.bootstrapWithPlugins(
    {
      entryPoints: entries.map(({ source }) => `${root}${source}`),
      tsconfig: `${root}tsconfig.json`,
      // Types are the business of `npm run check`.
      skipErrorChecking: true,
      plugin: ['typedoc-plugin-markdown', 'typedoc-plugin-missing-exports'],
      // Without these two TypeDoc empties `docs` to put its own pages there.
      out: REFERENCE,
      outputs: [{ name: 'markdown', path: REFERENCE }],
      name: 'API reference',
      readme: 'none',
      logLevel: 'Warn',
      treatWarningsAsErrors: true,
      sort: ['source-order'],
      excludeExternals: true,
      excludePrivate: true,
      disableSources: true,
      ...MARKDOWN,
    },
    [new TSConfigReader()],
  );
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    nameModules(project, entries);
    shortenTypes(project);
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read the entry points');
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) {
    throw new Error('The reference has the faults above');
  }
}

/** Options of typedoc-plugin-markdown and of typedoc-plugin-missing-exports. */
const MARKDOWN = {
  router: 'member',
  entryFileName: 'index',
  internalModule: 'Not exported',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  // What stands in a comment is text: no markup of Vue's.
  sanitizeComments: true,
  expandObjects: true,
  tableColumnSettings: { hideModifiers: true },
  indexFormat: 'table',
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  propertyMembersFormat: 'table',
};

/** Modules are called as they are imported. */
function nameModules(project: ProjectReflection, entries: readonly Entry[]): void {
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const entry = entries.find(
      ({ source }) =>
        source === `src/${module.name}.ts` || source === `src/${module.name}/index.ts`,
    );
    if (entry !== undefined) module.name = entry.name;
  }
}

/**
 * The type of the standard registry is spelt out wherever it is a default: there it becomes
 * `typeof agentMetrics`, and where it is declared, `…`.
 */
function shortenTypes(project: ProjectReflection): void {
  const standard = project.getChildByName(['meterbook/agent', 'agentMetrics']);
  if (standard === undefined) throw new Error('There is no agentMetrics');
  for (const reflection of Object.values(project.reflections)) {
    if (reflection instanceof TypeParameterReflection) {
      if (isLong(reflection.default)) {
        reflection.default = new QueryType(
          ReferenceType.createResolvedReference(standard.name, standard, project),
        );
      }
    } else if (reflection.kindOf(ReflectionKind.Variable)) {
      const variable = reflection as DeclarationReflection;
      if (isLong(variable.type)) variable.type = new UnknownType('…');
    }
  }
}

function isLong(type: { toString(): string } | undefined): boolean {
  return type !== undefined && type.toString().length > LONGEST_TYPE;
}
