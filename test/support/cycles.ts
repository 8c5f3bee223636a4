/** Files by path, each with the files that it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * The import cycles of a graph, one per group of files that reach each other (Tarjan's strongly
 * connected components), each as a shortest way round from its first file in alphabetical order.
 */
export function findCycles(graph: ImportGraph): readonly (readonly string[])[] {
  return components(graph)
    .filter(
      (group) => group.length > 1 || graph.get(group[0] as string)?.includes(group[0] as string),
    )
    .map((group) => wayRound(graph, [...group].sort()));
}

/** Tarjan: a file closes a component when nothing that it reaches was entered before it. */
function components(graph: ImportGraph): readonly (readonly string[])[] {
  const entered = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const result: string[][] = [];
  const visit = (file: string): void => {
    entered.set(file, entered.size);
    lowest.set(file, entered.get(file) as number);
    open.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!entered.has(target)) {
        visit(target);
        lowest.set(file, Math.min(lowest.get(file) as number, lowest.get(target) as number));
      } else if (open.includes(target)) {
        lowest.set(file, Math.min(lowest.get(file) as number, entered.get(target) as number));
      }
    }
    if (lowest.get(file) === entered.get(file)) result.push(open.splice(open.indexOf(file)));
  };
  for (const file of graph.keys()) if (!entered.has(file)) visit(file);
  return result;
}

/** Breadth first from the first file of the group until an import leads back to it. */
function wayRound(graph: ImportGraph, group: readonly string[]): readonly string[] {
  const start = group[0] as string;
  const ways: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const target of graph.get(way.at(-1) as string) ?? []) {
      if (target === start) return way;
      if (seen.has(target) || !group.includes(target)) continue;
      seen.add(target);
      ways.push([...way, target]);
    }
  }
  return group;
}
