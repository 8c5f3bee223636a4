import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The names that an index file exports; index files list theirs one by one. */
export function exportsOf(path: string): readonly string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  return file.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause } = statement;
      if (exportClause === undefined || !ts.isNamedExports(exportClause)) {
        throw new Error(`${path}: export the names one by one`);
      }
      return exportClause.elements.map(({ name }) => name.text);
    }
    if (!ts.canHaveModifiers(statement)) return [];
    const isExported = ts
      .getModifiers(statement)
      ?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (isExported) throw new Error(`${path}: declare it in a file of its own and export its name`);
    return [];
  });
}
