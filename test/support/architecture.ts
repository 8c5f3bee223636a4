import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import { findCycles } from './cycles.js';

/** Source text by path below `src`, with forward slashes: `core/series.ts`. */
export type SourceTree = ReadonlyMap<string, string>;

/** The rules that {@link checkArchitecture} holds. */
export type Rule =
  | 'layer'
  | 'internals'
  | 'package'
  | 'cycle'
  | 'resolve'
  | 'length'
  | 'export-star'
  | 'file-name'
  | 'unknown-layer';

export interface Violation {
  readonly rule: Rule;
  /** Path below `src`. */
  readonly file: string;
  /** What is wrong and what to do instead. */
  readonly message: string;
}

interface Layer {
  /** Layers it may import from. */
  readonly imports: readonly string[];
  /** Files of other layers that it may import besides. */
  readonly files?: readonly string[];
  /** Whether what it imports of other layers must be their `index.ts`. */
  readonly surfaceOnly: boolean;
  /** Packages it may import; left out: Node's own and those that package.json names. */
  readonly packages?: RegExp;
}

/** A file with more lines than this fails; past {@link WISHED_LINES} it wants to be two. */
export const MAX_LINES = 500;
export const WISHED_LINES = 400;

const NOTHING = /^(?!)/;
const NODE_AND_OPENTELEMETRY = /^(node:|@opentelemetry\/)/;
/**
 * Packages that the build copies into dist, so that they are no dependency of ours, by the layer that
 * may import them. Their licences are in THIRD-PARTY-NOTICES.md.
 */
export const BUNDLED: Readonly<Record<string, string>> = {
  'eventsource-parser': 'agent',
  preact: 'live/page',
  uplot: 'live/page',
  yaml: 'artefacts',
};
/** Packages of which a layer may import types, so that nothing of them runs or is shipped. */
const TYPES_ONLY: Readonly<Record<string, string>> = {
  '@grafana/grafana-foundation-sdk': 'artefacts',
};
const FOUNDATION = ['errors', 'disk', 'declare', 'core', 'otel', 'setup', 'index', 'standard'];
const EDGES = ['agent', 'http', 'jobs', 'db', 'testing'];

/** What runs in a browser: a layer of its own, below another one. */
const PAGE = 'live/page';

/**
 * The layers by the first segment of the path below `src`; `index` is `src/index.ts`, the public
 * surface of `meterbook`. A layer may always import from itself.
 */
const LAYERS: Readonly<Record<string, Layer>> = {
  errors: { imports: [], surfaceOnly: false, packages: NOTHING },
  disk: { imports: [], surfaceOnly: false, packages: /^node:(crypto|fs|path)$/ },
  declare: { imports: ['errors'], surfaceOnly: false, packages: NOTHING },
  core: {
    imports: ['errors', 'declare'],
    surfaceOnly: false,
    packages: /^node:(async_hooks|perf_hooks)$/,
  },
  otel: {
    imports: ['errors', 'disk', 'declare', 'core'],
    surfaceOnly: false,
    packages: NODE_AND_OPENTELEMETRY,
  },
  setup: {
    imports: ['errors', 'declare', 'core', 'otel'],
    surfaceOnly: false,
    packages: NODE_AND_OPENTELEMETRY,
  },
  index: { imports: ['errors', 'declare', 'core', 'otel', 'setup'], surfaceOnly: false },
  standard: { imports: ['errors', 'declare', 'core', 'otel'], surfaceOnly: true },
  ...Object.fromEntries(
    EDGES.map((edge) => [edge, { imports: [...FOUNDATION, ...EDGES], surfaceOnly: true }]),
  ),
  artefacts: { imports: ['errors', 'declare'], surfaceOnly: false },
  live: { imports: [...FOUNDATION, ...EDGES, 'artefacts'], surfaceOnly: true },
  [PAGE]: {
    imports: [],
    files: ['live/protocol.ts', 'live/asking.ts', 'live/format.ts'],
    surfaceOnly: true,
    packages: /^(preact|uplot)(\/|$)/,
  },
  cli: { imports: [...FOUNDATION, ...EDGES, 'artefacts', 'live'], surfaceOnly: true },
};

/**
 * Holds the layers of the design against a source tree: which layer may import which, that edges
 * use public surfaces alone, which packages a layer may know, no import cycle (type-only imports
 * counted), and the shape of files.
 *
 * @param tree what is below `src`
 * @param packages the runtime and peer dependencies of package.json
 */
export function checkArchitecture(
  tree: SourceTree,
  packages: readonly string[],
): readonly Violation[] {
  const violations: Violation[] = [];
  const graph = new Map<string, readonly string[]>();
  for (const [file, text] of tree) {
    const report = (rule: Rule, message: string) => violations.push({ rule, file, message });
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const layer = LAYERS[layerOf(file)];
    checkShape(file, source, report);
    if (layer === undefined) {
      report('unknown-layer', `no layer is called "${layerOf(file)}"; add it to LAYERS`);
    }
    const targets: string[] = [];
    for (const { specifier, isOfTypes } of importsOf(source)) {
      if (!specifier.startsWith('.')) {
        const isTypesOnly = isOfTypes && TYPES_ONLY[ownerOf(specifier)] === layerOf(file);
        if (layer !== undefined && !isTypesOnly) {
          checkPackage(specifier, layer, file, packages, report);
        }
        continue;
      }
      const target = resolve(file, specifier, tree);
      if (target === undefined) {
        report('resolve', `"${specifier}" names no source file; write "./name.js" for ./name.ts`);
        continue;
      }
      targets.push(target);
      if (layer !== undefined) checkLayer(file, target, layer, report);
    }
    graph.set(file, targets);
  }
  for (const cycle of findCycles(graph)) {
    violations.push({
      rule: 'cycle',
      file: cycle[0] as string,
      message: `imports itself by way of ${[...cycle.slice(1), cycle[0]].join(' → ')}`,
    });
  }
  return violations;
}

