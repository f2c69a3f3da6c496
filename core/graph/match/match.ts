/** Which roads a track drove: for a whole track, or on line, a few seconds behind. */
import { distanceMeters } from '../../geo/distance.ts'
import { CLOSED, type RoadGraph } from '../road-graph.ts'
import type { TravelMode } from '../graph-input.ts'
import { streetsOf, type LinkPoint, type Streets } from '../streets.ts'
import { createTrellis, usualOptions, type Column, type Fix, type MatchOptions, type Place } from './trellis.ts'

/** A stretch of road that was driven, in the direction of travel. */
export type Pass = {
  readonly arc: number
  /** Millimetres along the arc. */
  readonly fromMm: number
  readonly toMm: number
  readonly enterAt: number
  readonly leaveAt: number
  /** How likely the places it was told from are, among all that were considered: 0…1. */
  readonly confidence: number
}

/** Why nothing is said about a stretch of time: too long without a fix and more than one way, or no way that fits. */
export type Gap = { readonly fromAt: number; readonly toAt: number; readonly reason: 'ambiguous' | 'implausible' | 'no-way' }

export type Matched = { readonly passes: readonly Pass[]; readonly gaps: readonly Gap[] }

export type OnlineOptions = MatchOptions & {
  /** How long the matcher may wait until it says where one was, milliseconds. */
  readonly lagMs: number
  /** Between fixes farther apart in time than this, a road counts only when no other way comes near. */
  readonly gapMs: number
}
export const usualOnline: OnlineOptions = { ...usualOptions, lagMs: 30_000, gapMs: 90_000 }

export type Counts = { fixes: number; used: number; late: number; outliers: number }
export type Matcher = {
  /** Take the next fix; get what has become certain. */
  readonly push: (fix: Fix) => Matched
  /** What is still open, at the end of a track. */
  readonly flush: () => Matched
  readonly counts: () => Readonly<Counts>
}

/**
 * The streets as a matcher sees them: every open road at 36 km/h, so that the shortest way is the fastest and a metre takes
 * 100 ms. Turns cost what they cost.
 */
export function lengthStreets(graph: RoadGraph, mode: TravelMode): Streets {
  const { arcMs } = graph.networks[mode]
  const driveMs = Uint32Array.from(arcMs, (ms, arc) => (ms === CLOSED ? CLOSED : Math.max(1, Math.round(graph.edgeMillimeters[arc >>> 1]! / 10))))
  return streetsOf(graph, mode, { driveMs })
}

/** A whole track at once. Fixes in order of time; those that are not are left out. O(fixes × places × what lies between). */
export function matchTrack(streets: Streets, fixes: readonly Fix[], options: Partial<OnlineOptions> = {}): Matched & { readonly counts: Readonly<Counts> } {
  const matcher = createMatcher(streets, { ...options, lagMs: Infinity })
  const passes: Pass[] = []
  const gaps: Gap[] = []
  const take = (found: Matched) => {
    passes.push(...found.passes)
    gaps.push(...found.gaps)
  }
  for (const fix of fixes) take(matcher.push(fix))
  take(matcher.flush())
  return { passes: joined(passes), gaps, counts: matcher.counts() }
}

/** Fixes that do not fit, before the matcher gives up what it believed and begins anew. */
const STRAYS_MAX = 3
const NOTHING: Matched = { passes: [], gaps: [] }

/**
 * On line: fixed lag, and earlier where all that is still possible agrees.
 *
 * @param streets  from `lengthStreets`
 */
