/** Where two sides of many points meet: the middle part of every matrix. */

/** What points have to do with places (hubs, or ranks of a hierarchy): place, point and cost, in the order they were noted. */
export type Meetings = { count: number; places: Uint32Array; points: Uint32Array; costs: Float64Array }

/** Room for the meetings of both sides; kept, because a matrix of a few points should not clear a million places. */
export type Board = {
  readonly sources: Meetings
  readonly targets: Meetings
  /** [places] how many targets a place has, and 1 + where the last of them stands below; 0 between questions. */
  readonly lengths: Uint32Array
  readonly ends: Uint32Array
  /** The targets' meetings by place. */
  points: Uint32Array
  costs: Float64Array
}

const createMeetings = (): Meetings => ({ count: 0, places: new Uint32Array(1024), points: new Uint32Array(1024), costs: new Float64Array(1024) })

export const createBoard = (placeCount: number): Board => ({
  sources: createMeetings(),
  targets: createMeetings(),
  lengths: new Uint32Array(placeCount),
  ends: new Uint32Array(placeCount),
  points: new Uint32Array(1024),
  costs: new Float64Array(1024),
})

export function meet(meetings: Meetings, place: number, point: number, cost: number): void {
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

/**
 * Least cost over a place where a source and a target meet; clears the board.
 *
 * The targets are sorted by place, so that a source that comes to a place finds them side by side. Sources come one
 * after the other, so that one row of the result is written at a time.
 *
 * @returns [from × to] row by row, Infinity where they never meet
 */
export function matched(board: Board, fromCount: number, toCount: number): Float64Array {
  sortTargets(board)
  const { sources, targets, lengths, ends, points, costs } = board
  const result = new Float64Array(fromCount * toCount).fill(Infinity)
  for (let i = 0; i < sources.count; i++) {
    const place = sources.places[i]
    const length = lengths[place]
    if (length === 0) continue
    const row = sources.points[i] * toCount
    const base = sources.costs[i]
    const end = ends[place] - 1
    for (let k = end - length; k < end; k++) {
      const cost = base + costs[k]
      const at = row + points[k]
      if (cost < result[at]) result[at] = cost
    }
  }
  for (let i = 0; i < targets.count; i++) {
    lengths[targets.places[i]] = 0
    ends[targets.places[i]] = 0
  }
  targets.count = 0
  sources.count = 0
  return result
}

/** Counting sort, over the places that occur and no others. */
function sortTargets(board: Board): void {
  const { targets, lengths, ends } = board
  if (board.points.length < targets.count) {
    board.points = new Uint32Array(targets.places.length)
    board.costs = new Float64Array(targets.places.length)
  }
  const { points, costs } = board
  for (let i = 0; i < targets.count; i++) lengths[targets.places[i]]++
  let used = 0
  for (let i = 0; i < targets.count; i++) {
    const place = targets.places[i]
    if (ends[place] === 0) {
      ends[place] = used + 1
      used += lengths[place]
    }
    const at = ends[place]++ - 1
    points[at] = targets.points[i]
    costs[at] = targets.costs[i]
  }
}
