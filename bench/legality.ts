/** Two thousand random ways on each extract: legal by the map's own tags, and beside Valhalla's. */
import { readFileSync } from 'node:fs'
import { buildGraph } from '#core/graph/build.ts'
import { createEngine } from '#core/graph/engine.ts'
import { buildPlan } from '#core/graph/plan.ts'
import { somewhere } from '#core/graph/random-now.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { seeded } from '#core/random.ts'
import { complaintsOf, signsOf } from '#gateways/osm/legality.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import { percentile, type Measure } from './measure.ts'
import { openValhalla } from './peers/valhalla.ts'
import { townsWithMaps } from './towns.ts'

const seed = 17
const pairs = 2000

export async function legality(): Promise<Measure[]> {
  const measures: Measure[] = []
  for (const { name, file } of townsWithMaps()) {
    const data = readOsm(readFileSync(file))
    const roads = roadsOf(data)
    const graph = buildGraph(roads.input)
    const engine = createEngine(graph, { car: buildPlan(streetsOf(graph, 'car')) })
    const signs = signsOf(data)
    const valhalla = await openValhalla(file)
    if (typeof valhalla === 'string') process.stdout.write(`  ${name}: ${valhalla}\n`)
    const point = somewhere(graph, 'car', seeded(seed))
    let [illegal, both, ours, theirs, neither] = [0, 0, 0, 0, 0]
    const lengths: number[] = []
    const examples: string[] = []
    for (let i = 0; i < pairs; i++) {
      const [from, to] = [point(), point()]
      const way = engine.route('car', from, to)
      const complaints = way ? complaintsOf(data, roads, [...way.arcs], signs) : []
      if (complaints.length > 0) {
        illegal++
        if (examples.length < 5) examples.push(complaints[0]!)
      }
      if (typeof valhalla === 'string') continue
      const other = await valhalla.route(from, to)
      if (way && other) {
        both++
        if (other.meters > 300) lengths.push(way.meters / other.meters)
      } else if (way) ours++
      else if (other) theirs++
      else neither++
    }
    for (const example of examples) process.stdout.write(`  ${name}: ${example}\n`)
    measures.push({ name: `${name}: ways that are illegal by the map’s tags`, value: illegal, unit: `of ${pairs}`, limit: { atMost: 0 } })
    if (typeof valhalla !== 'string') {
      measures.push(
        { name: `${name}: both find a way / ours only / Valhalla only / neither`, value: both, unit: `/ ${ours} / ${theirs} / ${neither}` },
        { name: `${name}: our length over Valhalla’s, median`, value: percentile(lengths, 0.5), unit: '×' },
        { name: `${name}: our length over Valhalla’s, 5 % … 95 %`, value: percentile(lengths, 0.05), unit: `… ${percentile(lengths, 0.95).toFixed(3)} ×` },
      )
      valhalla.close()
    }
  }
  return measures
}
