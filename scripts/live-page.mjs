/**
 * Bundles the page of the live view: what `npm run build` writes to dist/live, and what the live view
 * serves when it runs from source.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PAGE = new URL('../src/live/page/', import.meta.url);

/**
 * The files of the page by their names: a script, a style sheet, the document and its icon.
 *
 * @returns {Promise<Record<string, string>>}
 */
export async function buildPage() {
  const { outputFiles } = await build({
    entryPoints: {
      page: fileURLToPath(new URL('main.tsx', PAGE)),
      // Under another name it would be taken for the styles that the script imports.
      style: fileURLToPath(new URL('page.css', PAGE)),
    },
    bundle: true,
    write: false,
    outdir: 'live',
    format: 'esm',
    platform: 'browser',
    target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
    minify: true,
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: '{}',
  });
  const textOf = (/** @type {string} */ extension) => {
    const file = outputFiles.find(({ path }) => path.endsWith(extension));
    if (file === undefined) throw new Error(`the page has no ${extension}`);
    return file.text;
  };
  return {
    'index.html': await readFile(new URL('index.html', PAGE), 'utf8'),
    'page.js': textOf('.js'),
    'page.css': textOf('.css'),
    'icon.svg': await readFile(new URL('icon.svg', PAGE), 'utf8'),
  };
}

/**
 * Writes the files of the page into a folder.
 *
 * @param {string} folder
 */
export async function writePage(folder) {
  await mkdir(folder, { recursive: true });
  const files = Object.entries(await buildPage());
  await Promise.all(files.map(([name, text]) => writeFile(`${folder}/${name}`, text)));
}
