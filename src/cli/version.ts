import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version of the package that a file belongs to: of the nearest package.json above it. */
export function versionOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (manifest.name === 'meterbook') return String(manifest.version);
    } catch {
      // None here, or none that can be read: one further up.
    }
    if (folder === dirname(folder)) return 'unknown';
  }
}
