/** What drives say of a map's roads, and what all of them together come to. Pure: a thread runs it, tests may call it. */
import { HOURS_OF_WEEK, driveMsAt, factorsOf, type Factors, type Sums } from '#core/graph/speeds/factors.ts'
import { drivenOf } from '#core/graph/speeds/driven.ts'
import { matchTrack } from '#core/graph/match/track.ts'
import type { Fix } from '#core/graph/match/matcher.ts'
import { CLOSED, type RoadGraph } from '#core/graph/road-graph.ts'
import { streetsOf, type Streets } from '#core/graph/streets.ts'
import type { DriveFix, TravelMode } from './contract.ts'
import { arcNumbers, fadeOf, isDoubted, squareOf, taught, type TaughtMode } from './speeds.ts'

/** A drive with its fixes, oldest first. */
export type DriveTrack = { readonly mode: TaughtMode; readonly fixes: readonly DriveFix[] }

export type Lessons = {
  readonly passages: { readonly mode: TaughtMode; readonly arc: bigint; readonly at: number; readonly weight: number; readonly logRatio: number }[]
  /** Squares in which a drive left the known roads, once for each drive. */
  readonly offMap: { readonly why: 'no-road' | 'no-way'; readonly x: number; readonly y: number; readonly at: number }[]
}

/** Sums as they are kept, columns side by side. */
export type KeptSums = {
  readonly mode: readonly string[]
  readonly arc: readonly bigint[]
  readonly hour: readonly number[]
  readonly month: readonly number[]
  readonly drives: readonly number[]
  readonly weight: readonly number[]
  readonly sum: readonly number[]
  readonly squares: readonly number[]
}

export type Estimate = {
  readonly modes: readonly {
    readonly mode: TaughtMode
    readonly drives: number
    readonly arcs: number
    readonly coveredShare: number
    readonly doubts: readonly RoadDoubt[]
    /** For the hour asked for; undefined where it is the profile. */
    readonly driveMs: Uint32Array | undefined
  }[]
}
export type RoadDoubt = {
  readonly arc: bigint
  readonly value: number
  readonly error: number
  readonly drives: number
  readonly street: number
  readonly meters: number
  readonly profileMs: number
  readonly line: [number, number][]
}
export type ArcHours = { readonly kmh: number; readonly hours: { readonly value: number; readonly error: number; readonly drives: number }[] }

/** Doubts listed for a mode, the surest first. */
const DOUBTS_MAX = 500
/** A receiver on a drive says where it is to some metres. */
const ACCURACY_METERS_MAX = 100

