/** Which shortcuts a vertex must leave behind when it is contracted. */
import { createHeap } from '../heap.ts'
import type { Rows } from './rows.ts'

/** Shortcuts found for one vertex: from `tails` to `heads`. */
export type Shortcuts = { count: number; tails: Uint32Array; heads: Uint32Array; costs: Float64Array; hops: Uint32Array }

export const stat = { searches: 0, settled: 0, scanned: 0, calls: 0 }
export type Witness = {
  readonly shortcuts: Shortcuts
  /** Find the shortcuts that contracting `v` would need, looking around each way over it at most so far. */
  readonly find: (v: number, settledMax: number) => void
}

export function createWitness(outs: Rows, ins: Rows): Witness {
  const count = outs.at.length
  const heap = createHeap(count)
  const dist = new Float64Array(count).fill(Infinity)
  const lastArc = new Float64Array(count)
  const limit = new Float64Array(count).fill(-1)
  const touched = new Uint32Array(count)
  const shortcuts: Shortcuts = { count: 0, tails: new Uint32Array(64), heads: new Uint32Array(64), costs: new Float64Array(64), hops: new Uint32Array(64) }

  function find(v: number, settledMax: number): void {
    shortcuts.count = 0
    stat.calls++
    const inFrom = ins.at[v]
    const inTo = inFrom + ins.length[v]
    const outFrom = outs.at[v]
    const outTo = outFrom + outs.length[v]
    if (inTo === inFrom) return
    for (let j = outFrom; j < outTo; j++) {
      // the last arc of a way round costs at least this
      const w = outs.heads[j]
      let least = Infinity
      for (let k = ins.at[w], end = k + ins.length[w]; k < end; k++) if (ins.costs[k] < least && ins.heads[k] !== v) least = ins.costs[k]
      lastArc[w] = least
    }
    for (let i = inFrom; i < inTo; i++) findFrom(v, i, outFrom, outTo, settledMax)
  }

  function findFrom(v: number, inArc: number, outFrom: number, outTo: number, settledMax: number): void {
    const { at, length, heads, costs } = outs
    const u = ins.heads[inArc]
    const inCost = ins.costs[inArc]
    let radius = -1
    let reach = -1
    let wanted = 0
    for (let j = outFrom; j < outTo; j++) {
      const w = heads[j]
      if (w === u) continue
      wanted++
      const via = inCost + costs[j]
      limit[w] = via
      if (via > radius) radius = via
      if (via - lastArc[w] > reach) reach = via - lastArc[w]
    }
    if (wanted === 0) return
    let touchedCount = 0
    let node = u
    let base = 0
    dist[u] = 0
    touched[touchedCount++] = u
    stat.searches++
    search: for (let settled = 0; ; settled++) {
      stat.settled++
      for (let k = at[node], end = k + length[node]; k < end; k++) {
        stat.scanned++
        const head = heads[k]
        const cost = base + costs[k]
        if (cost > radius || cost >= dist[head] || head === v) continue
        if (dist[head] === Infinity) touched[touchedCount++] = head
        dist[head] = cost
        if (cost <= limit[head]) {
          limit[head] = -1
          if (--wanted === 0) break search
        }
        if (cost <= reach) heap.push(head, cost)
      }
      if (settled === settledMax || heap.size() === 0) break
      base = heap.topKey()
      node = heap.pop()
    }
    heap.clear()
    for (let j = outFrom; j < outTo; j++) {
      const w = heads[j]
      const via = limit[w]
      if (w === u || via < 0) continue
      limit[w] = -1
      let k = ins.at[w]
      const end = k + ins.length[w]
      while (k < end && dist[ins.heads[k]] + ins.costs[k] > via) k++
      if (k === end) addShortcut(u, w, via, ins.hops[inArc] + outs.hops[j])
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
