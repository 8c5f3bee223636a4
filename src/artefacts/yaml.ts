import { Document, Scalar, visit } from 'yaml';
import { wellFormed } from './well-formed.js';

/**
 * Characters that the readers of YAML 1.1, which Prometheus and the Collector use, refuse or take for the
 * end of a line, unlike those of YAML 1.2: they may be written as escapes alone.
 */
const UNSAFE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * Data as YAML that readers of 1.1 and of 1.2 read alike: comment lines at the top, then the document in
 * block style. The library quotes what would not read back as the same text.
 */
export function toYaml(data: unknown, comments: readonly string[]): string {
  const document = new Document(data, { aliasDuplicateObjects: false, version: '1.1' });
  document.commentBefore = comments.map((line) => ` ${line}`).join('\n');
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value !== 'string') return;
      const text = wellFormed(scalar.value);
      scalar.value = text;
      if (text.search(UNSAFE) !== -1) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 }).replace(UNSAFE, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
