/**
 * `npm run api`: writes what each entry of the package exports, with the types behind it, into
 * `etc/api/<entry>.api.md`, so that a pull request shows what it changes of the surface. It reads the
 * built declarations: `npm run build` comes first.
 *
 * `-- --check` writes nothing and exits with 1 where a report is not what the build says; a step of
 * `npm run check`. `-- --root FOLDER` does it for another package.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

/** How many lines of a difference are shown; the rest is in the diff that `npm run api` makes. */
const SHOWN_LINES = 12;

const own = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { check: { type: 'boolean' }, root: { type: 'string', default: own } },
});
const reports = join(values.root, 'etc/api');

/** @type {Readonly<Record<string, unknown>>} */
const exported = JSON.parse(readFileSync(join(values.root, 'package.json'), 'utf8')).exports;

const folder = mkdtempSync(join(tmpdir(), 'meterbook-api-'));
try {
  for (const [name, target] of Object.entries(exported)) {
    const types = typesOf(target);
    if (types !== undefined) report(name, join(values.root, types));
  }
  if (values.check) process.exitCode = check();
  else write();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * The declarations of an entry, for those who import it; `undefined` for one that is a plain file.
 *
 * @param {unknown} target
 * @returns {string | undefined}
 */
function typesOf(target) {
  const conditions = /** @type {{ import?: { types?: string } }} */ (target);
  return typeof target === 'string' ? undefined : conditions.import?.types;
}

/**
 * Makes the report of one entry in the temporary folder.
 *
 * @param {string} name the entry, as package.json has it: `.` or `./http`
 * @param {string} types its declarations
 */
function report(name, types) {
  if (!existsSync(types)) throw new Error(`${types} is not there: run npm run build first`);
  const compilerOptions = {
    ...{ target: 'ES2022', lib: ['ES2023', 'ESNext.Disposable'] },
    ...{ module: 'NodeNext', moduleResolution: 'NodeNext', strict: true, skipLibCheck: true },
    ...{ types: ['node'], typeRoots: [join(own, 'node_modules/@types')] },
  };
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(values.root, 'package.json'),
    configObject: {
      projectFolder: values.root,
      mainEntryPointFilePath: types,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions, files: [types] } },
      apiReport: {
        enabled: true,
        reportFileName: `${basename(types, '.d.ts')}.api.md`,
        reportFolder: folder,
        reportTempFolder: join(folder, 'temp'),
        // What is not exported itself, but is in the type of something that is.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
    },
  });
  /** @type {string[]} */
  const errors = [];
  const { succeeded } = Extractor.invoke(config, {
    localBuild: true,
    // Its advice on comments is not ours: what they say is held by the tests and by reading.
    messageCallback: (message) => {
      if (message.logLevel === 'error') errors.push(message.text);
      message.handled = true;
    },
  });
  if (!succeeded) throw new Error(`no report of ${name}:\n${errors.join('\n')}`);
  const path = join(folder, `${basename(types, '.d.ts')}.api.md`);
  writeFileSync(path, inOrder(readFileSync(path, 'utf8')));
}

/**
 * Unions of strings in alphabetical order: the compiler has them in the order in which it came across
 * them, which changes with code that is elsewhere.
 *
 * @param {string} text
 */
function inOrder(text) {
  return text.replace(/"[^"\n]*"(?: \| "[^"\n]*")+/g, (union) =>
    union.split(' | ').sort().join(' | '),
  );
}

/** @returns {readonly string[]} the reports in a folder */
function reportsIn(/** @type {string} */ path) {
  return existsSync(path) ? readdirSync(path).filter((file) => file.endsWith('.api.md')) : [];
}

/** @returns {number} the exit code */
function check() {
  const [made, kept] = [reportsIn(folder), reportsIn(reports)];
  const wrong = [...new Set([...made, ...kept])].sort().flatMap((file) => {
    if (!kept.includes(file)) return [`etc/api/${file} is not there`];
    if (!made.includes(file)) return [`etc/api/${file} is of an entry that is gone`];
    const [is, was] = [folder, reports].map((path) => readFileSync(join(path, file), 'utf8'));
    return is === was ? [] : [`etc/api/${file} differs:\n${difference(was ?? '', is ?? '')}`];
  });
  if (wrong.length === 0) console.log(`${made.length} reports say what the build exports`);
  else console.error(`${wrong.join('\n')}\n\nThe surface has changed: run npm run api`);
  return wrong.length === 0 ? 0 : 1;
}

/**
 * Lines that only one of two reports has. Reports are sorted by name, so that is what has changed.
 *
 * @param {string} was
 * @param {string} is
 */
function difference(was, is) {
  const [before, after] = [was.split('\n'), is.split('\n')];
  const [had, has] = [new Set(before), new Set(after)];
  const lines = [
    ...before.filter((line) => !has.has(line)).map((line) => `  - ${line}`),
    ...after.filter((line) => !had.has(line)).map((line) => `  + ${line}`),
  ];
  const more = lines.length - SHOWN_LINES;
  if (lines.length === 0) return '  the same lines in another order or number';
  return [...lines.slice(0, SHOWN_LINES), ...(more > 0 ? [`  … ${more} more`] : [])].join('\n');
}

function write() {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  for (const file of reportsIn(folder)) {
    cpSync(join(folder, file), join(reports, file));
    console.log(`etc/api/${file}`);
  }
}
