/**
 * Which roads were driven: recorded tracks with their truth, the same under every change of the model's constants by half; and seeded
 * drives on three towns, whole and on line, beside Valhalla. The answers are checked before any time is given.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildGraph } from '#core/graph/build.ts'
import { pointOnEdge } from '#core/graph/grid.ts'
import { createMatcher, matchDefaults, type MatchOptions } from '#core/graph/match/matcher.ts'
import { beliefs } from '#core/graph/match/model.ts'
import { arcsDriven, matchTrack } from '#core/graph/match/track.ts'
import { compared, comparedMeters, tracesOn, type Trace } from '#core/graph/match/traces.ts'
import type { RoadGraph } from '#core/graph/road-graph.ts'
import { streetsOf, type Streets } from '#core/graph/streets.ts'
import { readNetwork, readTrack } from '#gateways/kubicka/read.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import { p50, p99, right, type Measure } from './measure.ts'
import { openValhalla, type Valhalla } from './peers/valhalla.ts'
import { strayedMeters, type Point } from './strayed.ts'
import { mapsFolder, townsWithMaps } from './towns.ts'

const seed = 31
const touchedMm = 5_000
const samplings = [1, 5, 15, 30, 60]
const noises = [5, 10, 20]
const percent = (part: number, whole: number) => (100 * part) / whole

export async function matching(): Promise<Measure[]> {
  const measures = recorded()
  for (const { name, file } of townsWithMaps()) {
    const graph = buildGraph(roadsOf(readOsm(readFileSync(file))).input)
    const streets = streetsOf(graph, 'car')
    const valhalla = await openValhalla(file)
    if (typeof valhalla === 'string') process.stdout.write(`  ${valhalla}\n`)
    try {
      measures.push(...drives(name, streets))
      if (typeof valhalla !== 'string') measures.push(...(await besideValhalla(name, streets, valhalla)))
    } finally {
      if (typeof valhalla !== 'string') valhalla.close()
    }
  }
  return measures
}

type Track = { readonly graph: RoadGraph; readonly streets: Streets; readonly fixes: ReturnType<typeof readTrack>; readonly truth: readonly number[] }

/** The tracks of Kubicka et al., where they are. */
function recorded(): Measure[] {
  const folder = join(mapsFolder, 'gps-kubicka')
  if (!existsSync(folder)) {
    process.stdout.write('  recorded tracks: SKIPPED, there is no gps-kubicka; name its folder in GENGFU_MAPS\n')
    return []
  }
  const tracks: Track[] = readdirSync(folder).filter((name) => /^\d+$/.test(name)).map((name) => {
    const table = (ending: string) => ({ file: name + ending, text: readFileSync(join(folder, name, name + ending), 'utf8') })
    const network = readNetwork(table('.nodes'), table('.arcs'))
    const graph = buildGraph(network.input)
    const truth = table('.route').text.trim().split('\n').map((arc) => network.ourArc[Number(arc)]!)
    return { graph, streets: streetsOf(graph, 'car'), fixes: readTrack(name, table('.track').text), truth }
  })
  const shares = (everySeconds: number, options: MatchOptions = {}) => {
    let [driven, found, extra] = [0, 0, 0]
    for (const { graph, streets, fixes, truth } of tracks) {
      const result = compared(graph, truth, arcsDriven(matchTrack(streets, thinned(fixes, everySeconds), options).matched, touchedMm))
      driven += result.drivenMeters
      found += result.foundMeters
      extra += result.extraMeters
    }
    return { found: percent(found, driven), extra: percent(extra, driven) }
  }
  const measures: Measure[] = []
  for (const everySeconds of samplings) {
    const { found, extra } = shares(everySeconds)
    const least = { 1: 97, 30: 92 }[everySeconds]
    measures.push(
      { name: `recorded, a fix every ${everySeconds} s: found`, value: found, unit: '%', ...(least === undefined ? {} : { limit: { atLeast: least } }) },
      { name: `recorded, a fix every ${everySeconds} s: extra`, value: extra, unit: '%', limit: { atMost: 5 } },
    )
  }
  // no knife's edge: each constant half as much and half as much again
  const plain: Readonly<Record<string, number>> = { sigmaMeters: matchDefaults.sigmaMeters, metersMax: matchDefaults.metersMax, speedMax: matchDefaults.speedMax }
  const changes = [
    ...Object.entries(plain).flatMap(([name, value]) => [0.5, 1.5].map((times) => ({ name, times, options: { [name]: value * times } }))),
    ...Object.entries(beliefs).flatMap(([name, value]: [string, number]) => [0.5, 1.5].map((times) => ({ name, times, options: { model: { [name]: value * times } } }))),
  ]
  const worst = { 1: { found: 100, extra: 0 }, 30: { found: 100, extra: 0 } }
  for (const { name, times, options } of changes) {
    const line = ([1, 30] as const).map((everySeconds) => {
      const { found, extra } = shares(everySeconds, options)
      worst[everySeconds].found = Math.min(worst[everySeconds].found, found)
      worst[everySeconds].extra = Math.max(worst[everySeconds].extra, extra)
      return `${everySeconds} s found ${found.toFixed(2)} extra ${extra.toFixed(2)}`
    })
    process.stdout.write(`  ${`${name} × ${times}`.padEnd(24)} ${line.join('   ')}\n`)
  }
  for (const everySeconds of [1, 30] as const) {
    measures.push(
      { name: `recorded, every ${everySeconds} s, any one constant ± 50 %: least found`, value: worst[everySeconds].found, unit: '%', limit: { atLeast: everySeconds === 1 ? 97 : 92 } },
      { name: `recorded, every ${everySeconds} s, any one constant ± 50 %: most extra`, value: worst[everySeconds].extra, unit: '%', limit: { atMost: 5 } },
    )
  }
  return measures
}