export function createMatcher(streets: Streets, options: Partial<OnlineOptions> = {}): Matcher {
  const how: OnlineOptions = { ...usualOnline, ...options }
  const trellis = createTrellis(streets, how)
  const counts: Counts = { fixes: 0, used: 0, late: 0, outliers: 0 }
  /** Fixes nearer to the last one than this say nothing new. */
  const spacingMeters = 1.5 * how.sigmaMeters
  let columns: Column[] = []
  /** Column and place up to which everything has been told; its column is the first one kept. */
  let told: Place | undefined
  let lastAt = -Infinity
  let strays: Fix[] = []

  function push(fix: Fix): Matched {
    counts.fixes++
    if (!Number.isFinite(fix.lon) || !Number.isFinite(fix.lat) || !(fix.at > lastAt)) {
      counts.late++
      return NOTHING
    }
    lastAt = fix.at
    const before = columns.at(-1)
    if (before && fix.at - before.fix.at < how.gapMs / 3 && distanceMeters(before.fix.lon, before.fix.lat, fix.lon, fix.lat) < spacingMeters) return certain(fix.at)
    return take(fix)
  }

  function take(fix: Fix): Matched {
    const places = trellis.placesNear(fix)
    if (places.length === 0) {
      counts.outliers++
      return certain(fix.at)
    }
    const column: Column = { fix, places }
    const before = columns.at(-1)
    if (!before) {
      columns = [column]
      told = undefined
      counts.used++
      return NOTHING
    }
    if (trellis.advance(before, column)) {
      counts.outliers += strays.length
      strays = []
      columns.push(column)
      counts.used++
      return certain(fix.at)
    }
    strays.push(fix)
    if (strays.length <= STRAYS_MAX) return certain(fix.at)
    // the strays agree with each other rather than with what was believed
    const [first, ...rest] = strays
    strays = []
    const end = columns.at(-1)!.fix.at
    const found = [tellAll(), { passes: [], gaps: [{ fromAt: end, toAt: first!.at, reason: 'no-way' as const }] }]
    columns = []
    found.push(take(first!))
    for (const next of rest) found.push(take(next))
    return { passes: found.flatMap(({ passes }) => passes), gaps: found.flatMap(({ gaps }) => gaps) }
  }

  /** Tell what all that is possible now has in common, and what is older than the lag. */
  function certain(now: number): Matched {
    const last = columns.at(-1)
    if (!last || how.lagMs === Infinity) return NOTHING
    let alive = new Set<number>()
    last.places.forEach((place, i) => place.score > -Infinity && alive.add(i))
    let common = -1
    let k = columns.length - 1
    for (; k > 0; k--) {
      const earlier = new Set<number>()
      for (const i of alive) earlier.add(columns[k]!.places[i]!.back)
      alive = earlier
      if (alive.size === 1) {
        common = k - 1
        break
      }
    }
    let at = common
    let place = common >= 0 ? columns[common]!.places[[...alive][0]!] : undefined
    // whoever waits too long is answered by the best of what is possible
    let due = 0
    while (due + 1 < columns.length && columns[due + 1]!.fix.at <= now - how.lagMs) due++
    if (due > Math.max(0, at)) {
      let i = bestOf(last)
      for (let c = columns.length - 1; c > due; c--) i = columns[c]!.places[i]!.back
      at = due
      place = columns[due]!.places[i]!
      keepOnly(due, i)
    }
    if (at <= 0 || !place) return NOTHING
    const found = tell(at, columns[at]!.places.indexOf(place))
    columns = columns.slice(at)
    told = place
    return found
  }

  /** What does not come from a place that has been told is not possible any more. */
  function keepOnly(column: number, place: number): void {
    let kept = new Set([place])
    for (let c = column + 1; c < columns.length; c++) {
      const next = new Set<number>()
      columns[c]!.places.forEach((each, i) => {
        if (each.back >= 0 && kept.has(each.back)) next.add(i)
        else each.score = -Infinity
      })
      kept = next
    }
  }

  function tellAll(): Matched {
    const last = columns.length - 1
    return last > 0 || told ? tell(last, bestOf(columns[last]!)) : NOTHING
  }

  /** The roads from the first column kept to a place in a later one. */
  function tell(column: number, place: number): Matched {
    const chain: { fix: Fix; place: Place; confidence: number }[] = []
    for (let c = column, i = place; c >= 0; c--) {
      const { fix, places } = columns[c]!
      chain.push({ fix, place: places[i]!, confidence: confidenceOf(places, i) })
      i = places[i]!.back
    }
    chain.reverse()
    const passes: Pass[] = []
    const gaps: Gap[] = []
    for (let c = 1; c < chain.length; c++) {
      const found = between(streets, trellis, chain[c - 1]!, chain[c]!, how)
      if ('reason' in found) gaps.push(found)
      else passes.push(...found.passes)
    }
    return { passes, gaps }
  }

  return {
    push,
    flush() {
      counts.outliers += strays.length
      strays = []
      const found = columns.length > 0 ? tellAll() : NOTHING
      columns = []
      told = undefined
      return found
    },
    counts: () => counts,
  }
}

function bestOf({ places }: Column): number {
  let best = 0
  for (let i = 1; i < places.length; i++) if (places[i]!.score > places[best]!.score) best = i
  return best
}

function confidenceOf(places: readonly Place[], chosen: number): number {
  const edge = places[chosen]!.arc >>> 1
  let others = 0
  for (const { arc, score } of places) if (arc >>> 1 !== edge) others += Math.exp(Math.min(0, score - places[chosen]!.score))
  return 1 / (1 + others)
}

type Told = { readonly fix: Fix; readonly place: Place; readonly confidence: number }

