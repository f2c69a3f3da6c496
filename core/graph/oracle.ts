/**
 * The slow, obvious answer that `travel.ts` is measured against: textbook Dijkstra, forward, once for each traveller, over
 * whole histories kept as text, with the restrictions read as sentences. Shares no search, no automaton and no
 * reversed turns with what it checks. Tests and `bench/` only.
 */
import { headOf, tailOf, type TurnRestriction } from './build.ts'
import type { Snap } from './grid.ts'
import { CLOSED, networkOf, type RoadGraph, type TravelMode } from './road-graph.ts'

export type Oracle = {
  /** Milliseconds from one point to another; Infinity where there is no way. */
  readonly milliseconds: (from: Snap, to: Snap) => number
  /** Why a sequence of arcs may not be driven; undefined when it may. */
  readonly complaint: (arcs: readonly number[]) => string | undefined
}

/**
 * @param restrictions  what the graph was built with
 * @param blocked       [nodes] 1 where nobody passes
 */
export function oracleOf(graph: RoadGraph, mode: TravelMode, restrictions: readonly TurnRestriction[], blocked: Uint8Array): Oracle {
  const network = networkOf(graph, mode)
  const { arcMs } = network
  const isOpen = (arc: number) => arcMs[arc] !== CLOSED
  const leaving: number[][] = Array.from({ length: graph.nodeCount }, () => [])
  for (let arc = 0; arc < arcMs.length; arc++) if (isOpen(arc)) leaving[tailOf(graph, arc)]!.push(arc)
  const live = restrictions.filter(({ arcs }) => arcs.length >= 2 && arcs.every(isOpen))
  const longest = live.reduce((most, { arcs }) => Math.max(most, arcs.length), 2)
  // restrictions that can matter after an arc: those that have it anywhere but last
  const about = new Map<number, TurnRestriction[]>()
  for (const rule of live) for (const arc of new Set(rule.arcs.slice(0, -1))) about.set(arc, [...(about.get(arc) ?? []), rule])

  const endsWith = (history: readonly number[], tail: readonly number[]) =>
    tail.length <= history.length && tail.every((arc, i) => history[history.length - tail.length + i] === arc)

  /** Whether somebody who came this way may go on to `onto`. */
  function forbidden(history: readonly number[], onto: number): string | undefined {
    const arc = history.at(-1)!
    const node = headOf(graph, arc)
    if (!isOpen(onto) || tailOf(graph, onto) !== node) return `arc ${onto} does not leave node ${node}`
    const rules = about.get(arc) ?? []
    const isTurnBack = onto === (arc ^ 1)
    if (blocked[node] && !isTurnBack) return `node ${node} is blocked`
    if (isTurnBack && !blocked[node]) {
      const others = leaving[node]!.some((other) => other !== onto)
      const ordered = restrictions.some(({ only, arcs }) => only && arcs.some((each, i) => i > 0 && each === onto && arcs[i - 1] === arc))
      if (others && !ordered) return 'a U-turn where there is another way on'
    }
    const now = [...history, onto]
    for (const { only, arcs } of rules) {
      if (!only && endsWith(now, arcs)) return `no ${arcs.join(' ')}`
      if (!only) continue
      for (let done = 1; done < arcs.length; done++) {
        if (!endsWith(history, arcs.slice(0, done)) || arcs[done] === onto) continue
        // another sign for the same approach may allow it
        const excused = live.some((other) => other.only && other.arcs[done] === onto && other.arcs.slice(0, done).join() === arcs.slice(0, done).join())
        if (!excused) return `only ${arcs.join(' ')}`
      }
    }
    return undefined
  }

  /** What a turn costs is a fact of the graph; every copy of an arc must agree on it. */
  function turnMs(arc: number, onto: number): number {
    const { stateArc, nextStarts, next, nextMs } = network
    for (let state = arc; state < stateArc.length; state = Math.max(state + 1, arcMs.length)) {
      if (stateArc[state] !== arc) continue
      for (let k = nextStarts[state]!; k < nextStarts[state + 1]!; k++) if (stateArc[next[k]!] === onto) return nextMs[k]!
    }
    throw new Error(`the graph has no turn from arc ${arc} to ${onto}, which nothing forbids`)
  }

  const part = (arc: number, millimeters: number) => Math.round((arcMs[arc]! * millimeters) / graph.edgeMillimeters[arc >>> 1]!)
  const along = (snap: Snap, arc: number) => (arc & 1 ? graph.edgeMillimeters[snap.edge]! - snap.millimeters : snap.millimeters)

  return {
    milliseconds(from, to) {
      let best = Infinity
      // [time at the end of the last arc, history]
      const queue = new Map<string, number>()
      const histories = new Map<string, number[]>()
      const done = new Set<string>()
      const offer = (ms: number, history: number[]) => {
        const key = history.join(' ')
        if (done.has(key) || (queue.get(key) ?? Infinity) <= ms) return
        queue.set(key, ms)
        histories.set(key, history)
        buckets.push([ms, key])
      }
      const buckets = simpleHeap()
      for (const arc of [2 * from.edge, 2 * from.edge + 1]) {
        if (!isOpen(arc)) continue
        if (to.edge === from.edge && along(from, arc) <= along(to, arc)) best = Math.min(best, part(arc, along(to, arc)) - part(arc, along(from, arc)))
        offer(arcMs[arc]! - part(arc, along(from, arc)), [arc])
      }
      for (let top = buckets.pop(); top; top = buckets.pop()) {
        const [ms, key] = top
        if (done.has(key) || queue.get(key) !== ms) continue
        if (ms >= best) break
        done.add(key)
        const history = histories.get(key)!
        const arc = history.at(-1)!
        for (const onto of [...leaving[headOf(graph, arc)]!]) {
          if (forbidden(history, onto)) continue
          const arrived = ms + turnMs(arc, onto)
          if (onto >>> 1 === to.edge) best = Math.min(best, arrived + part(onto, along(to, onto)))
          // only as much of the past as some restriction can ask for
          const past = [...history, onto].slice(-(longest - 1))
          offer(arrived + arcMs[onto]!, about.size === 0 || !past.some((each) => about.has(each)) ? [onto] : past)
        }
      }
      return best
    },
    complaint(arcs) {
      for (let i = 1; i < arcs.length; i++) {
        const why = forbidden(arcs.slice(0, i), arcs[i]!)
        if (why) return `after ${i} arcs: ${why}`
      }
      return undefined
    },
  }
}

/** A binary heap of pairs, by the first. */
function simpleHeap() {
  const items: [number, string][] = []
  return {
    push(item: [number, string]) {
      items.push(item)
      for (let i = items.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1
        if (items[parent]![0] <= items[i]![0]) break
        ;[items[parent], items[i]] = [items[i]!, items[parent]!]
        i = parent
      }
    },
    pop(): [number, string] | undefined {
      const top = items[0]
      const last = items.pop()
      if (items.length > 0 && last) {
        items[0] = last
        for (let i = 0; ; ) {
          let least = i
          for (const child of [2 * i + 1, 2 * i + 2]) if (child < items.length && items[child]![0] < items[least]![0]) least = child
          if (least === i) break
          ;[items[least], items[i]] = [items[i]!, items[least]!]
          i = least
        }
      }
      return top
    },
  }
}
