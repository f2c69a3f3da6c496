/**
 * The slow, obvious answer that everything here is measured against: textbook Dijkstra, forward, one traveller at a time, over
 * whole histories kept as text, with restrictions, barriers and closures read as sentences from what the graph was
 * built of. Shares no link, no automaton and no search with what it checks. Tests only.
 */
import { bearingDegrees } from '../geo/distance.ts'
import { costOf } from './cost.ts'
import type { GraphInput, TravelMode } from './graph-input.ts'
import type { Snap } from './grid.ts'
import { CLOSED, headOf, tailOf, type RoadGraph } from './road-graph.ts'
import type { Closures } from './streets.ts'

export type Oracle = {
  /** Least cost from one point to another; Infinity where there is no way. */
  readonly cost: (from: Snap, to: Snap) => number
  /** Why a sequence of arcs may not be driven; undefined when it may. */
  readonly complaint: (arcs: readonly number[]) => string | undefined
}

/** @param now  speeds and closures of the moment, as in `streetsOf` */
export function oracleOf(input: GraphInput, graph: RoadGraph, mode: TravelMode, now: { driveMs?: Uint32Array; closures?: Closures } = {}): Oracle {
  const { restrictions, nodeBlocked: blocked, nodeDelayMs, turns } = input.modes[mode]
  const profileMs = graph.networks[mode].arcMs
  const driveMs = now.driveMs ?? profileMs
  const closures = now.closures ?? new Map()
  const isOpen = (arc: number) => profileMs[arc] !== CLOSED
  const leaving: number[][] = Array.from({ length: graph.nodeCount }, () => [])
  for (let arc = 0; arc < profileMs.length; arc++) if (isOpen(arc)) leaving[tailOf(graph, arc)]!.push(arc)
  const live = restrictions.filter(({ arcs }) => arcs.length >= 2 && arcs.every(isOpen))
  const longest = live.reduce((most, { arcs }) => Math.max(most, arcs.length), 2)
  // restrictions that can matter after an arc: those that have it anywhere but last
  const about = new Map<number, typeof live>()
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

  const pointsOf = (arc: number): [lon: number, lat: number][] => {
    const edge = arc >>> 1
    const points: [number, number][] = []
    for (let p = graph.shapeStarts[edge]!; p < graph.shapeStarts[edge + 1]!; p++) points.push([graph.shape[2 * p]! / 1e7, graph.shape[2 * p + 1]! / 1e7])
    return arc & 1 ? points.reverse() : points
  }
  function turnMs(arc: number, onto: number): number {
    if (onto === (arc ^ 1)) return turns?.uTurnMs ?? 0
    const node = headOf(graph, arc)
    const delay = nodeDelayMs[node]!
    if (!turns || leaving[node]!.length < 3) return delay
    const [a, b] = [pointsOf(arc).slice(-2), pointsOf(onto).slice(0, 2)]
    // as one looks back, so that the angle is that of the builder to the last bit
    const back = Math.fround(bearingDegrees(...a[1]!, ...a[0]!))
    const ahead = Math.fround(bearingDegrees(...b[0]!, ...b[1]!))
    const bend = ((ahead - back + 720) % 360) - 180
    const share = Math.max(0, Math.abs(bend) - turns.freeDegrees) / (180 - turns.freeDegrees)
    return delay + Math.round(share * (bend > 0 ? turns.rightMs : turns.leftMs))
  }

  /** Cost from one place on an arc to another farther along; Infinity when a closed stretch lies between. */
  function stretch(arc: number, from: number, to: number): number {
    const edge = arc >>> 1
    const whole = graph.edgeMillimeters[edge]!
    for (const [a, b] of closures.get(edge) ?? []) {
      const [begin, end] = arc & 1 ? [whole - b, whole - a] : [a, b]
      if (from <= begin && end <= to) return Infinity
    }
    const share = (total: number, at: number) => Math.round((total * at) / whole)
    const dm = Math.round(whole / 100)
    return costOf(share(driveMs[arc]!, to) - share(driveMs[arc]!, from), share(dm, to) - share(dm, from))
  }
  const along = (snap: Snap, arc: number) => (arc & 1 ? graph.edgeMillimeters[snap.edge]! - snap.millimeters : snap.millimeters)

  return {
    cost(from, to) {
      let best = Infinity
      const costs = new Map<string, number>() // at the end of the last arc, by history
      const done = new Set<string>()
      const waiting = simpleHeap()
      const offer = (cost: number, history: readonly number[]) => {
        const key = history.join(' ')
        if (cost === Infinity || done.has(key) || (costs.get(key) ?? Infinity) <= cost) return
        costs.set(key, cost)
        waiting.push([cost, history])
      }
      for (const arc of [2 * from.edge, 2 * from.edge + 1]) {
        if (!isOpen(arc)) continue
        if (to.edge === from.edge && along(from, arc) <= along(to, arc)) best = Math.min(best, stretch(arc, along(from, arc), along(to, arc)))
        offer(stretch(arc, along(from, arc), graph.edgeMillimeters[from.edge]!), [arc])
      }
      for (let top = waiting.pop(); top; top = waiting.pop()) {
        const [cost, history] = top
        const key = history.join(' ')
        if (done.has(key) || costs.get(key) !== cost) continue
        if (cost >= best) break
        done.add(key)
        const arc = history.at(-1)!
        for (const onto of leaving[headOf(graph, arc)]!) {
          if (forbidden(history, onto)) continue
          const begun = cost + costOf(turnMs(arc, onto), 0)
          if (onto >>> 1 === to.edge) best = Math.min(best, begun + stretch(onto, 0, along(to, onto)))
          // only as much of the past as some restriction can ask for
          const past = [...history, onto].slice(-(longest - 1))
          offer(begun + stretch(onto, 0, graph.edgeMillimeters[onto >>> 1]!), past.some((each) => about.has(each)) ? past : [onto])
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

type Waiting = [cost: number, history: readonly number[]]

/** A binary heap, by the first. */
function simpleHeap() {
  const items: Waiting[] = []
  return {
    push(item: Waiting) {
      items.push(item)
      for (let i = items.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1
        if (items[parent]![0] <= items[i]![0]) break
        ;[items[parent], items[i]] = [items[i]!, items[parent]!]
        i = parent
      }
    },
    pop(): Waiting | undefined {
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
