import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { packFaults } from '../../scripts/support/packed.mjs';

const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A package in a repository of its own, ready to be released as 1.2.0; `private` on top of it all. */
class MadeUpPackage {
  readonly folder = mkdtempSync(join(tmpdir(), 'meterbook-release-'));
  readonly manifest = {
    name: 'made-up',
    version: '1.2.0',
    private: true,
    files: ['dist', 'CHANGELOG.md'],
    exports: { '.': './dist/index.js' },
    repository: { url: 'git+https://github.com/somebody/made-up.git' },
    scripts: { check: 'echo has been checked', test: 'echo has been tested' },
  };

  constructor() {
    folders.push(this.folder);
    this.put('package.json', JSON.stringify(this.manifest));
    this.put('package-lock.json', '{ "version": "1.2.0", "packages": { "": {} } }');
    this.put('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2020-02-20\n\n- A.\n');
    for (const file of ['README.md', 'LICENSE', 'dist/index.js', 'src/index.ts']) {
      this.put(file, `${file}\n`);
    }
    this.git('init', '--quiet', '--initial-branch=main');
    this.commit();
  }

  put(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  commit(): void {
    const user = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
    this.git('add', '--all');
    this.git(...user, 'commit', '--quiet', '--message=A');
  }

  run(
    script: 'release' | 'next-version',
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ) {
    // What the runs of this suite in a workflow have of their own would take part.
    const inherited = Object.entries(process.env).filter(([it]) => !/^(ACTIONS|GITHUB)_/.test(it));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(scripts, `${script}.mjs`), ...args],
      {
        cwd: this.folder,
        // A publish that got this far would find nobody there.
        env: {
          ...Object.fromEntries(inherited),
          npm_config_registry: 'http://127.0.0.1:1/',
          ...env,
        },
        encoding: 'utf8',
      },
    );
    return { status, said: `${stdout}${stderr}` };
  }

  private git(...args: readonly string[]): void {
    const { status, stderr } = spawnSync('git', args, { cwd: this.folder, encoding: 'utf8' });
    expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
  }
}

describe('npm run release', { timeout: 60_000 }, () => {
  it('does everything but publish with --dry-run, and anywhere but in CI', () => {
    const made = new MadeUpPackage();
    const dry = made.run('release', ['--dry-run']);
    expect(dry).toEqual({
      status: 0,
      said: expect.stringMatching(
        /has been checked.*has been tested.*made-up-1\.2\.0\.tgz: 5 files/s,
      ),
    });
    expect(dry.said).toMatch(/^ {2}dist\/index\.js$/m);
    expect(dry.said).not.toMatch(/src\/index\.ts/);
    expect(dry.said).toMatch(/Not published: --dry-run\.\n$/);
    expect(made.run('release').said).toMatch(/Not published: only CI.* tag v1\.2\.0/);
  });

  it('stops before anything else where tree, changesets or changelog are not ready', () => {
    const made = new MadeUpPackage();
    made.put('.changeset/brave-cats-sing.md', '---\n"made-up": minor\n---\n');
    made.put('CHANGELOG.md', '## [Unreleased]\n\n- B.\n\n## [1.1.0] - 2020-01-20\n\n- A.\n');
    const { status, said } = made.run('release', ['--dry-run']);
    expect(status).toBe(1);
    expect(said).toMatch(/made-up 1\.2\.0 is not released/);
    expect(said).toMatch(/the tree is not clean.*CHANGELOG\.md/s);
    expect(said).toMatch(/brave-cats-sing\.md is of no version yet: run npm run next-version/);
    expect(said).toMatch(/CHANGELOG\.md has no 1\.2\.0/);
    expect(said).toMatch(/changes under "Unreleased"/);
    expect(said).not.toMatch(/has been checked/);
  });

  it('stops where the checks or the tests fail, or what they leave is not committed', () => {
    const made = new MadeUpPackage();
    const scripts = { ...made.manifest.scripts, check: 'exit 3' };
    made.put('package.json', JSON.stringify({ ...made.manifest, scripts }));
    made.commit();
    const failed = made.run('release', ['--dry-run']);
    expect(failed).toEqual({ status: 1, said: expect.stringMatching(/npm run check has failed/) });
    expect(failed.said).not.toMatch(/has been tested/);

    const writes = { ...made.manifest.scripts, test: 'echo x >> dist/left.js' };
    made.put('package.json', JSON.stringify({ ...made.manifest, scripts: writes }));
    made.commit();
    expect(made.run('release', ['--dry-run'])).toEqual({
      status: 1,
      said: expect.stringMatching(/tree is not clean.*dist/s),
    });
  });

  it('publishes with provenance where a workflow has an identity, for the tag of the version', () => {
    const made = new MadeUpPackage();
    // Everything but the publishing itself is done by npm.
    const bin = mkdtempSync(join(tmpdir(), 'meterbook-npm-'));
    folders.push(bin);
    const npm = spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).stdout.trim();
    const shim = `#!/bin/sh\n[ "$1" = publish ] && { echo "npm: $*"; exit 0; }\nexec '${npm}' "$@"\n`;
    writeFileSync(join(bin, 'npm'), shim);
    chmodSync(join(bin, 'npm'), 0o755);
    const env = {
      PATH: `${bin}${delimiter}${process.env['PATH']}`,
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.com/token',
      GITHUB_REPOSITORY: 'somebody/made-up',
      GITHUB_REF: 'refs/tags/v1.2.0',
    };
    expect(made.run('release', [], env)).toEqual({
      status: 0,
      said: expect.stringMatching(/^npm: publish --provenance --access public$.*is published\n$/ms),
    });
    expect(made.run('release', ['--dry-run'], env).said).not.toMatch(/npm: publish/);
    const elsewhere = { GITHUB_REPOSITORY: 'somebody/else', GITHUB_REF: 'refs/heads/main' };
    const { status, said } = made.run('release', [], { ...env, ...elsewhere });
    expect(status).toBe(1);
    expect(said).toMatch(/"repository".*made-up\.git, and the workflow runs in somebody\/else/);
    expect(said).toMatch(/runs for refs\/heads\/main, and not for the tag v1\.2\.0/);
    expect(said).not.toMatch(/npm: publish/);
  });
});