/** A layer as the imports have it. */
export interface LayerUse {
  /** Its first folder below `src`, or `live/page`. */
  readonly name: string;
  /** How many files it has. */
  readonly files: number;
  /** The layers that its files import, sorted, type-only imports included. */
  readonly imports: readonly string[];
}

/** The layers of a source tree and what they really import of each other, by name. */
export function layerUses(tree: SourceTree): readonly LayerUse[] {
  const uses = new Map<string, { files: number; imports: Set<string> }>();
  for (const [file, text] of tree) {
    const name = layerOf(file);
    const use = uses.get(name) ?? { files: 0, imports: new Set() };
    uses.set(name, use);
    use.files += 1;
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    for (const { specifier } of importsOf(source)) {
      const target = resolve(file, specifier, tree);
      if (target !== undefined && layerOf(target) !== name) use.imports.add(layerOf(target));
    }
  }
  return [...uses]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { files, imports }]) => ({ name, files, imports: [...imports].sort() }));
}

/** The TypeScript files below `directory`, read into memory. */
export function readTree(directory: string): SourceTree {
  const tree = new Map<string, string>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.[cm]?tsx?$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    tree.set(relative(directory, path).split(sep).join('/'), readFileSync(path, 'utf8'));
  }
  return tree;
}

/** Lines of code as an editor counts them: the line break at the end opens no further one. */
export function lineCount(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

type Report = (rule: Rule, message: string) => void;

function checkShape(file: string, source: ts.SourceFile, report: Report): void {
  const lines = lineCount(source.text);
  if (lines > MAX_LINES) report('length', `${lines} lines; split it, ${MAX_LINES} is the most`);
  const isNamed = /^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.tsx?$/.test(file);
  if (!isNamed || (file.endsWith('x') && layerOf(file) !== PAGE)) {
    report('file-name', 'folders and files are named in kebab-case and end in .ts');
  }
  if (!/(^|\/)index\.ts$/.test(file)) return;
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier && !statement.exportClause) {
      report('export-star', `"${statement.getText()}": list the names instead`);
    }
  }
}

function checkLayer(file: string, target: string, layer: Layer, report: Report): void {
  const from = layerOf(file);
  const to = layerOf(target);
  if (from === to || layer.files?.includes(target)) return;
  if (!layer.imports.includes(to)) {
    const allowed = layer.imports.length === 0 ? 'nothing' : layer.imports.join(', ');
    report('layer', `imports ${target}; ${from} may import ${allowed}`);
  } else if (layer.surfaceOnly && !isSurface(target)) {
    report('internals', `imports ${target}; of other layers ${from} may import index.ts alone`);
  }
}

function checkPackage(
  specifier: string,
  layer: Layer,
  file: string,
  packages: readonly string[],
  report: Report,
): void {
  if (layer.packages !== undefined && !layer.packages.test(specifier)) {
    report('package', `imports ${specifier}, which ${layerOf(file)} must not know`);
    return;
  }
  if (specifier.startsWith('node:') || BUNDLED[ownerOf(specifier)] === layerOf(file)) return;
  if (!packages.includes(ownerOf(specifier))) {
    report('package', `imports ${specifier}, which package.json names as no dependency`);
  }
}

/** The package that a module is of: `@scope/name` of `@scope/name/part`. */
function ownerOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** A module that a file names. */
interface Import {
  readonly specifier: string;
  /** Whether the compiler leaves nothing of it in what runs. */
  readonly isOfTypes: boolean;
}

/** Every module that a file names: imports, re-exports, `import()`, `import('…').T`, `require()`. */
function importsOf(source: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, isOfTypes = false) => {
    if (node !== undefined && ts.isStringLiteralLike(node)) {
      found.push({ specifier: node.text, isOfTypes });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.isTypeOnly);
    } else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isExternalModuleReference(node)) add(node.expression);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    } else if (ts.isCallExpression(node) && isLoad(node.expression)) add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isLoad(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(callee) && callee.text === 'require';
}

function layerOf(file: string): string {
  if (file.startsWith(`${PAGE}/`)) return PAGE;
  return (file.split('/')[0] as string).replace(/\.ts$/, '');
}

function isSurface(file: string): boolean {
  return file === 'index.ts' || file === 'errors.ts' || /^[^/]+\/index\.ts$/.test(file);
}

function resolve(file: string, specifier: string, tree: SourceTree): string | undefined {
  if (!specifier.endsWith('.js')) return undefined;
  const path = new URL(specifier, `file:///src/${file}`).pathname;
  if (!path.startsWith('/src/')) return undefined;
  const name = path.slice('/src/'.length).replace(/\.js$/, '');
  return [`${name}.ts`, `${name}.tsx`].find((target) => tree.has(target));
}
