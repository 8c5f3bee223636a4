import type { MarkdownRenderer } from 'vitepress';

/** What the site says above a block, by the words after its fence; else its language stands there. */
const LABELS: Readonly<Record<string, string>> = {
  'ts expect-error': 'ts, does not compile',
  'ts throws': 'ts, throws',
  'ts vitest': 'ts, a test',
  'text output': 'output',
  'text error': 'error',
};

/** The same of the blocks of `errors.md`, by their place below the heading of a code. */
const ERROR_LABELS = ['js, throws', 'js, what was meant'];

/** Says above a block what the tests make of it. */
export function labelBlocks(markdown: MarkdownRenderer): void {
  const fence = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, i, options, env, self) => {
    const html = fence?.(tokens, i, options, env, self) ?? '';
    const before = tokens.slice(0, i);
    const heading = before.findLastIndex(({ type }) => type === 'heading_open');
    const place = before.slice(heading).filter(({ type }) => type === 'fence').length;
    const isOfCode = env.relativePath === 'errors.md' && tokens[heading]?.tag === 'h3';
    const label = isOfCode ? ERROR_LABELS[place] : LABELS[tokens[i]?.info.trim() ?? ''];
    if (label === undefined) return html;
    return html.replace(/<span class="lang">[^<]*</, `<span class="lang">${label}<`);
  };
}

/**
 * Calls a page by its title where a link calls it by its file, as hosts of repositories do:
 * `[record.md](record.md#timers)`.
 */
export function titleLinks(markdown: MarkdownRenderer, titles: ReadonlyMap<string, string>): void {
  markdown.core.ruler.push('title-links', ({ tokens }) => {
    for (const { children } of tokens) {
      children?.forEach((child, i) => {
        const title = titles.get(child.content);
        if (title !== undefined && children[i - 1]?.type === 'link_open') child.content = title;
      });
    }
  });
}

/** The path of a page from another one, of a reference that has been made: by entry and by name. */
export type ReferencePages = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Makes a link to its reference of every export in the first column of the tables of `api.md`, below
 * the heading that names its entry. The page itself has no such links: there is no reference in the
 * repository.
 */
export function linkExports(markdown: MarkdownRenderer, pages: ReferencePages): void {
  markdown.core.ruler.push('link-exports', ({ tokens, env, Token }) => {
    if (env.relativePath !== 'api.md') return;
    let names: ReadonlyMap<string, string> | undefined;
    let column = 0;
    tokens.forEach((token, i) => {
      if (token.type === 'heading_open' && token.tag === 'h2') {
        names = pages.get(tokens[i + 1]?.children?.[0]?.content ?? '');
      }
      if (token.type === 'tr_open') column = 0;
      if (token.type === 'td_open') column++;
      if (token.type !== 'inline' || column !== 1) return;
      token.children = (token.children ?? []).flatMap((child) => {
        const link = child.type === 'code_inline' ? names?.get(child.content) : undefined;
        if (link === undefined) return [child];
        const open = new Token('link_open', 'a', 1);
        open.attrSet('href', link);
        return [open, child, new Token('link_close', 'a', -1)];
      });
    });
  });
}