describe('packFaults', () => {
  const manifest = {
    files: ['dist', '!dist/maps', 'CHANGELOG.md'],
    bin: { made: './dist/cli.js' },
    exports: { '.': { import: { types: './dist/a.d.ts', default: './dist/a.js' } } },
  };
  const right = ['README.md', 'LICENSE', 'CHANGELOG.md', 'package.json'].concat(
    ...['dist/a.d.ts', 'dist/a.js', 'dist/cli.js'],
  );

  it('finds what is promised and not there, and what is there and not meant', () => {
    expect(packFaults(manifest, right)).toEqual([]);
    const wrong = right.filter((it) => !/cli|LICENSE/.test(it)).concat('src/a.ts', 'dist/.npmrc');
    expect(packFaults(manifest, wrong)).toEqual([
      'the package would lack dist/cli.js',
      'the package would lack LICENSE',
      'the package would have src/a.ts, which "files" does not name',
      'the package would have dist/.npmrc',
    ]);
  });
});

describe('npm run next-version', { timeout: 60_000 }, () => {
  const today = new Date().toISOString().slice(0, 10);

  it('takes the largest changeset, and dates what was unreleased', () => {
    const made = new MadeUpPackage();
    made.put('.changeset/config.json', '{ "changelog": false, "baseBranch": "main" }');
    made.put('.changeset/README.md', 'About changesets.\n');
    made.put('.changeset/brave-cats-sing.md', '---\n"made-up": minor\n---\n');
    made.put('.changeset/calm-dogs-sit.md', '---\n"made-up": patch\n---\n');
    made.put('CHANGELOG.md', '## [Unreleased]\n\n- $& B.\n\n## [1.2.0] - 2020-02-20\n\n- A.\n');
    made.commit();
    expect(made.run('next-version')).toEqual({
      status: 0,
      said: expect.stringMatching(/1\.3\.0: commit it as "Release 1\.3\.0"\n$/),
    });
    // Of two days, where the test runs over midnight.
    expect(made.read('CHANGELOG.md').replace(/\[1\.3\.0\] - [\d-]+/, `[1.3.0] - ${today}`)).toBe(
      `## [Unreleased]\n\n## [1.3.0] - ${today}\n\n- $& B.\n\n## [1.2.0] - 2020-02-20\n\n- A.\n`,
    );
    expect(JSON.parse(made.read('package.json')).version).toBe('1.3.0');
    expect(JSON.parse(made.read('package-lock.json'))).toEqual({
      version: '1.3.0',
      packages: { '': { version: '1.3.0' } },
    });
    made.commit();
    expect(made.run('release', ['--dry-run']).status).toBe(0);
    // A second time there is nothing to release.
    expect(made.run('next-version')).toEqual({
      status: 1,
      said: expect.stringMatching(/nothing under "## \[Unreleased\]"/),
    });
  });

  it('keeps the number without changesets, for the first release alone', () => {
    const made = new MadeUpPackage();
    made.put('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n\n- A.\n');
    expect(made.run('next-version').status).toBe(0);
    expect(made.read('CHANGELOG.md')).toMatch(/## \[1\.2\.0\] - \d{4}-\d{2}-\d{2}\n\n- A\.\n$/);
    made.put('CHANGELOG.md', made.read('CHANGELOG.md').replace('## [1.2.0]', '- B.\n\n## [1.2.0]'));
    expect(made.run('next-version')).toEqual({
      status: 1,
      said: expect.stringMatching(/has 1\.2\.0 already: add a changeset/),
    });
  });
});
