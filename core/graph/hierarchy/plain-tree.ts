/**
 * The slow, obvious answer that this folder is measured against: look at every vertex for the nearest one not done,
 * again and again. Tests and `bench/` only.
 */
import type { Digraph } from './digraph.ts'
import type { Seeds } from './ends.ts'

/** Least cost from the seeds to every vertex. O(vertices²). Dijkstra 1959, as he wrote it. */
export function plainTree({ count, starts, heads, costs }: Digraph, { vertices, offsets }: Seeds): Float64Array {
  const tree = new Float64Array(count).fill(Infinity)
  const isDone = new Uint8Array(count)
  for (const [i, vertex] of vertices.entries()) tree[vertex] = Math.min(tree[vertex], offsets[i])
  for (;;) {
    let nearest = -1
    for (let v = 0; v < count; v++) if (!isDone[v] && tree[v] < Infinity && (nearest < 0 || tree[v] < tree[nearest])) nearest = v
    if (nearest < 0) return tree
    isDone[nearest] = 1
    for (let k = starts[nearest]; k < starts[nearest + 1]; k++) tree[heads[k]] = Math.min(tree[heads[k]], tree[nearest] + costs[k])
  }
}

/** The same digraph with every arc turned round. */
export function reversed({ count, starts, heads, costs }: Digraph): Digraph {
  const backStarts = new Uint32Array(count + 1)
  const tails: number[] = []
  const backCosts: number[] = []
  for (let v = 0; v < count; v++) {
    for (let u = 0; u < count; u++) {
      for (let k = starts[u]; k < starts[u + 1]; k++) {
        if (heads[k] !== v) continue
        tails.push(u)
        backCosts.push(costs[k])
      }
    }
    backStarts[v + 1] = tails.length
  }
  return { count, starts: backStarts, heads: Uint32Array.from(tails), costs: Float64Array.from(backCosts) }
}