function thinned<Timed extends { readonly ms: number }>(fixes: readonly Timed[], everySeconds: number): Timed[] {
  let last = -Infinity
  return fixes.filter(({ ms }) => {
    if (ms - last < 1000 * everySeconds - 1) return false
    last = ms
    return true
  })
}

/** Errands on a town: what is found, how fast, and how long a single fix takes on line. */
function drives(town: string, streets: Streets): Measure[] {
  const measures: Measure[] = []
  for (const everySeconds of samplings) {
    const traces = tracesOn(streets.graph, seed, 12, { meters: 10_000, noiseMeters: 5, everySeconds, errands: true })
    const tally = (each: (trace: Trace) => Parameters<typeof comparedMeters>[2]) => {
      let [driven, found, extra] = [0, 0, 0]
      for (const trace of traces) {
        const result = comparedMeters(streets.graph, trace.arcs, each(trace))
        driven += result.drivenMeters
        found += result.foundMeters
        extra += result.extraMeters
      }
      return { found: percent(found, driven), extra: percent(extra, driven) }
    }
    const whole = tally(({ fixes }) => matchTrack(streets, fixes).matched)
    right(whole.found >= 60 && whole.extra <= 15, `${town}, seed ${seed}, every ${everySeconds} s: found ${whole.found} %, extra ${whole.extra} %`)
    const points = traces.reduce((sum, { fixes }) => sum + fixes.length, 0)
    const ms = traces.reduce((sum, { fixes }) => sum + fastest(5, () => void matchTrack(streets, fixes)), 0)
    const times: number[] = []
    const online = tally(({ fixes }) => {
      // the work for a fix is the same each time: the fastest of five, for the machine is shared
      const best = new Float64Array(fixes.length).fill(Infinity)
      let told: ReturnType<typeof matchTrack>['matched'] = []
      for (let run = 0; run < 5; run++) {
        const matcher = createMatcher(streets)
        told = [...fixes.flatMap((fix, i) => {
          const from = performance.now()
          const now = matcher.push(fix)
          best[i] = Math.min(best[i]!, performance.now() - from)
          return now
        }), ...matcher.finish()]
      }
      times.push(...best)
      return told
    })
    const name = (what: string) => `${town}, a fix every ${everySeconds} s: ${what}`
    measures.push(
      { name: name('found'), value: whole.found, unit: '%' },
      { name: name('never driven'), value: whole.extra, unit: '%' },
      { name: name('on line, found'), value: online.found, unit: '%' },
      { name: name('on line, never driven'), value: online.extra, unit: '%' },
      { name: name('whole tracks'), value: (points / ms) * 1000, unit: 'points/s', limit: { atLeast: 30_000 } },
      { name: name('on line, p50'), value: p50(times), unit: 'ms' },
      { name: name('on line, p99'), value: p99(times), unit: 'ms', limit: { atMost: 0.2 } },
    )
  }
  return measures
}

function fastest(times: number, what: () => void): number {
  let best = Infinity
  for (let i = 0; i < times; i++) {
    const from = performance.now()
    what()
    best = Math.min(best, performance.now() - from)
  }
  return best
}

