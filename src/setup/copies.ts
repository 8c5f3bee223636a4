import { copies, noteReader } from '../core/index.js';
import type { Report } from './report.js';

/**
 * Looks for another copy of the package that records while nobody exports a registry of it: what it
 * records is lost, and it has no pipeline to say so. The function returned is to be called at each
 * collection; it warns once.
 */
export function watchCopies(report: Report): () => void {
  // What this copy has declared and not handed over is its application's decision.
  noteReader();
  let isSaid = false;
  return () => {
    const instrument = [...copies().values()].find((it) => it !== '');
    if (isSaid || instrument === undefined) return;
    isSaid = true;
    report.warn(
      `"${instrument}" is recorded in another copy of meterbook in this process, of which no registry is exported: a bundler or node_modules holds meterbook twice. Fix: have it once (in Next.js serverExternalPackages: ['meterbook'], and your own registry on globalThis), see docs/endpoints.md#nextjs; or export a registry of that copy.`,
    );
  };
}
