/**
 * A process that imports modules after others: the names as JSON on its command line, the
 * milliseconds on stdout. Wall-clock time, since reading files is a part of it.
 */
const { before, entry } = JSON.parse(process.argv[2] ?? '') as {
  readonly before: readonly string[];
  readonly entry: readonly string[];
};

async function timeImport(names: readonly string[]): Promise<number> {
  const start = performance.now();
  for (const name of names) await import(name);
  return performance.now() - start;
}

const beforeMillis = await timeImport(before);
const entryMillis = await timeImport(entry);
process.stdout.write(JSON.stringify({ beforeMillis, entryMillis }));