/** The roads between two fixes, or why they are not told. */
function between(streets: Streets, trellis: ReturnType<typeof createTrellis>, a: Told, b: Told, how: OnlineOptions): { readonly passes: Pass[] } | Gap {
  const gap = (reason: Gap['reason']): Gap => ({ fromAt: a.fix.at, toAt: b.fix.at, reason })
  const confidence = Math.min(a.confidence, b.confidence)
  const { graph, network } = streets
  const [from, to] = [a.place.point, b.place.point]
  const stretches: { arc: number; fromMm: number; toMm: number }[] = []
  if (b.place.by === 'standing') return { passes: [] }
  if (b.place.by === 'turning') {
    const whole = graph.edgeMillimeters[a.place.arc >>> 1]!
    const turnAt = Math.max(from.along, whole - to.along)
    stretches.push({ arc: a.place.arc, fromMm: from.along, toMm: turnAt }, { arc: b.place.arc, fromMm: whole - turnAt, toMm: to.along })
  } else {
    const metersMax = how.speedMetersPerSecondMax * ((b.fix.at - a.fix.at) / 1000) + 8 * how.radiusMeters
    const way = trellis.wayBetween(from, to, metersMax)
    if (!way) return gap('no-way')
    if (b.fix.at - a.fix.at > how.gapMs) {
      const why = doubtOf(streets, trellis, from, to, way, (b.fix.at - a.fix.at) / 1000, metersMax)
      if (why) return gap(why)
    }
    const links = way.steps.map((step) => network.stepLink[step]!)
    const run = (link: number, first: LinkPoint | undefined, last: LinkPoint | undefined) => {
      const begin = first?.piece ?? network.linkStarts[link]!
      const end = last?.piece ?? network.linkStarts[link + 1]! - 1
      for (let piece = begin; piece <= end; piece++) {
        const arc = network.pieceArc[piece]!
        stretches.push({
          arc,
          fromMm: piece === begin && first ? first.along : 0,
          toMm: piece === end && last ? last.along : graph.edgeMillimeters[arc >>> 1]!,
        })
      }
    }
    if (links.length === 0) run(from.link, from, to)
    else {
      run(from.link, from, undefined)
      for (const link of links.slice(1)) run(link, undefined, undefined)
      run(to.link, undefined, to)
    }
  }
  const total = stretches.reduce((sum, { fromMm, toMm }) => sum + toMm - fromMm, 0)
  let done = 0
  const passes = stretches.map(({ arc, fromMm, toMm }): Pass => {
    const time = (mm: number) => a.fix.at + (total > 0 ? mm / total : 0) * (b.fix.at - a.fix.at)
    const enterAt = time(done)
    done += toMm - fromMm
    return { arc, fromMm, toMm, enterAt, leaveAt: time(done), confidence }
  })
  return { passes }
}

/** In a long time without a fix many ways may be driven: why the shortest is not to be believed, undefined when it is. */
function doubtOf(
  streets: Streets,
  trellis: ReturnType<typeof createTrellis>,
  from: LinkPoint,
  to: LinkPoint,
  way: { readonly steps: readonly number[]; readonly meters: number },
  seconds: number,
  metersMax: number,
): Gap['reason'] | undefined {
  // much longer than the way takes at a walking car's pace: somewhere else may have been visited
  if (seconds > 120 + way.meters / 2.5) return 'implausible'
  if (way.steps.length < 2) return undefined
  const { network, linkCost } = streets
  const driven = new Set(way.steps.map((step) => network.stepLink[step]!))
  const other = trellis.wayBetween(from, to, metersMax, driven)
  if (!other) return undefined
  const lengthOf = (links: Iterable<number>) => [...links].reduce((sum, link) => sum + (linkCost[link]! % 2 ** 24) / 10, 0)
  const links = new Set(other.steps.map((step) => network.stepLink[step]!))
  const apart = lengthOf([...links].filter((link) => !driven.has(link)))
  return apart > 50 && lengthOf(links) < 1.5 * lengthOf(driven) + 100 ? 'ambiguous' : undefined
}

/** Stretches that go on from each other on one arc become one. */
function joined(passes: readonly Pass[]): Pass[] {
  const found: Pass[] = []
  for (const pass of passes) {
    const last = found.at(-1)
    if (last && last.arc === pass.arc && pass.fromMm >= last.fromMm && pass.fromMm <= last.toMm + 1) {
      found[found.length - 1] = { ...last, toMm: Math.max(last.toMm, pass.toMm), leaveAt: pass.leaveAt, confidence: Math.min(last.confidence, pass.confidence) }
    } else if (pass.toMm > pass.fromMm || !last || last.arc !== pass.arc) found.push(pass)
  }
  return found
}
