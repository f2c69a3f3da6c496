/**
 * A directed graph as compressed sparse rows. Self-loops and parallel arcs may occur.
 *
 * Costs are whole numbers held in doubles, finite and ≥ 0, small enough that the sum along any way stays below 2^53:
 * then every sum is exact, and two ways of adding agree.
 */
export type Digraph = {
  readonly count: number
  /** [count + 1] Vertex `v` has the arcs `starts[v]` up to, not including, `starts[v + 1]`. */
  readonly starts: Uint32Array
  /** [arcs] where each arc leads. */
  readonly heads: Uint32Array
  /** [arcs] */
  readonly costs: Float64Array
}

/** A digraph from its arcs in any order: tail, head, cost. */
export function digraphOf(count: number, arcs: readonly (readonly [tail: number, head: number, cost: number])[]): Digraph {
  const starts = new Uint32Array(count + 1)
  for (const [tail] of arcs) starts[tail + 1]++
  for (let v = 0; v < count; v++) starts[v + 1] += starts[v]
  const next = starts.slice()
  const heads = new Uint32Array(arcs.length)
  const costs = new Float64Array(arcs.length)
  for (const [tail, head, cost] of arcs) {
    const at = next[tail]++
    heads[at] = head
    costs[at] = cost
  }
  return { count, starts, heads, costs }
}
