/** `gengfu roads …`: the road engine for programs, without a server. */
import { availableParallelism } from 'node:os'
import { buildGraph } from '#core/graph/build.ts'
import { writeGraph, type Extras } from '#core/graph/graph-file.ts'
import { travelModes, type TravelMode } from '#core/graph/graph-input.ts'
import { nearestEdge, SNAP_METERS_MAX, type Snap } from '#core/graph/grid.ts'
import { isochrones } from '#core/graph/isochrone.ts'
import type { ReachedArcs } from '#core/graph/reached.ts'
import type { RoadGraph } from '#core/graph/road-graph.ts'
import { stepsOf } from '#core/graph/steps.ts'
import { OsmFileBroken, readOsm } from '#gateways/osm/pbf.ts'
import { ProfileBroken, readProfile, usualProfile } from '#gateways/osm/profile.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import type { PlanTask } from '#modules/roads/plan-worker.ts'
import { workerPool } from '#platform/workers/pool.ts'
import type { RoadsArguments } from '../arguments.ts'
import { csvCell } from './csv.ts'
import { checkRoads } from './roads-check.ts'
import { roadsFault as fault } from './roads-fault.ts'
import { openRoadFile, readBytes, streetExtras } from './roads-file.ts'
import { refuseInput, writeWhole } from './roads-out.ts'
import { readPoints, refuseSwapped, type NamedPoint } from './roads-points.ts'

type Point = readonly [lon: number, lat: number]
type Of<Command extends RoadsArguments['command']> = Extract<RoadsArguments, { command: Command }>

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)

/** @returns the exit code */
export async function roads(words: RoadsArguments): Promise<number> {
  switch (words.command) {
    case 'roads build':
      return build(words)
    case 'roads matrix':
      return matrix(words)
    case 'roads route':
      return route(words)
    case 'roads isochrone':
      return isochrone(words)
    case 'roads check': {
      const { engine } = await openRoadFile(words.graph)
      const report = checkRoads(engine, words.pairs, words.seed)
      print(report)
      return report.differences === 0 ? 0 : 1
    }
  }
}

/** From a map to one file with everything prepared: parse, graph, and for each kind of traveller hierarchy and labels. */
async function build({ osm, out, profile }: Of<'roads build'>): Promise<number> {
  const startedAt = performance.now()
  await refuseInput(out, [osm, ...(profile === undefined ? [] : [profile])])
  const step = (words: string) => process.stderr.write(`${words}\n`)
  const how = profile === undefined ? usualProfile : await profileOf(profile)
  step('reading the map')
  const data = await mapOf(osm)
  step('roads')
  const found = roadsOf(data, undefined, how)
  if (found.input.edgeFrom.length === 0) throw fault(`${osm} has no roads. Expected an OpenStreetMap extract with ways tagged highway=…: give another file with --osm.`)
  const graph = buildGraph(found.input)
  step('hierarchies and labels')
  const plans = await plansOf(graph)
  const bytes = writeGraph(graph, { ...plans, ...streetExtras(found.streets) })
  await writeWhole(out, (append) => append(bytes))
  print({
    nodes: graph.nodeCount,
    edges: graph.edgeCount,
    turns: graph.networks.car.stepHead.length,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    bytes: bytes.length,
    dropped: Object.fromEntries(Object.entries(found.dropped).map(([reason, { count }]) => [reason, count])),
  })
  return 0
}

async function mapOf(path: string) {
  const bytes = await readBytes(path)
  try {
    return readOsm(bytes)
  } catch (cause) {
    if (!(cause instanceof OsmFileBroken)) throw cause
    throw fault(`${path} cannot be used. ${cause.message} Expected a whole OpenStreetMap extract in PBF (.osm.pbf): fetch it again.`)
  }
}

async function profileOf(path: string) {
  const text = new TextDecoder().decode(await readBytes(path))
  try {
    return readProfile(text)
  } catch (cause) {
    if (!(cause instanceof ProfileBroken)) throw cause
    throw fault(`${path} cannot be used as a profile: ${cause.message} Mend it, or leave --profile away for the usual one.`)
  }
}

/** Plans for all, as many at a time as there are processors. */
async function plansOf(graph: RoadGraph): Promise<Extras> {
  const plain = writeGraph(graph)
  const bytes = new Uint8Array(new SharedArrayBuffer(plain.length))
  bytes.set(plain)
  const pool = workerPool({ file: new URL('../../modules/roads/plan-worker.ts', import.meta.url), threads: Math.min(travelModes.length, availableParallelism()) })
  try {
    const task = (mode: TravelMode): PlanTask => ({ graph: bytes, mode, now: {} })
    const parts = await Promise.all(travelModes.map((mode) => pool.run<Extras>(task(mode))))
    return Object.assign({}, ...parts) as Extras
  } finally {
    await pool.stop()
  }
}

