/** The past as it was at an instant: where each unit stood, what it did, what incidents waited. Pure. */
import { sums } from '#core/delta.ts'
import type { AssignmentState, AssignmentView, IncidentView } from '#modules/dispatch/contract.ts'
import type { PlaybackTrack, PlaybackUnit } from '#modules/oversight/contract.ts'
import type { Place } from '#ui/map/things.ts'

/** Believed fixes of a unit, oldest first: rows of one length. */
export type PastTrack = {
  readonly at: Float64Array
  /** 10⁻⁶ degrees. */
  readonly lon: Int32Array
  readonly lat: Int32Array
  /** 0.1 km/h and degrees; −1 unknown. */
  readonly speed: Int16Array
  readonly course: Int16Array
}

/** Where a unit is drawn, and how old its fix is by then. */
export type PastPlace = { readonly lon: number; readonly lat: number; readonly fixAt: number; readonly ageMs: number; readonly speedKmh: number | null; readonly courseDeg: number | null }

export const noTrack: PastTrack = { at: new Float64Array(), lon: new Int32Array(), lat: new Int32Array(), speed: new Int16Array(), course: new Int16Array() }

/** Between fixes that lie farther apart in time nothing is drawn as movement: nobody knows the way. */
export const bridgeMsMax = 60_000
/** Trails break where a unit was not heard of for so long. */
const trailGapMsMax = 5 * 60_000

/** A piece as it is kept from the moment it came, 20 bytes a fix; impossible jumps are left out. */
export function rowsOf(piece: PlaybackTrack, from: number): PastTrack {
  const [t, lon, lat] = [sums(piece.t), sums(piece.lon), sums(piece.lat)]
  const flagged = new Set(piece.flagged)
  const count = t.length - flagged.size
  const track: PastTrack = { at: new Float64Array(count), lon: new Int32Array(count), lat: new Int32Array(count), speed: new Int16Array(count), course: new Int16Array(count) }
  let kept = 0
  for (let index = 0; index < t.length; index++) {
    if (flagged.has(index)) continue
    track.at[kept] = from + t[index]!
    track.lon[kept] = lon[index]!
    track.lat[kept] = lat[index]!
    track.speed[kept] = piece.speed[index]!
    track.course[kept] = piece.course[index]!
    kept++
  }
  return track
}

/** Pieces of one unit as one track, in the order they came. */
export function joined(pieces: readonly PastTrack[]): PastTrack {
  if (pieces.length <= 1) return pieces[0] ?? noTrack
  const count = pieces.reduce((sum, { at }) => sum + at.length, 0)
  const track: PastTrack = { at: new Float64Array(count), lon: new Int32Array(count), lat: new Int32Array(count), speed: new Int16Array(count), course: new Int16Array(count) }
  let start = 0
  for (const piece of pieces) {
    track.at.set(piece.at, start)
    track.lon.set(piece.lon, start)
    track.lat.set(piece.lat, start)
    track.speed.set(piece.speed, start)
    track.course.set(piece.course, start)
    start += piece.at.length
  }
  return track
}

/** How many of an ascending row are at an instant or before. O(log n). */
export function countUpTo(row: ArrayLike<number>, at: number): number {
  let low = 0
  let high = row.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (row[middle]! <= at) low = middle + 1
    else high = middle
  }
  return low
}

/** When the shift in which an instant lies began; undefined off duty. */
export const shiftStart = (shifts: PlaybackUnit['shifts'], at: number): number | undefined => shifts.find(([from, to]) => at >= from && (to === null || at < to))?.[0]

