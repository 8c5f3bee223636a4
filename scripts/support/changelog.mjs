/** What the scripts of a release read and write of CHANGELOG.md, a text in the form of Keep a Changelog. */

const UNRELEASED = '## [Unreleased]';

/**
 * The text below one heading of the second level, up to the next one; `undefined` where there is none.
 *
 * @param {string} changelog
 * @param {string} heading its beginning, such as `## [1.2.0]`
 * @returns {string | undefined}
 */
function below(changelog, heading) {
  const lines = changelog.split('\n');
  const start = lines.findIndex((line) => line.startsWith(heading));
  if (start === -1) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('## '));
  return lines
    .slice(start + 1, length === -1 ? undefined : start + 1 + length)
    .join('\n')
    .trim();
}

/** @param {string} changelog */
export const unreleased = (changelog) => below(changelog, UNRELEASED);

/**
 * What it says of a version; `undefined` where that has no heading.
 *
 * @param {string} changelog
 * @param {string} version
 */
export const notesOf = (changelog, version) => below(changelog, `## [${version}]`);

/**
 * The changelog with what was unreleased under the heading of a version. Throws where nothing is
 * unreleased, or the version is there already.
 *
 * @param {string} changelog
 * @param {string} version
 * @param {string} date `YYYY-MM-DD`
 */
export function withVersion(changelog, version, date) {
  if ((unreleased(changelog) ?? '') === '') {
    throw new Error(`CHANGELOG.md has nothing under "${UNRELEASED}": say what has changed`);
  }
  if (notesOf(changelog, version) !== undefined) {
    throw new Error(`CHANGELOG.md has ${version} already: add a changeset, with npx changeset`);
  }
  return changelog.replace(UNRELEASED, () => `${UNRELEASED}\n\n## [${version}] - ${date}`);
}

/**
 * What stands in the way of releasing a version: lines to show, or none.
 *
 * @param {string} changelog
 * @param {string} version
 * @returns {readonly string[]}
 */
export function changelogFaults(changelog, version) {
  const notes = notesOf(changelog, version);
  const isDated = /^\d{4}-\d{2}-\d{2}$/.test(
    changelog.split(`\n## [${version}] - `)[1]?.split('\n')[0] ?? '',
  );
  return [
    ...(notes === undefined ? [`CHANGELOG.md has no ${version}: run npm run next-version`] : []),
    ...(notes === '' ? [`CHANGELOG.md says nothing of ${version}`] : []),
    ...(notes !== undefined && !isDated ? [`CHANGELOG.md has no date of ${version}`] : []),
    ...((unreleased(changelog) ?? '') === ''
      ? []
      : ['CHANGELOG.md has changes under "Unreleased", which this release would contain']),
  ];
}
