/** Two thousand random ways of each kind of traveller on each extract: legal by the map's own tags; those of cars beside Valhalla's. */
import { readFileSync } from 'node:fs'
import { buildGraph } from '#core/graph/build.ts'
import { createEngine, type Engine } from '#core/graph/engine.ts'
import { travelModes, type TravelMode } from '#core/graph/graph-input.ts'
import { buildPlan } from '#core/graph/plan.ts'
import { somewhere } from '#core/graph/random-now.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { seeded } from '#core/random.ts'
import { complaintsOf, signsOf } from '#gateways/osm/legality.ts'
import { readOsm, type OsmData } from '#gateways/osm/pbf.ts'
import { roadsOf, type OsmRoads } from '#gateways/osm/roads.ts'
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
    const engine = createEngine(graph, Object.fromEntries(travelModes.map((mode) => [mode, buildPlan(streetsOf(graph, mode))])))
    for (const mode of travelModes) {
      const { illegal, ways } = checked(data, roads, engine, mode, name)
      measures.push({ name: `${name}: ways by ${mode} that are illegal by the map’s tags`, value: illegal, unit: `of ${ways}`, limit: { atMost: 0 } })
    }
    measures.push(...(await besideValhalla(engine, name, file)))
  }
  return measures
}

/** How many of the best ways between random places the second reading has complaints about. */
function checked(data: OsmData, roads: OsmRoads, engine: Engine, mode: TravelMode, name: string): { illegal: number; ways: number } {
  const signs = signsOf(data, mode)
  const point = somewhere(engine.graph, mode, seeded(seed))
  let [illegal, ways] = [0, 0]
  for (let i = 0; i < pairs; i++) {
    const way = engine.route(mode, point(), point())
    if (!way) continue
    ways++
    const [complaint] = complaintsOf(data, roads, [...way.arcs], signs)
    if (complaint === undefined) continue
    illegal++
    if (illegal <= 5) process.stdout.write(`  ${name}, ${mode}: ${complaint}\n`)
  }
  return { illegal, ways }
}

async function besideValhalla(engine: Engine, name: string, file: string): Promise<Measure[]> {
  const valhalla = await openValhalla(file)
  if (typeof valhalla === 'string') {
    process.stdout.write(`  ${name}: ${valhalla}\n`)
    return []
  }
  const point = somewhere(engine.graph, 'car', seeded(seed))
  let [both, ours, theirs, neither] = [0, 0, 0, 0]
  const lengths: number[] = []
  for (let i = 0; i < pairs; i++) {
    const [from, to] = [point(), point()]
    const way = engine.route('car', from, to)
    const other = await valhalla.route(from, to)
    if (way && other) {
      both++
      if (other.meters > 300) lengths.push(way.meters / other.meters)
    } else if (way) ours++
    else if (other) theirs++
    else neither++
  }
  valhalla.close()
  return [
    { name: `${name}: both find a way / ours only / Valhalla only / neither`, value: both, unit: `/ ${ours} / ${theirs} / ${neither}` },
    { name: `${name}: our length over Valhalla’s, median`, value: percentile(lengths, 0.5), unit: '×' },
    { name: `${name}: our length over Valhalla’s, 5 % … 95 %`, value: percentile(lengths, 0.05), unit: `… ${percentile(lengths, 0.95).toFixed(3)} ×` },
  ]
}
