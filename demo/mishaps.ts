import type { Tally } from './ledger/tally.js';
import { serviceMetrics } from './metrics.js';
import { logNormal, seededRandom } from './random.js';

const { documentReads, lookups } = serviceMetrics;
const READS = 'demo.document.reads';
const LOOKUPS = 'demo.lookup.duration';

/** What the demo does wrong on purpose, and what is to be seen of it; for the reader of its output. */
export const MISHAPS: readonly string[] = [
  'a lookup of NaN seconds: dropped as not_a_number',
  'a lookup of infinitely many seconds: dropped as not_finite',
  'a count of -1 reads: dropped as negative_value',
  "a lookup without its 'memory.kind': dropped as missing_attribute",
  "a lookup with a 'memory.kind' that is not declared: dropped as invalid_attribute",
  "a lookup with the undeclared key 'user.prompt': kept, but the key stays behind",
  "reads of more documents than 'document.id' may tell apart (10): counted as _OTHER",
  'lookups in more memory blocks than there is place for (12 series): in the overflow series',
];

/**
 * Records for the demo's own instruments: some rightly, some wrongly in each way of {@link MISHAPS}.
 * The compiler would refuse most of them; the casts stand for the JavaScript that it never saw.
 *
 * @returns stops it
 */
export function startMishaps(tally: Tally, seed = 3): () => void {
  const random = seededRandom(seed);
  let round = 0;

  function wrongly(reason: string, value: number, attributes: object): void {
    tally.noteDrop('histogram', LOOKUPS, reason);
    lookups.record(value, attributes as never);
  }

  function go(): void {
    round += 1;
    // Every lookup but the first few finds its memory block without a place.
    for (let i = 0; i < 5; i++) {
      const seconds = logNormal(random, 0.008, 0.7);
      const kind = i % 2 === 0 ? 'short' : 'long';
      tally.note('histogram', LOOKUPS, seconds);
      lookups.record(seconds, { 'memory.kind': kind, 'memory.block': `block-${round * 5 + i}` });
    }
    for (let i = 0; i < 4; i++) {
      tally.note('sum', READS, 1);
      documentReads.add(1, { 'document.kind': 'page', 'document.id': `doc-${round * 4 + i}` });
    }
    wrongly('not_a_number', Number.NaN, { 'memory.kind': 'short', 'memory.block': 'b' });
    wrongly('missing_attribute', 0.01, { 'memory.block': 'b' });
    wrongly('invalid_attribute', 0.01, { 'memory.kind': 'eternal', 'memory.block': 'b' });
    if (round % 2 === 0) {
      wrongly('not_finite', Number.POSITIVE_INFINITY, {
        'memory.kind': 'short',
        'memory.block': 'b',
      });
      tally.noteDrop('sum', READS, 'negative_value');
      documentReads.add(-1, { 'document.kind': 'page', 'document.id': 'doc-0' });
    }
    tally.note('histogram', LOOKUPS, 0.004);
    const undeclared = {
      'memory.kind': 'long',
      'memory.block': 'b',
      'user.prompt': 'a secret',
    } as const;
    lookups.record(0.004, undeclared);
  }

  const timer = setInterval(go, 500);
  go();
  return () => clearInterval(timer);
}
