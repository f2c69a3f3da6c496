/** Which shortcuts a vertex must leave behind when it is contracted. */
import { createHeap } from '../heap.ts'
import type { Rows } from './rows.ts'

/** Shortcuts found for one vertex: from `tails` to `heads`. */
export type Shortcuts = { count: number; tails: Uint32Array; heads: Uint32Array; costs: Float64Array; hops: Uint32Array }

export type Witness = {
  readonly shortcuts: Shortcuts
  /** Find the shortcuts that contracting `v` would need, looking around each way over it at most so far. */
  readonly find: (v: number, settledMax: number) => void
}

export function createWitness(outs: Rows, ins: Rows): Witness {
  const count = outs.at.length
  const heap = createHeap(count)
  const dist = new Float64Array(count).fill(Infinity)
  const touched = new Uint32Array(count)
  const shortcuts: Shortcuts = { count: 0, tails: new Uint32Array(64), heads: new Uint32Array(64), costs: new Float64Array(64), hops: new Uint32Array(64) }

  function find(v: number, settledMax: number): void {
    shortcuts.count = 0
    const inFrom = ins.at[v]
    const inTo = inFrom + ins.length[v]
    const outFrom = outs.at[v]
    const outTo = outFrom + outs.length[v]
    for (let i = inFrom; i < inTo; i++) findFrom(v, i, outFrom, outTo, settledMax)
  }

  function findFrom(v: number, inArc: number, outFrom: number, outTo: number, settledMax: number): void {
    const { at, length, heads, costs } = outs
    const u = ins.heads[inArc]
    const inCost = ins.costs[inArc]
    let farthest = -1
    let wanted = 0
    for (let j = outFrom; j < outTo; j++) {
      if (heads[j] === u) continue
      wanted++
      if (costs[j] > farthest) farthest = costs[j]
    }
    if (wanted === 0) return
    const radius = inCost + farthest
    let touchedCount = 0
    let node = u
    let base = 0
    dist[u] = 0
    touched[touchedCount++] = u
    for (let settled = 0; ; settled++) {
      for (let k = at[node], end = k + length[node]; k < end; k++) {
        const head = heads[k]
        if (head === v) continue
        const cost = base + costs[k]
        if (cost > radius || cost >= dist[head]) continue
        if (dist[head] === Infinity) touched[touchedCount++] = head
        dist[head] = cost
        heap.push(head, cost)
      }
      if (settled === settledMax || heap.size() === 0) break
      base = heap.topKey()
      node = heap.pop()
    }
    heap.clear()
    for (let j = outFrom; j < outTo; j++) {
      const w = heads[j]
      const via = inCost + costs[j]
      if (w === u || dist[w] <= via) continue
      addShortcut(u, w, via, ins.hops[inArc] + outs.hops[j])
    }
    for (let i = 0; i < touchedCount; i++) dist[touched[i]] = Infinity
  }

  function addShortcut(tail: number, head: number, cost: number, hops: number): void {
    const at = shortcuts.count++
    if (at === shortcuts.tails.length) {
      const { tails, heads, costs, hops: all } = shortcuts
      shortcuts.tails = new Uint32Array(2 * at)
      shortcuts.tails.set(tails)
      shortcuts.heads = new Uint32Array(2 * at)
      shortcuts.heads.set(heads)
      shortcuts.costs = new Float64Array(2 * at)
      shortcuts.costs.set(costs)
      shortcuts.hops = new Uint32Array(2 * at)
      shortcuts.hops.set(all)
    }
    shortcuts.tails[at] = tail
    shortcuts.heads[at] = head
    shortcuts.costs[at] = cost
    shortcuts.hops[at] = hops
  }

  return { shortcuts, find }
}
