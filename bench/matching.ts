/** Which roads were driven: seeded drives on the Portland graph, matched whole and on line; the answers are checked first. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildGraph } from '#core/graph/build.ts'
import { createMatcher } from '#core/graph/match/matcher.ts'
import { arcsDriven, matchTrack } from '#core/graph/match/track.ts'
import { compared, tracesOn } from '#core/graph/match/traces.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import { p50, p99, right, type Measure } from './measure.ts'

const seed = 7
const drives = 20
const noiseMeters = 6
const touchedMm = 5_000

export async function matching(): Promise<Measure[]> {
  const graph = buildGraph(roadsOf(readOsm(readFileSync(join(import.meta.dirname, '../demo/portland/portland-central.osm.pbf')))).input)
  const streets = streetsOf(graph, 'car')
  const measures: Measure[] = []
  for (const everySeconds of [1, 15]) {
    const traces = tracesOn(graph, seed, drives, { meters: 10_000, noiseMeters, everySeconds })
    let [driven, found, extra] = [0, 0, 0]
    for (const { fixes, arcs } of traces) {
      const result = compared(graph, arcs, arcsDriven(matchTrack(streets, fixes).matched, touchedMm))
      driven += result.drivenMeters
      found += result.foundMeters
      extra += result.extraMeters
    }
    right(found / driven >= 0.75 && extra / driven <= 0.1, `seed ${seed}, every ${everySeconds} s: found ${found / driven}, extra ${extra / driven}`)

    let points = 0
    const from = performance.now()
    for (const { fixes } of traces) {
      matchTrack(streets, fixes)
      points += fixes.length
    }
    const seconds = (performance.now() - from) / 1000
    measures.push(
      { name: `found of what was driven, a fix every ${everySeconds} s`, value: (100 * found) / driven, unit: '%' },
      { name: `matched but not driven, a fix every ${everySeconds} s`, value: (100 * extra) / driven, unit: '%' },
      { name: `whole tracks, a fix every ${everySeconds} s`, value: points / seconds, unit: 'points/s' },
    )
    const each: number[] = []
    for (const { fixes } of traces) {
      const matcher = createMatcher(streets)
      for (const fix of fixes) {
        const began = performance.now()
        matcher.push(fix)
        each.push(performance.now() - began)
      }
      matcher.finish()
    }
    measures.push(
      { name: `on line, a fix every ${everySeconds} s, p50`, value: p50(each), unit: 'ms' },
      { name: `on line, a fix every ${everySeconds} s, p99`, value: p99(each), unit: 'ms' },
    )
  }
  return measures
}
