import type { Page } from './pages.js';

export const FENCE = '```';

/** A part of a made-up page: the words of a block, the comment above it, and what is in it. */
export type Part = readonly [words: string, comment: string, text: string];

/** A page made of blocks, for the tests of the checker itself. */
export function pageOf(...parts: readonly Part[]): Page {
  const text = parts
    .map(([words, comment, inside]) => `${comment}\n${FENCE}${words}\n${inside}\n${FENCE}\n`)
    .join('\n');
  return { path: 'docs/made-up.md', text };
}
