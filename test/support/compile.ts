import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Sources that exist in memory only stand here, beside the type tests. */
const folder = fileURLToPath(new URL('../types/', import.meta.url));
const config = join(folder, '../../tsconfig.json');

function compilerOptions(): ts.CompilerOptions {
  const { config: json } = ts.readConfigFile(config, (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(json, ts.sys, dirname(config));
  return options;
}

// Sources here are snippets: what they do not use is not what they are about.
const options: ts.CompilerOptions = { ...compilerOptions(), noUnusedLocals: false };
/** Parsed once: the declarations of the language and of the dependencies are most of the work. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** A program of these sources, by file name, as the compiler of the project checks it. */
export function compile(sources: Readonly<Record<string, string>>): ts.Program {
  const own = new Map(
    Object.entries(sources).map(([name, text]) => [join(folder, name), text] as const),
  );
  const host = ts.createCompilerHost(options, true);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => own.has(path) || fileExists.call(host, path);
  host.readFile = (path) => own.get(path) ?? readFile.call(host, path);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const text = own.get(path);
    if (text !== undefined) return ts.createSourceFile(path, text, languageVersion, true);
    if (!parsed.has(path)) {
      parsed.set(path, getSourceFile.call(host, path, languageVersion, ...rest));
    }
    return parsed.get(path);
  };
  return ts.createProgram([...own.keys()], options, host);
}

/** What the compiler says of one of the sources, each message with all of its lines. */
export function messagesOf(program: ts.Program, name: string): string[] {
  const file = program.getSourceFile(join(folder, name));
  if (file === undefined) throw new Error(`there is no source ${name}`);
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
  );
}