/** Where a unit was: between two near fixes on the line from one to the other, else at the last one; nowhere off duty or before its shift’s first fix. */
export function placeAt(track: PastTrack, shifts: PlaybackUnit['shifts'], at: number): PastPlace | null {
  const since = shiftStart(shifts, at)
  const index = countUpTo(track.at, at) - 1
  if (since === undefined || index < 0 || track.at[index]! < since) return null
  const fixAt = track.at[index]!
  const next = index + 1
  const step = next < track.at.length ? track.at[next]! - fixAt : Infinity
  const share = step <= bridgeMsMax && step > 0 ? (at - fixAt) / step : 0
  const between = (row: Int32Array) => (row[index]! + (share > 0 ? (row[next]! - row[index]!) * share : 0)) / 1e6
  const known = (value: number, of: number) => (value < 0 ? null : value / of)
  return { lon: between(track.lon), lat: between(track.lat), fixAt, ageMs: at - fixAt, speedKmh: known(track.speed[index]!, 10), courseDeg: known(track.course[index]!, 1) }
}

/** The way of the last minutes as lines, ending where the unit is drawn; broken at gaps and between shifts. */
export function trailAt(track: PastTrack, shifts: PlaybackUnit['shifts'], at: number, trailMs: number): Place[][] {
  const here = placeAt(track, shifts, at)
  const since = Math.max(at - trailMs, shiftStart(shifts, at) ?? Infinity)
  if (!here) return []
  const lines: Place[][] = []
  let last = -Infinity
  for (let index = countUpTo(track.at, since - 1); index < track.at.length && track.at[index]! <= at; index++) {
    if (track.at[index]! - last > trailGapMsMax) lines.push([])
    lines.at(-1)!.push([track.lon[index]! / 1e6, track.lat[index]! / 1e6])
    last = track.at[index]!
  }
  lines.at(-1)?.push([here.lon, here.lat])
  return lines.filter((line) => line.length > 1)
}

const steps = [
  ['reported', 'reportedAt'],
  ['on-scene', 'onSceneAt'],
  ['en-route', 'enRouteAt'],
  ['acknowledged', 'acknowledgedAt'],
] as const satisfies readonly (readonly [AssignmentState, keyof AssignmentView])[]

/** The state of an order at an instant; undefined before it was given and after it ended. */
export function orderAt(assignment: AssignmentView, at: number): AssignmentState | undefined {
  if (at < assignment.orderedAt || (assignment.endedAt !== null && at >= assignment.endedAt)) return undefined
  for (const [state, key] of steps) {
    const reached = assignment[key]
    if (reached !== null && at >= reached) return state
  }
  return 'ordered'
}

/** The orders of each unit, by its id. */
export type Orders = ReadonlyMap<string, readonly AssignmentView[]>
export const ordersOf = (incidents: readonly IncidentView[]): Orders => Map.groupBy(incidents.flatMap(({ assignments }) => assignments), ({ unit }) => unit)

/** What a unit was on: its incident and the state of its order; undefined while it was free. */
export function workAt(orders: Orders, unit: string, at: number): { readonly incident: string; readonly state: AssignmentState } | undefined {
  for (const assignment of orders.get(unit) ?? []) {
    const state = orderAt(assignment, at)
    if (state) return { incident: assignment.incident, state }
  }
  return undefined
}

/** How an incident is drawn at an instant; undefined while there was none. */
export function incidentAt(incident: IncidentView, at: number): 'waiting' | 'active' | undefined {
  if (at < incident.openedAt || (incident.closedAt !== null && at >= incident.closedAt)) return undefined
  return incident.assignments.some((assignment) => orderAt(assignment, at) !== undefined) ? 'active' : 'waiting'
}

/** How many fixes lie in each of so many equal parts of a window. */
export function density(tracks: Iterable<PastTrack>, from: number, to: number, parts: number): Float64Array {
  const counts = new Float64Array(parts)
  for (const { at } of tracks) {
    let before = countUpTo(at, from - 1)
    for (let part = 0; part < parts; part++) {
      const upTo = countUpTo(at, from + ((to - from) * (part + 1)) / parts - 1)
      counts[part]! += upTo - before
      before = upTo
    }
  }
  return counts
}
