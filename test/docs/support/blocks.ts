import type { Page } from './pages.js';

/**
 * What the pages may say of a `ts` block, in the words after the language:
 *
 * - `run`: it is run, and ends well; a `text output` block after it is what it prints.
 * - `throws`: it is run, and ends with an error; a `text error` block after it is in the message.
 * - `expect-error`: it does not compile; a `text error` block after it is in what the compiler says.
 * - `vitest`: it is run by vitest, and passes.
 *
 * In a comment on the line before it, `<!-- continues -->` puts the blocks before it, up to the last
 * one that continues nothing, in front; `<!-- file: metrics.ts -->` lets the other blocks of the page
 * import it under that name.
 */
export const MODES = ['check', 'run', 'throws', 'expect-error', 'vitest'] as const;

export type Mode = (typeof MODES)[number];

/** A fenced block of a page as it stands. */
interface Fence {
  readonly language: string;
  readonly words: readonly string[];
  /** What the comment on the line before says. */
  readonly comment: string;
  /** Line of the first line inside, counted from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

/** A line of a program, and where it comes from. */
export interface SourceLine {
  readonly text: string;
  /** Line on the page, counted from 1. */
  readonly line: number;
}

/** A `ts` block as a program. */
export interface Block {
  readonly page: string;
  /** Line of its first line, counted from 1. */
  readonly line: number;
  readonly mode: Mode;
  /** Name of the file that it is on the page. */
  readonly file: string;
  /** The whole program: what it continues, then its own lines. */
  readonly source: readonly SourceLine[];
  /** What is expected of it: lines of output, or of an error. */
  readonly expected: readonly string[] | undefined;
}

const FENCE = /^```(\S*)(.*)$/;
const COMMENT = /^<!--\s*(.*?)\s*-->$/;

/** The fenced blocks of a page, whatever their language. Throws where one is not closed. */
export function fencesOf(page: Page): readonly Fence[] {
  const fences: Fence[] = [];
  const lines = page.text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const [, language, rest = ''] = FENCE.exec(lines[i] as string) ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf('```', i + 1);
    if (end === -1) throw new Error(`${page.path}:${i + 1}: the block is not closed`);
    fences.push({
      language,
      words: rest.split(/\s+/).filter((word) => word !== ''),
      comment: COMMENT.exec(lines[i - 1] ?? '')?.[1] ?? '',
      line: i + 2,
      lines: lines.slice(i + 1, end),
    });
    i = end;
  }
  return fences;
}

/** The programs of a page. Throws for marks that it does not know. */
export function blocksOf(page: Page): readonly Block[] {
  const fences = fencesOf(page);
  const blocks: Block[] = [];
  let chain: SourceLine[] = [];
  fences.forEach((fence, i) => {
    if (fence.language !== 'ts') return;
    const mode = modeOf(page, fence);
    const own = fence.lines.map((text, n) => ({ text, line: fence.line + n }));
    const isContinued = fence.comment === 'continues';
    if (isContinued && chain.length === 0) {
      throw new Error(`${page.path}:${fence.line}: there is nothing to continue`);
    }
    const source = isContinued ? [...chain, ...own] : own;
    if (mode !== 'expect-error' && mode !== 'throws') chain = source;
    blocks.push({
      page: page.path,
      line: fence.line,
      mode,
      file: fileOf(fence, mode),
      source,
      expected: expectedOf(page, mode, fences[i + 1]),
    });
  });
  return blocks;
}

function modeOf({ path }: Page, { words, line, comment }: Fence): Mode {
  const [word = 'check', ...more] = words;
  const mode = MODES.find((it) => it === word);
  if (mode === undefined || more.length > 0 || word !== (words[0] ?? 'check')) {
    throw new Error(`${path}:${line}: no block can be marked "${words.join(' ')}"`);
  }
  if (comment !== '' && comment !== 'continues' && !comment.startsWith('file: ')) {
    throw new Error(`${path}:${line}: no block can be marked <!-- ${comment} -->`);
  }
  return mode;
}

function fileOf({ comment, line }: Fence, mode: Mode): string {
  if (comment.startsWith('file: ')) return comment.slice('file: '.length);
  return mode === 'vitest' ? `line-${line}.test.ts` : `line-${line}.ts`;
}

/** The `text output` or `text error` block that comes next, where there is one. */
function expectedOf(
  { path }: Page,
  mode: Mode,
  next: Fence | undefined,
): readonly string[] | undefined {
  if (next === undefined || next.language !== 'text' || next.words.length === 0) return undefined;
  const kind = next.words.join(' ');
  const fits = mode === 'run' ? 'output' : mode === 'check' || mode === 'vitest' ? '' : 'error';
  if (kind !== fits)
    throw new Error(`${path}:${next.line}: "text ${kind}" follows a ${mode} block`);
  return next.lines;
}