/** One map's teacher. Streets, numbers and the last estimate are made once. */
export function teacherOf(graph: RoadGraph) {
  const streets = new Map<TravelMode, Streets>()
  const streetsFor = (mode: TravelMode) => {
    const found = streets.get(mode) ?? streetsOf(graph, mode)
    streets.set(mode, found)
    return found
  }
  let numbers: BigInt64Array | undefined
  const numbersOf = () => (numbers ??= arcNumbers(graph))
  let arcs: Map<bigint, number> | undefined
  const arcsOf = () => (arcs ??= new Map(Array.from(numbersOf(), (number, arc) => [number, arc])))
  const classOf = (arc: number) => graph.edgeClass[arc >>> 1]!

  function learn(drives: readonly DriveTrack[]): Lessons {
    const lessons: Lessons = { passages: [], offMap: [] }
    for (const { mode, fixes } of drives) {
      const on = streetsFor(mode)
      const track: Fix[] = fixes.map(({ ms, lon, lat, accuracyMeters, headingDegrees, metersPerSecond }) => ({
        ms,
        lon,
        lat,
        ...(accuracyMeters === null ? {} : { accuracyMeters: Math.min(ACCURACY_METERS_MAX, Math.max(1, accuracyMeters)) }),
        ...(headingDegrees === null ? {} : { headingDegrees }),
        ...(metersPerSecond === null ? {} : { metersPerSecond }),
      }))
      const { matched } = matchTrack(on, track)
      for (const { arc, ms, logRatio, weight } of drivenOf(on, matched, () => true)) lessons.passages.push({ mode, arc: numbersOf()[arc]!, at: ms, weight, logRatio })
      const seen = new Set<string>()
      for (const gap of matched) {
        if (gap.kind !== 'gap' || (gap.reason !== 'off-road' && gap.reason !== 'unreachable')) continue
        const why = gap.reason === 'off-road' ? 'no-road' : 'no-way'
        for (const { ms, lon, lat } of fixes) {
          if (ms < gap.fromMs || ms > gap.toMs) continue
          const { x, y } = squareOf(lon, lat)
          if (seen.has(`${why} ${x} ${y}`)) continue
          seen.add(`${why} ${x} ${y}`)
          lessons.offMap.push({ why, x, y, at: ms })
        }
      }
    }
    return lessons
  }

  /** The sums of a mode that lie on this map, faded. */
  function sumsOf(kept: KeptSums, mode: TaughtMode, month: number): Sums {
    const rows: { row: number; arc: number }[] = []
    for (let row = 0; row < kept.arc.length; row++) {
      if (kept.mode[row] !== mode) continue
      const arc = arcsOf().get(kept.arc[row]!)
      // a road that is no longer open to the mode teaches nothing
      if (arc !== undefined && graph.networks[mode].arcMs[arc] !== CLOSED) rows.push({ row, arc })
    }
    const faded = (column: readonly number[]) => Float64Array.from(rows, ({ row }) => column[row]! * fadeOf(kept.month[row]!, month))
    return {
      arc: Uint32Array.from(rows, ({ arc }) => arc),
      hour: Uint8Array.from(rows, ({ row }) => kept.hour[row]!),
      drives: faded(kept.drives),
      weight: faded(kept.weight),
      sum: faded(kept.sum),
      squares: faded(kept.squares),
    }
  }

  const factors = new Map<TaughtMode, Factors>()
  function estimate(kept: KeptSums, hour: number, month: number): Estimate {
    factors.clear()
    return {
      modes: taught.map((mode) => {
        const sums = sumsOf(kept, mode, month)
        const found = factorsOf(sums, classOf)
        factors.set(mode, found)
        const { arcMs } = graph.networks[mode]
        let [open, covered] = [0, 0]
        for (let arc = 0; arc < arcMs.length; arc++) if (arcMs[arc] !== CLOSED) open += graph.edgeMillimeters[arc >>> 1]!
        for (const arc of found.arcs) covered += graph.edgeMillimeters[arc >>> 1]!
        return {
          mode,
          drives: sums.drives.reduce((a, b) => a + b, 0),
          arcs: found.arcs.length,
          coveredShare: open > 0 ? covered / open : 0,
          doubts: doubtsOf(mode, found),
          driveMs: sums.arc.length > 0 ? driveMsAt(found, arcMs, hour) : undefined,
        }
      }),
    }
  }

  function doubtsOf(mode: TaughtMode, found: Factors): RoadDoubt[] {
    const doubts: RoadDoubt[] = []
    for (const arc of found.arcs) {
      const own = found.own(arc)
      if (!own || !isDoubted(own)) continue
      const whole = found.of(arc)!
      doubts.push({
        arc: numbersOf()[arc]!,
        value: whole.value,
        error: whole.error,
        drives: own.drives,
        street: graph.edgeStreet[arc >>> 1]!,
        meters: graph.edgeMillimeters[arc >>> 1]! / 1000,
        profileMs: graph.networks[mode].arcMs[arc]!,
        line: lineOf(graph, arc),
      })
    }
    return doubts.sort((a, b) => Math.abs(b.value / b.error) - Math.abs(a.value / a.error)).slice(0, DOUBTS_MAX)
  }

  /** Each hour of the week of one arc; undefined where this map has no such arc, or nothing was estimated yet. */
  function hours(mode: TaughtMode, number: bigint): ArcHours | undefined {
    const [arc, found] = [arcsOf().get(number), factors.get(mode)]
    if (arc === undefined || !found) return undefined
    const profileMs = graph.networks[mode].arcMs[arc]!
    if (profileMs === CLOSED) return undefined
    return {
      kmh: (graph.edgeMillimeters[arc >>> 1]! / profileMs) * 3.6,
      hours: Array.from({ length: HOURS_OF_WEEK }, (_, hour) => ({ ...found.at(arc, hour), drives: found.drivesAt(arc, hour) })),
    }
  }
  return { learn, estimate, hours }
}

function lineOf(graph: RoadGraph, arc: number): [number, number][] {
  const line: [number, number][] = []
  for (let point = graph.shapeStarts[arc >>> 1]!; point < graph.shapeStarts[(arc >>> 1) + 1]!; point++) line.push([graph.shape[2 * point]! / 1e7, graph.shape[2 * point + 1]! / 1e7])
  return arc & 1 ? line.reverse() : line
}