/** Random walks, for which neither knows where somebody wants to go: never driven, not found, and points a second inside its own call. */
async function besideValhalla(town: string, streets: Streets, valhalla: Valhalla): Promise<Measure[]> {
  const { graph } = streets
  const latitude = graph.nodes[1]! / 1e7
  const whole = { extra: 0, theirExtra: 0, missed: 0, theirMissed: 0, driven: 0 }
  let [leastTimes, halfExtra, lessMismatch, cells] = [Infinity, 0, 0, 0]
  for (const noiseMeters of noises) {
    for (const everySeconds of samplings) {
      const cell = { extra: 0, theirExtra: 0, missed: 0, theirMissed: 0, driven: 0 }
      let [points, ms, theirMs, gaveUp] = [0, 0, 0, 0]
      for (const { fixes, arcs } of tracesOn(graph, seed, 6, { meters: 6_000, noiseMeters, everySeconds })) {
        const { matched } = matchTrack(streets, fixes)
        let theirBest = Infinity
        let traced: Awaited<ReturnType<Valhalla['trace']>>
        for (let i = 0; i < 2; i++) {
          const before = valhalla.msInside()
          traced = await valhalla.trace(fixes)
          theirBest = Math.min(theirBest, valhalla.msInside() - before)
        }
        points += fixes.length
        ms += fastest(4, () => void matchTrack(streets, fixes))
        theirMs += theirBest
        if (!traced) gaveUp++
        const truth = arcs.map((arc) => lineOf(graph, arc, 0, graph.edgeMillimeters[arc >>> 1]!))
        const ours = matched.flatMap((each) => (each.kind === 'passage' ? [lineOf(graph, each.arc, each.fromMm, each.toMm)] : []))
        const theirs = traced?.lines ?? []
        cell.driven += arcs.reduce((sum, arc) => sum + graph.edgeMillimeters[arc >>> 1]! / 1000, 0)
        cell.extra += strayedMeters(ours, truth, latitude)
        cell.missed += strayedMeters(truth, ours, latitude)
        cell.theirExtra += strayedMeters(theirs, truth, latitude)
        cell.theirMissed += strayedMeters(truth, theirs, latitude)
      }
      for (const key of Object.keys(whole) as (keyof typeof whole)[]) whole[key] += cell[key]
      const share = (meters: number) => percent(meters, cell.driven).toFixed(2).padStart(5)
      process.stdout.write(
        `  ${town}, ${String(noiseMeters).padStart(2)} m, every ${String(everySeconds).padStart(2)} s: never driven ${share(cell.extra)} %, Valhalla ${share(cell.theirExtra)} %; ` +
          `missed ${share(cell.missed)} %, ${share(cell.theirMissed)} %; ${(points / ms).toFixed(0)} and ${(points / theirMs).toFixed(1)} points/ms${gaveUp > 0 ? `; Valhalla gave up on ${gaveUp} of 6` : ''}\n`,
      )
      cells++
      leastTimes = Math.min(leastTimes, theirMs / ms)
      if (cell.extra <= 0.5 * cell.theirExtra) halfExtra++
      if (cell.extra + cell.missed <= cell.theirExtra + cell.theirMissed) lessMismatch++
    }
  }
  return [
    { name: `${town}, ours / Valhalla: points a second, least of ${cells} cells`, value: leastTimes, unit: '×', limit: { atLeast: 6 } },
    { name: `${town}: matched but never driven, ours`, value: percent(whole.extra, whole.driven), unit: '%' },
    { name: `${town}: matched but never driven, Valhalla`, value: percent(whole.theirExtra, whole.driven), unit: '%' },
    { name: `${town}, ours / Valhalla: matched but never driven`, value: whole.extra / whole.theirExtra, unit: '×', limit: { atMost: 0.5 } },
    { name: `${town}: cells of ${cells} with at most half of Valhalla's never driven`, value: halfExtra, unit: '' },
    { name: `${town}: cells of ${cells} with no more never driven and missed than Valhalla`, value: lessMismatch, unit: '' },
  ]
}

/** A stretch of an arc, a point every five metres. */
function lineOf(graph: RoadGraph, arc: number, fromMm: number, toMm: number): Point[] {
  const whole = graph.edgeMillimeters[arc >>> 1]!
  const steps = Math.max(1, Math.ceil((toMm - fromMm) / 5000))
  return Array.from({ length: steps + 1 }, (_, k) => {
    const along = fromMm + ((toMm - fromMm) * k) / steps
    return pointOnEdge(graph, arc >>> 1, arc & 1 ? whole - along : along)
  })
}
