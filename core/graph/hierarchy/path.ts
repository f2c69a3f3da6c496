import { invariant } from '../../invariant.ts'
import type { Seeds } from './ends.ts'
import type { Hierarchy } from './hierarchy.ts'
import { ORIGINAL } from './rows.ts'
import { type Climb, clear, climbsOf, isStalled, relax, seed } from './upward.ts'

/** A least-cost way between two points. */
export type Path = {
  /** Including the offsets of the two ends. */
  readonly cost: number
  /** From the chosen end's vertex to the other's; neighbours are joined by an arc of the digraph. One vertex when both are the same. */
  readonly vertices: Uint32Array
  /** Which end of each point was chosen. */
  readonly fromEnd: number
  readonly toEnd: number
}

/**
 * A least-cost way between two points, undefined where there is none.
 *
 * Two climbs, one along the arcs and one against them, until neither can better the best meeting so far; then every
 * shortcut is replaced by the two arcs it stands for. Among ways of equal cost any.
 *
 * O(size of the two search spaces · log), then O(arcs of the way). Geisberger et al. 2008, stall-on-demand.
 */
export function shortestPath(hierarchy: Hierarchy, from: Seeds, to: Seeds): Path | undefined {
  const { rankOf, upStarts, upHeads, upCosts, downStarts, downHeads, downCosts } = hierarchy
  const { from: ahead, to: behind } = climbsOf(hierarchy)
  for (let i = 0; i < from.vertices.length; i++) seed(ahead, rankOf[from.vertices[i]], from.offsets[i], i)
  for (let i = 0; i < to.vertices.length; i++) seed(behind, rankOf[to.vertices[i]], to.offsets[i], i)

  // Offsets may be negative, but arcs are not: what a search has still to settle is never below its least key,
  // and what the other has reached is never below that one's least seed.
  let leastAhead = Infinity
  for (let i = 0; i < from.offsets.length; i++) if (from.offsets[i] < leastAhead) leastAhead = from.offsets[i]
  let leastBehind = Infinity
  for (let i = 0; i < to.offsets.length; i++) if (to.offsets[i] < leastBehind) leastBehind = to.offsets[i]

  let best = Infinity
  let top = -1
  for (;;) {
    const aheadKey = ahead.heap.size() > 0 ? ahead.heap.topKey() : Infinity
    const behindKey = behind.heap.size() > 0 ? behind.heap.topKey() : Infinity
    const aheadOpen = aheadKey + leastBehind < best
    const behindOpen = behindKey + leastAhead < best
    if (!aheadOpen && !behindOpen) break
    if (aheadOpen && (!behindOpen || aheadKey - leastAhead <= behindKey - leastBehind)) {
      const rank = ahead.heap.pop()
      const cost = ahead.costs[rank] + behind.costs[rank]
      if (cost < best) {
        best = cost
        top = rank
      }
      if (!isStalled(ahead, rank, downStarts, downHeads, downCosts)) relax(ahead, rank, upStarts, upHeads, upCosts)
    } else {
      const rank = behind.heap.pop()
      const cost = ahead.costs[rank] + behind.costs[rank]
      if (cost < best) {
        best = cost
        top = rank
      }
      if (!isStalled(behind, rank, upStarts, upHeads, upCosts)) relax(behind, rank, downStarts, downHeads, downCosts)
    }
  }

  const path = top < 0 ? undefined : unpacked(hierarchy, ahead, behind, best, top)
  clear(ahead)
  clear(behind)
  return path
}

/** The way over `top` that two searches have found, as vertices of the digraph. */
function unpacked(hierarchy: Hierarchy, ahead: Climb, behind: Climb, cost: number, top: number): Path {
  const { vertexAt, upStarts, upHeads, upMiddles, downStarts, downHeads, downMiddles } = hierarchy
  const packed = [top] // ranks from the one end to the other
  const middles: number[] = [] // of the arcs between them
  let rank = top
  while (ahead.over[rank] >= 0) {
    const arc = ahead.over[rank]
    middles.push(upMiddles[arc])
    rank = tailOf(upStarts, arc)
    packed.push(rank)
  }
  const fromEnd = -1 - ahead.over[rank]
  packed.reverse()
  middles.reverse()
  rank = top
  while (behind.over[rank] >= 0) {
    const arc = behind.over[rank]
    middles.push(downMiddles[arc])
    rank = tailOf(downStarts, arc)
    packed.push(rank)
  }
  const toEnd = -1 - behind.over[rank]

  const vertices = [vertexAt[packed[0]]]
  // arcs waiting to be unpacked, the next on top: their heads and middles; each begins where the one before ended
  const heads: number[] = []
  const overs: number[] = []
  for (let i = middles.length - 1; i >= 0; i--) {
    heads.push(packed[i + 1])
    overs.push(middles[i])
  }
  let tail = packed[0]
  while (heads.length > 0) {
    const head = heads.pop()!
    const middle = overs.pop()!
    if (middle === ORIGINAL) {
      vertices.push(vertexAt[head])
      tail = head
      continue
    }
    // the two halves were there when the middle was contracted: one comes down to it, one goes up from it
    heads.push(head, middle)
    overs.push(upMiddles[arcTo(upStarts, upHeads, middle, head)], downMiddles[arcTo(downStarts, downHeads, middle, tail)])
  }
  return { cost, vertices: Uint32Array.from(vertices), fromEnd, toEnd }
}

/** The arc of a row that leads to a rank. */
function arcTo(starts: Uint32Array, heads: Uint32Array, rank: number, head: number): number {
  let k = starts[rank]
  while (k < starts[rank + 1] && heads[k] !== head) k++
  invariant(k < starts[rank + 1], `a shortcut over rank ${rank} has lost a half`)
  return k
}

/** The rank whose row an arc is in. */
function tailOf(starts: Uint32Array, arc: number): number {
  let low = 0
  let high = starts.length - 2
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (starts[middle] <= arc) low = middle
    else high = middle - 1
  }
  return low
}
