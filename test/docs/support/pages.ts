import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A page of the documentation. */
export interface Page {
  /** Path below the root, with forward slashes: `docs/declare.md`. */
  readonly path: string;
  readonly text: string;
}

/** The pages at the root that a user or contributor reads. */
const ROOT_PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  '.changeset/README.md',
];

/** Every page: those at the root, and all below `docs` but the reference, which is made of comments. */
export function readPages(): readonly Page[] {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.startsWith('reference'))
    .map((path) => `docs/${path.split(sep).join('/')}`)
    .sort();
  return [...ROOT_PAGES, ...inDocs].map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }));
}
