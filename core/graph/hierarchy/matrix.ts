/** Least costs between many points and many points. */
import type { Ends } from './ends.ts'
import type { Hierarchy } from './hierarchy.ts'
import { benchOf, gather, type LabelBench, type Labels } from './labels.ts'
import { type Climb, clear, climbsOf, isStalled, relax, seed } from './upward.ts'

/** What points have in common with places (hubs, or ranks of a hierarchy): point and cost, one after the other. */
type Meetings = { count: number; places: Uint32Array; points: Uint32Array; costs: Float64Array }

/**
 * Least cost from each point to each other, by hub labels.
 *
 * Each point's ends are merged into one label. The targets' labels are turned over: for each hub, the targets that know it. Then
 * each source walks through its hubs' targets.
 *
 * @returns [from × to] row by row, Infinity where there is no way
 *
 * O(entries of all labels + pairs of entries that meet).
 */
export function labelMatrix(labels: Labels, from: Ends, to: Ends): Float64Array {
  const bench = benchOf(labels)
  const buckets = bucketsOf(labelMeetings(bench, bench.ins, to), labels.count)
  const sources = labelMeetings(bench, bench.outs, from)
  return matched(sources, buckets, from.starts.length - 1, to.starts.length - 1)
}

/**
 * Least cost from each point to each other, by searches in the hierarchy: the same answers as `labelMatrix`, without
 * labels.
 *
 * Each target climbs against the arcs and leaves its costs at the ranks it settles; each source climbs along the arcs and
 * collects them.
 *
 * O((from + to) · search space · log + pairs that meet). Knopp, Sanders, Schultes, Schulz & Wagner 2007.
 */
export function bucketMatrix(hierarchy: Hierarchy, from: Ends, to: Ends): Float64Array {
  const { count, rankOf, upStarts, upHeads, upCosts, downStarts, downHeads, downCosts } = hierarchy
  const climbs = climbsOf(hierarchy)
  const targets = climbMeetings(climbs.to, to, rankOf, downStarts, downHeads, downCosts, upStarts, upHeads, upCosts)
  const buckets = bucketsOf(targets, count)
  const sources = climbMeetings(climbs.from, from, rankOf, upStarts, upHeads, upCosts, downStarts, downHeads, downCosts)
  return matched(sources, buckets, from.starts.length - 1, to.starts.length - 1)
}

function meet(meetings: Meetings, place: number, point: number, cost: number): void {
  const at = meetings.count++
  if (at === meetings.places.length) {
    const { places, points, costs } = meetings
    meetings.places = new Uint32Array(2 * at)
    meetings.places.set(places)
    meetings.points = new Uint32Array(2 * at)
    meetings.points.set(points)
    meetings.costs = new Float64Array(2 * at)
    meetings.costs.set(costs)
  }
  meetings.places[at] = place
  meetings.points[at] = point
  meetings.costs[at] = cost
}

const createMeetings = (): Meetings => ({ count: 0, places: new Uint32Array(1024), points: new Uint32Array(1024), costs: new Float64Array(1024) })

/** The labels of each point: of all its ends, raised by their offsets, each hub once. */
function labelMeetings(bench: LabelBench, side: LabelBench['outs'], { starts, vertices, offsets }: Ends): Meetings {
  const meetings = createMeetings()
  for (let point = 0; point < starts.length - 1; point++) {
    for (let end = starts[point]; end < starts[point + 1]; end++) gather(bench, side, vertices[end], offsets[end])
    const { best, hubs, known } = bench
    for (let i = 0; i < known; i++) {
      const hub = hubs[i]
      if (best[hub] === Infinity) continue // noted before
      meet(meetings, hub, point, best[hub])
      best[hub] = Infinity
    }
    bench.known = 0
  }
  return meetings
}

/** The search space of each point, without the ranks where it is stalled. */
function climbMeetings(
  climb: Climb,
  { starts, vertices, offsets }: Ends,
  rankOf: Uint32Array,
  arcStarts: Uint32Array,
  arcHeads: Uint32Array,
  arcCosts: Float64Array,
  backStarts: Uint32Array,
  backHeads: Uint32Array,
  backCosts: Float64Array,
): Meetings {
  const meetings = createMeetings()
  for (let point = 0; point < starts.length - 1; point++) {
    for (let end = starts[point]; end < starts[point + 1]; end++) seed(climb, rankOf[vertices[end]], offsets[end], end)
    while (climb.heap.size() > 0) {
      const rank = climb.heap.pop()
      if (isStalled(climb, rank, backStarts, backHeads, backCosts)) continue
      meet(meetings, rank, point, climb.costs[rank])
      relax(climb, rank, arcStarts, arcHeads, arcCosts)
    }
    clear(climb)
  }
  return meetings
}

type Buckets = { starts: Uint32Array; points: Uint32Array; costs: Float64Array }

/** Meetings by place. */
function bucketsOf(meetings: Meetings, count: number): Buckets {
  const starts = new Uint32Array(count + 1)
  for (let i = 0; i < meetings.count; i++) starts[meetings.places[i] + 1]++
  for (let place = 0; place < count; place++) starts[place + 1] += starts[place]
  const next = starts.slice(0, count)
  const points = new Uint32Array(meetings.count)
  const costs = new Float64Array(meetings.count)
  for (let i = 0; i < meetings.count; i++) {
    const at = next[meetings.places[i]]++
    points[at] = meetings.points[i]
    costs[at] = meetings.costs[i]
  }
  return { starts, points, costs }
}

/** Each source walks through the buckets of its places. */
function matched(sources: Meetings, { starts, points, costs }: Buckets, fromCount: number, toCount: number): Float64Array {
  const result = new Float64Array(fromCount * toCount).fill(Infinity)
  for (let i = 0; i < sources.count; i++) {
    const place = sources.places[i]
    const row = sources.points[i] * toCount
    const base = sources.costs[i]
    for (let k = starts[place], end = starts[place + 1]; k < end; k++) {
      const cost = base + costs[k]
      const at = row + points[k]
      if (cost < result[at]) result[at] = cost
    }
  }
  return result
}
