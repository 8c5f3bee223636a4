/** What npm always packs, whatever `files` says. */
const ALWAYS = /^(package\.json|README\.md|LICENSE)$/;

/**
 * What is wrong with the files that npm would pack: lines to show, or none.
 *
 * @param {{ files?: readonly string[], bin?: Readonly<Record<string, string>>, exports?: unknown }} manifest
 * @param {readonly string[]} packed paths below the root, with forward slashes
 * @returns {readonly string[]}
 */
export function packFaults({ files = [], bin = {}, exports = {} }, packed) {
  const promised = [...targetsOf(exports), ...targetsOf(bin)].map((it) => it.replace(/^\.\//, ''));
  const missing = [...new Set(promised), 'README.md', 'LICENSE', 'CHANGELOG.md'].filter(
    (path) => !packed.includes(path),
  );
  const allowed = files.filter((pattern) => !pattern.startsWith('!'));
  const foreign = packed.filter(
    (path) => !ALWAYS.test(path) && !allowed.some((it) => path === it || path.startsWith(`${it}/`)),
  );
  const strange = packed.filter((path) => /(^|\/)(\.env|\.npmrc|node_modules\/)|\.tgz$/.test(path));
  return [
    ...missing.map((path) => `the package would lack ${path}`),
    ...foreign.map((path) => `the package would have ${path}, which "files" does not name`),
    ...strange.map((path) => `the package would have ${path}`),
  ];
}

/**
 * Every path in a tree of conditions.
 *
 * @param {unknown} tree
 * @returns {readonly string[]}
 */
function targetsOf(tree) {
  if (typeof tree === 'string') return [tree];
  return typeof tree === 'object' && tree !== null ? Object.values(tree).flatMap(targetsOf) : [];
}
