import { Document, isMap, type Node, Scalar, YAMLMap, YAMLSeq } from 'yaml';

/** A value with a comment above its key that says why it is there. */
class Commented {
  constructor(
    readonly comment: string,
    readonly value: Yaml,
  ) {}
}

/** What a file is written from: plain data, and comments at the values of a map. */
export type Yaml =
  | string
  | number
  | boolean
  | null
  | Commented
  | readonly Yaml[]
  | { readonly [key: string]: Yaml };

/** Most characters of a line of a comment, without its mark and indentation. */
const COMMENT_WIDTH = 92;

/** The value, with a comment above its key. One line of text; it is wrapped. */
export function commented(comment: string, value: Yaml): Yaml {
  return new Commented(comment, value);
}

/**
 * A YAML document that readers of 1.1 and 1.2 read alike, with lines of comment at its top. Never wraps a
 * value, which may be long.
 */
export function yamlDocument(header: readonly string[], content: Yaml): string {
  const document = new Document(toNode(content), { version: '1.1' });
  document.commentBefore = commentText(header);
  if (isMap(document.contents)) {
    for (const [index, { key }] of document.contents.items.entries()) {
      if (key instanceof Scalar && index > 0) key.spaceBefore = true;
    }
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function toNode(content: Yaml): Node {
  if (content instanceof Commented) return toNode(content.value);
  if (Array.isArray(content)) {
    const sequence = new YAMLSeq();
    sequence.items = content.map((item: Yaml) => toNode(item));
    // Names in a pipeline read best on one line.
    sequence.flow = content.every((item) => typeof item === 'string');
    return sequence;
  }
  if (typeof content === 'object' && content !== null) {
    const map = new YAMLMap();
    for (const [name, value] of Object.entries(content)) {
      const key = new Scalar(name);
      if (value instanceof Commented) key.commentBefore = commentText(wrapped(value.comment));
      map.add({ key, value: toNode(value) });
    }
    return map;
  }
  return new Scalar(content);
}

/**
 * Lines of a comment. What ends a line in YAML, or is not allowed in it, is written as JavaScript
 * writes it: the Collector reads YAML 1.1, where U+0085, U+2028 and U+2029 end a line too, and with
 * it a comment.
 */
function commentText(lines: readonly string[]): string {
  return lines.map((line) => ` ${line.replace(NOT_IN_COMMENT, escaped)}`).join('\n');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const NOT_IN_COMMENT = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > COMMENT_WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
