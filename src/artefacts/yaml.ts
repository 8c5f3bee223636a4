import { Document } from 'yaml';

/**
 * Data as YAML: comment lines at the top, then the document in block style. The library quotes what
 * would not read back as the same text.
 */
export function toYaml(data: unknown, comments: readonly string[]): string {
  const document = new Document(data, { aliasDuplicateObjects: false });
  document.commentBefore = comments.map((line) => ` ${line}`).join('\n');
  return document.toString({ lineWidth: 0 });
}
