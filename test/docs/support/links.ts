import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { anchorOf } from '../../../docs/.vitepress/anchors.js';
import type { Page } from './pages.js';

/** A relative link of a page, as it is written. */
export interface Link {
  readonly target: string;
  /** Line on the page, counted from 1. */
  readonly line: number;
}

/** The lines of a page that are prose: those of fenced blocks are empty. */
function prose({ text }: Page): readonly string[] {
  let isCode = false;
  return text.split('\n').map((line) => {
    if (line.startsWith('```')) {
      isCode = !isCode;
      return '';
    }
    return isCode ? '' : line;
  });
}

/** The links of a page that lead to a file of the repository or to a heading. */
export function relativeLinks(page: Page): readonly Link[] {
  return prose(page).flatMap((text, i) => {
    const inline = text.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g);
    const reference = text.matchAll(/^\[[^\]]+\]:\s*(\S+)/g);
    return [...inline, ...reference]
      .map(([, target = '']) => ({ target, line: i + 1 }))
      .filter(({ target }) => !/^[a-z]+:/i.test(target));
  });
}

/** The anchors of a page's headings, as the usual renderers make them. */
export function anchorsOf(page: Page): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = prose(page)
    .map((line) => /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1])
    .filter((heading) => heading !== undefined)
    .map((heading) => {
      const slug = slugOf(heading);
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    });
  return new Set(anchors);
}

/** A heading as an anchor: links and marks gone. */
function slugOf(heading: string): string {
  return anchorOf(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, ''));
}

/** What is wrong with the links of these pages: lines to show, or none. */
export function brokenLinks(
  pages: readonly Page[],
  root: string,
  exists: (path: string) => boolean = (path) => existsSync(path),
): readonly string[] {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  return pages.flatMap((page) =>
    relativeLinks(page).flatMap(({ target, line }) => {
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? page.path : join(dirname(page.path), file);
      const place = `${page.path}:${line}: ${target}`;
      if (relative('.', path).startsWith('..')) return [`${place} leads out of the repository`];
      if (!exists(join(root, path))) return [`${place} is not there`];
      if (anchor === undefined) return [];
      const linked = byPath.get(path);
      if (linked === undefined) return [`${place}: anchors are for pages`];
      return anchorsOf(linked).has(anchor) ? [] : [`${place}: no such heading`];
    }),
  );
}
