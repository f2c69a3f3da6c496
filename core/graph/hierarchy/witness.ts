/** Which shortcuts a vertex must leave behind when it is contracted. */
import { createHeap } from '../heap.ts'
import type { Rows } from './rows.ts'

/** The shortcuts last found: from each of `tails` to each of `heads`. */
export type Shortcuts = {
  count: number
  tails: Uint32Array
  heads: Uint32Array
  costs: Float64Array
  /** Arcs of the graph each stands for, and their sum. */
  hops: Uint32Array
  hopCount: number
}

export type Witness = {
  readonly shortcuts: Shortcuts
  /** Find the shortcuts that contracting `v` would need. */
  readonly find: (v: number) => void
}

/**
 * Arcs a search may look at before it gives up and takes the shortcut: so many, and so many for each arc it begins with. A
 * shortcut too many costs time and never an answer.
 *
 * Heidelberg's cars / a grid of 79,920 turns, contraction: 200 + 0 413 ms / 15.0 s; 200 + 3 381 ms / 13.1 s; 200 + 5 385 ms / 11.5 s;
 * 200 + 25 458 ms / 13.8 s. Fewer than 200 make the labels larger. Tried: a limit on settled vertices, which in dense cores is
 * none; looking only at the 24 cheapest arcs into w: the grid takes 65 s.
 */
const LOOKS_MAX = 200
const LOOKS_PER_ARC = 5

/**
 * A finder of shortcuts in a graph that changes.
 *
 * A way u → v → w needs none if another from u to w, not over v, costs no more. For each u one search covers all w. It goes
 * forward only so far that the last arc into some w could still end such a way, and that arc is looked for from
 * w's side: a third of the arcs looked at otherwise. Rows are by ascending cost, so every look along one ends early.
 */
export function createWitness(outs: Rows, ins: Rows): Witness {
  const count = outs.at.length
  const queue = createHeap(count)
  /** [count] least cost from u so far; Infinity between searches. */
  const reached = new Float64Array(count).fill(Infinity)
  const touched = new Uint32Array(count)
  /** [count] cost of the way over v to a w that still needs a shortcut; −1 elsewhere. */
  const limits = new Float64Array(count).fill(-1)
  /** [count] for each w, the least cost of an arc into it that does not come from v. */
  const lastCosts = new Float64Array(count)
  const shortcuts: Shortcuts = {
    count: 0,
    tails: new Uint32Array(64),
    heads: new Uint32Array(64),
    costs: new Float64Array(64),
    hops: new Uint32Array(64),
    hopCount: 0,
  }

  function find(v: number): void {
    shortcuts.count = 0
    shortcuts.hopCount = 0
    const inFrom = ins.at[v]
    const inTo = inFrom + ins.length[v]
    if (inTo === inFrom) return
    for (let j = outs.at[v], end = j + outs.length[v]; j < end; j++) {
      const w = outs.heads[j]
      const first = ins.at[w] + (ins.heads[ins.at[w]] === v ? 1 : 0)
      lastCosts[w] = first < ins.at[w] + ins.length[w] ? ins.costs[first] : Infinity
    }
    for (let i = inFrom; i < inTo; i++) findFrom(v, i)
  }

  /** The shortcuts over v that begin with an arc into it. */
  function findFrom(v: number, inArc: number): void {
    const { at, length, heads, costs } = outs
    const outFrom = at[v]
    const outTo = outFrom + length[v]
    const u = ins.heads[inArc]
    const inCost = ins.costs[inArc]
    let farthest = -1 // beyond it nothing helps
    let settleMax = -1 // beyond it nothing is worth going on from
    let open = 0
    for (let j = outFrom; j < outTo; j++) {
      const w = heads[j]
      if (w === u) continue
      open++
      const limit = inCost + costs[j]
      limits[w] = limit
      if (limit > farthest) farthest = limit
      if (limit - lastCosts[w] > settleMax) settleMax = limit - lastCosts[w]
    }
    if (open === 0) return

    let touchedCount = 0
    touched[touchedCount++] = u
    reached[u] = 0
    const looksMax = LOOKS_MAX + LOOKS_PER_ARC * length[u]
    let looks = 0
    let vertex = u
    let base = 0
    search: for (;;) {
      looks += length[vertex]
      for (let k = at[vertex], end = k + length[vertex]; k < end; k++) {
        const head = heads[k]
        const cost = base + costs[k]
        if (cost > farthest) break
        if (cost >= reached[head] || head === v) continue
        if (reached[head] === Infinity) touched[touchedCount++] = head
        reached[head] = cost
        if (cost <= limits[head]) {
          limits[head] = -1
          if (--open === 0) break search
        }
        if (cost <= settleMax) queue.push(head, cost)
      }
      if (looks >= looksMax || queue.size() === 0) break
      base = queue.topKey()
      vertex = queue.pop()
    }
    queue.clear()

    for (let j = outFrom; j < outTo; j++) {
      const w = heads[j]
      const limit = limits[w]
      if (limit < 0) continue
      limits[w] = -1
      let k = ins.at[w]
      const end = k + ins.length[w]
      while (k < end && ins.costs[k] <= limit && reached[ins.heads[k]] + ins.costs[k] > limit) k++
      if (k === end || ins.costs[k] > limit) add(u, w, limit, ins.hops[inArc] + outs.hops[j])
    }
    for (let i = 0; i < touchedCount; i++) reached[touched[i]] = Infinity
  }

  function add(tail: number, head: number, cost: number, hops: number): void {
    const at = shortcuts.count++
    if (at === shortcuts.tails.length) {
      const full = { ...shortcuts }
      shortcuts.tails = new Uint32Array(2 * at)
      shortcuts.tails.set(full.tails)
      shortcuts.heads = new Uint32Array(2 * at)
      shortcuts.heads.set(full.heads)
      shortcuts.costs = new Float64Array(2 * at)
      shortcuts.costs.set(full.costs)
      shortcuts.hops = new Uint32Array(2 * at)
      shortcuts.hops.set(full.hops)
    }
    shortcuts.tails[at] = tail
    shortcuts.heads[at] = head
    shortcuts.costs[at] = cost
    shortcuts.hops[at] = hops
    shortcuts.hopCount += hops
  }

  return { shortcuts, find }
}
