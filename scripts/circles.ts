/** Those of a graph that reach themselves, as sets of two or more (Tarjan). */
export function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const enter = (file: string): number => {
    const number = order.size;
    order.set(file, number);
    lowest.set(file, number);
    stack.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!order.has(target)) lower(file, enter(target));
      else if (stack.includes(target)) lower(file, order.get(target) ?? number);
    }
    if (lowest.get(file) === number) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1 || graph.get(file)?.includes(file)) circles.push(circle.sort());
    }
    return lowest.get(file) ?? number;
  };
  const lower = (file: string, number: number) => lowest.set(file, Math.min(lowest.get(file) ?? number, number));
  for (const file of graph.keys()) if (!order.has(file)) enter(file);
  return circles;
}
