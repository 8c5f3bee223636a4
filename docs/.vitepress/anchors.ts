/**
 * The anchor of a heading, without the number that a second one of the same text gets: lower case,
 * hyphens for spaces, no other punctuation. It is what hosts of repositories make of it, so that one
 * link serves there and on the site.
 */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
