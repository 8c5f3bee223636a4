import { join } from 'node:path';
import ts from 'typescript';
import type { Block } from './blocks.js';
import { root } from './pages.js';

/** The entries of the package, where their sources are. */
export const ENTRIES: Readonly<Record<string, string>> = {
  meterbook: join(root, 'src/index.ts'),
  'meterbook/agent': join(root, 'src/agent/index.ts'),
  'meterbook/artefacts': join(root, 'src/artefacts/index.ts'),
  'meterbook/db': join(root, 'src/db/index.ts'),
  'meterbook/http': join(root, 'src/http/index.ts'),
  'meterbook/jobs': join(root, 'src/jobs/index.ts'),
  'meterbook/testing': join(root, 'src/testing/index.ts'),
};

/** What the compiler says of one block. */
export interface Finding {
  /** `docs/declare.md:12`, or the block's first line for what lies in the lines that it continues. */
  readonly place: string;
  readonly message: string;
}

/** Where a block lies as a file: a folder per page below the root, so that packages are found. */
export function pathOf({ page, file }: Block): string {
  return join(root, 'docs/.blocks', page.replace(/\.md$/, ''), file);
}

/** Options of the repository, less what only bothers an example: names that nobody uses. */
function compilerOptions(): ts.CompilerOptions {
  const file = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(file.config.compilerOptions, root);
  return {
    ...options,
    noUnusedLocals: false,
    noUnusedParameters: false,
    paths: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, [path]])),
  };
}

/** Compiles all blocks in one program. The answer has an entry for each, empty where it compiles. */
export function compile(blocks: readonly Block[]): ReadonlyMap<Block, readonly Finding[]> {
  const options = compilerOptions();
  const files = new Map(blocks.map((block) => [pathOf(block), textOf(block)]));
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([...files.keys()], options, {
    ...host,
    fileExists: (path) => files.has(path) || host.fileExists(path),
    readFile: (path) => files.get(path) ?? host.readFile(path),
    getSourceFile: (path, target, ...rest) => {
      const text = files.get(path);
      if (text === undefined) return host.getSourceFile(path, target, ...rest);
      const impliedNodeFormat = ts.ModuleKind.ESNext;
      const settings = typeof target === 'object' ? target : { languageVersion: target };
      return ts.createSourceFile(path, text, { ...settings, impliedNodeFormat }, true);
    },
    directoryExists: (path) => {
      const isAbove = [...files.keys()].some((file) => file.startsWith(`${path}/`));
      return isAbove || (host.directoryExists?.(path) ?? true);
    },
  });
  return new Map(blocks.map((block) => [block, findingsIn(program, block)]));
}

function textOf({ source }: Block): string {
  return source.map(({ text }) => text).join('\n');
}

function findingsIn(program: ts.Program, block: Block): readonly Finding[] {
  const file = program.getSourceFile(pathOf(block));
  if (file === undefined) throw new Error(`${block.page}:${block.line} is not in the program`);
  const diagnostics = [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ];
  return diagnostics.map(({ start = 0, messageText }) => {
    const { line } = file.getLineAndCharacterOfPosition(start);
    return {
      place: `${block.page}:${block.source[line]?.line ?? block.line}`,
      message: ts.flattenDiagnosticMessageText(messageText, '\n'),
    };
  });
}

/** What is wrong with a block, given what the compiler says of it: lines to show, or none. */
export function faultsOf(block: Block, findings: readonly Finding[]): readonly string[] {
  if (block.mode !== 'expect-error') {
    return findings.map(({ place, message }) => `${place}: ${message}`);
  }
  if (findings.length === 0) return [`${block.page}:${block.line}: compiles, and must not`];
  const last = block.line + block.source.length;
  const outside = findings.filter(({ place }) => {
    const line = Number(place.split(':')[1]);
    return line < block.line || line > last;
  });
  if (outside.length > 0) {
    return outside.map(({ place, message }) => `${place}: not in the block itself: ${message}`);
  }
  const said = squeeze(findings.map(({ message }) => message).join('\n'));
  return (block.expected ?? [])
    .filter((line) => line.trim() !== '…' && !said.includes(squeeze(line)))
    .map(
      (line) => `${block.page}:${block.line}: the compiler does not say "${line}", but: ${said}`,
    );
}

/** Pages break lines where it suits them. */
function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