/** Many to many. Rows are written as they are found. */
async function matrix({ graph: path, from, to, mode, out }: Of<'roads matrix'>): Promise<number> {
  await refuseInput(out, [path, from, to])
  const [sources, targets] = [await readPoints(from), await readPoints(to)]
  const { engine } = await openRoadFile(path)
  const place = (points: readonly NamedPoint[], file: string) => {
    refuseSwapped(file, points, engine.graph)
    const snaps = points.map(({ lon, lat }) => nearestEdge(engine.graph, mode, lon, lat))
    const lost = snaps.filter((snap) => snap === undefined).length
    if (lost > 0) process.stderr.write(`${file}: ${lost} of ${points.length} points lie farther than ${SNAP_METERS_MAX} m from any road open to ${mode}; their cells are empty\n`)
    return snaps
  }
  const [starts, goals] = [place(sources, from), place(targets, to)]
  const known = goals.flatMap((snap, j) => (snap ? [{ snap, j }] : []))
  await writeWhole(out, async (append) => {
    await append('from,to,seconds,meters\n')
    const rowsAtOnce = Math.max(1, Math.floor(2_000_000 / targets.length))
    for (let first = 0; first < sources.length; first += rowsAtOnce) {
      const rows = sources.slice(first, first + rowsAtOnce).map((source, i) => ({ source, snap: starts[first + i] }))
      const placed = rows.flatMap(({ snap }) => (snap ? [snap] : []))
      const { milliseconds, meters } = engine.matrix(mode, placed, known.map(({ snap }) => snap))
      let k = 0
      for (const { source, snap } of rows) {
        const cells = targets.map(() => ',')
        if (snap) {
          for (const [n, { j }] of known.entries()) {
            const at = k * known.length + n
            if (milliseconds[at] !== Infinity) cells[j] = `${milliseconds[at]! / 1000},${meters[at]}`
          }
          k++
        }
        let lines = ''
        for (const [j, target] of targets.entries()) lines += `${csvCell(source.id)},${csvCell(target.id)},${cells[j]}\n`
        await append(lines)
      }
      if (sources.length > rowsAtOnce) process.stderr.write(`${Math.min(sources.length, first + rowsAtOnce)} of ${sources.length} rows\n`)
    }
  })
  return 0
}

function snapOf(graph: RoadGraph, mode: TravelMode, [lon, lat]: Point): Snap {
  const snap = nearestEdge(graph, mode, lon, lat)
  if (!snap) throw fault(`${lon},${lat} lies farther than ${SNAP_METERS_MAX} m from any road open to ${mode}. Expected a point on the map.`)
  return snap
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits))

async function route({ graph: path, mode, from, to }: Of<'roads route'>): Promise<number> {
  const { engine, names } = await openRoadFile(path)
  const [start, goal] = [snapOf(engine.graph, mode, from), snapOf(engine.graph, mode, to)]
  const way = engine.route(mode, start, goal)
  if (!way) throw fault(`There is no way for ${mode} from ${from.join(',')} to ${to.join(',')}.`)
  const coordinates: Point[] = []
  for (let i = 0; i < way.points.length; i += 2) {
    const point: Point = [rounded(way.points[i]!, 7), rounded(way.points[i + 1]!, 7)]
    const last = coordinates.at(-1)
    if (!last || last[0] !== point[0] || last[1] !== point[1]) coordinates.push(point)
  }
  if (coordinates.length === 1) coordinates.push(coordinates[0]!)
  const steps = stepsOf(engine.graph, way).map(({ street, turn, meters, milliseconds, lon, lat }) => ({
    turn,
    street: names[street]?.[0] ?? null,
    streetEn: names[street]?.[1] ?? null,
    seconds: milliseconds / 1000,
    meters: rounded(meters, 1),
    lon: rounded(lon, 7),
    lat: rounded(lat, 7),
  }))
  const properties = {
    mode,
    seconds: way.milliseconds / 1000,
    meters: way.meters,
    snappedFromMeters: rounded(start.meters, 1),
    snappedToMeters: rounded(goal.meters, 1),
    steps,
  }
  print({ type: 'Feature', properties, geometry: { type: 'LineString', coordinates } })
  return 0
}

async function isochrone({ graph: path, mode, from, minutes }: Of<'roads isochrone'>): Promise<number> {
  const { engine } = await openRoadFile(path)
  const sorted = [...new Set(minutes)].sort((a, b) => a - b)
  const found = isochrones(engine.streets(mode), [snapOf(engine.graph, mode, from)], sorted.map((each) => each * 60), 'from')
  print({
    type: 'FeatureCollection',
    features: found.map(({ seconds, area, roadMeters, roads: reached }) => ({
      type: 'Feature',
      properties: { mode, minutes: seconds / 60, seconds, roadMeters: Math.round(roadMeters), roads: edgesIn(reached) },
      geometry: { type: 'MultiPolygon', coordinates: area },
    })),
  })
  return 0
}

/** How many pieces of road are reached, in whole or in part. */
const edgesIn = ({ arc }: ReachedArcs) => new Set(Array.from(arc, (each) => each >>> 1)).size
