/** `gengfu roads …`: the road engine for programs, without a server. */
import { readFileSync } from 'node:fs'
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { buildGraph } from '#core/graph/build.ts'
import { createEngine, type Engine } from '#core/graph/engine.ts'
import { readGraphFile, writeGraph, type Extras } from '#core/graph/graph-file.ts'
import { travelModes, type TravelMode } from '#core/graph/graph-input.ts'
import { nearestEdge, SNAP_METERS_MAX, type Snap } from '#core/graph/grid.ts'
import { isochrones } from '#core/graph/isochrone.ts'
import { planFrom, type Plan } from '#core/graph/plan.ts'
import type { ReachedArcs } from '#core/graph/reached.ts'
import type { RoadGraph } from '#core/graph/road-graph.ts'
import { stepsOf } from '#core/graph/steps.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { readProfile, usualProfile } from '#gateways/osm/profile.ts'
import { roadsOf, type StreetNames } from '#gateways/osm/roads.ts'
import type { PlanTask } from '#modules/roads/plan-worker.ts'
import { workerPool } from '#platform/workers/pool.ts'
import type { RoadsArguments } from '../arguments.ts'
import { csvCell, readCsv } from './csv.ts'
import { checkRoads } from './roads-check.ts'

type Point = readonly [lon: number, lat: number]
type Of<Command extends RoadsArguments['command']> = Extract<RoadsArguments, { command: Command }>

/** A fault of the world, with a sentence for the operator. */
const fault = (message: string) => Object.assign(new Error(message), { code: 'roads' })
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
      const { engine } = await load(words.graph)
      const report = checkRoads(engine, words.pairs, words.seed)
      print(report)
      return report.differences === 0 ? 0 : 1
    }
  }
}

/** From a map to one file with everything prepared: parse, graph, and for each kind of traveller hierarchy and labels. */
async function build({ osm, out, profile }: Of<'roads build'>): Promise<number> {
  const startedAt = performance.now()
  const step = (words: string) => process.stderr.write(`${words}\n`)
  const how = profile === undefined ? usualProfile : readProfile(await readText(profile))
  step('reading the map')
  const data = readOsm(await readBytes(osm))
  step('roads')
  const found = roadsOf(data, undefined, how)
  if (found.input.edgeFrom.length === 0) throw fault(`${osm} has no roads. Expected an OpenStreetMap extract with ways tagged highway=….`)
  const graph = buildGraph(found.input)
  step('hierarchies and labels')
  const plans = await plansOf(graph)
  const bytes = writeGraph(graph, { ...plans, ...streetExtras(found.streets) })
  // whole or not at all
  const draft = `${out}.${process.pid}.part`
  try {
    await writeFile(draft, bytes)
    await rename(draft, out)
  } catch (cause) {
    await rm(draft, { force: true })
    throw fault(`${out} cannot be written (${(cause as Error).message}).`)
  }
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

type Names = readonly (readonly [name: string, nameEn: string | null])[]
const streetExtras = (streets: readonly StreetNames[]): Extras => {
  const names: Names = streets.map(({ name, tags }) => [name, tags['name:en'] ?? null])
  return { streets: new TextEncoder().encode(JSON.stringify(names)) }
}

async function load(path: string): Promise<{ engine: Engine; names: Names }> {
  const { graph, extras } = readGraphFile(await readBytes(path))
  const plans: Partial<Record<TravelMode, Plan>> = {}
  for (const mode of travelModes) {
    const plan = planFrom(extras, mode)
    if (plan) plans[mode] = plan
  }
  const streets = extras.streets as Uint8Array | undefined // as `streetExtras` put it there
  return { engine: createEngine(graph, plans), names: streets ? (JSON.parse(new TextDecoder().decode(streets)) as Names) : [] }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(path)
    return bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes)
  } catch (cause) {
    throw fault(`${path} cannot be read (${(cause as Error).message}).`)
  }
}
const readText = async (path: string) => new TextDecoder().decode(await readBytes(path))

/** Many to many. Rows are written as they are found. */
async function matrix({ graph: path, from, to, mode, out }: Of<'roads matrix'>): Promise<number> {
  const [sources, targets] = [pointsOf(from), pointsOf(to)]
  const { engine } = await load(path)
  const place = (points: readonly Named[], file: string) => {
    const snaps = points.map(({ lon, lat }) => nearestEdge(engine.graph, mode, lon, lat))
    const lost = snaps.filter((snap) => snap === undefined).length
    if (lost > 0) process.stderr.write(`${file}: ${lost} of ${points.length} points lie farther than ${SNAP_METERS_MAX} m from any road open to ${mode}; their rows are empty\n`)
    return snaps
  }
  const [starts, goals] = [place(sources, from), place(targets, to)]
  const known = goals.flatMap((snap, j) => (snap ? [{ snap, j }] : []))
  const file = await open(out, 'w').catch((cause: Error) => {
    throw fault(`${out} cannot be written (${cause.message}).`)
  })
  try {
    await file.write('from,to,seconds,meters\n')
    const rowsAtOnce = Math.max(1, Math.floor(2_000_000 / Math.max(1, targets.length)))
    for (let first = 0; first < sources.length; first += rowsAtOnce) {
      const rows = sources.slice(first, first + rowsAtOnce).map((source, i) => ({ source, snap: starts[first + i] }))
      const placed = rows.flatMap(({ snap }) => (snap ? [snap] : []))
      const { milliseconds, meters } = engine.matrix(mode, placed, known.map(({ snap }) => snap))
      let k = 0
      let lines = ''
      for (const { source, snap } of rows) {
        const cells = targets.map(() => ',')
        if (snap) {
          for (const [n, { j }] of known.entries()) {
            const at = k * known.length + n
            if (milliseconds[at] !== Infinity) cells[j] = `${milliseconds[at]! / 1000},${meters[at]}`
          }
          k++
        }
        for (const [j, target] of targets.entries()) lines += `${csvCell(source.id)},${csvCell(target.id)},${cells[j]}\n`
      }
      await file.write(lines)
      if (sources.length > rowsAtOnce) process.stderr.write(`${Math.min(sources.length, first + rowsAtOnce)} of ${sources.length} rows\n`)
    }
  } finally {
    await file.close()
  }
  return 0
}

type Named = { readonly id: string; readonly lon: number; readonly lat: number }

/** @throws a fault that names file, row, what was found and what was expected */
function pointsOf(path: string): Named[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw fault(`${path} cannot be read (${(cause as Error).message}).`)
  }
  const [head, ...rows] = readCsv(text)
  const names = (head ?? []).map((name) => name.trim().toLowerCase())
  const places = ['id', 'lon', 'lat'].map((name) => names.indexOf(name))
  if (places.includes(-1)) throw fault(`${path}: the first row is "${(head ?? []).join(',')}", expected the columns id,lon,lat.`)
  return rows.flatMap((row, i) => {
    if (row.length === 1 && row[0]!.trim() === '') return []
    const [id, lon, lat] = places.map((place) => row[place]?.trim() ?? '') as [string, string, string]
    const number = (words: string, name: string, most: number) => {
      const value = Number(words)
      if (words === '' || !Number.isFinite(value) || Math.abs(value) > most) throw fault(`${path}, row ${i + 2}: ${name} is "${words}", expected a number from -${most} to ${most}.`)
      return value
    }
    return [{ id, lon: number(lon, 'lon', 180), lat: number(lat, 'lat', 90) }]
  })
}

function snapOf(graph: RoadGraph, mode: TravelMode, [lon, lat]: Point): Snap {
  const snap = nearestEdge(graph, mode, lon, lat)
  if (!snap) throw fault(`${lon},${lat} lies farther than ${SNAP_METERS_MAX} m from any road open to ${mode}. Expected a point on the map.`)
  return snap
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits))

async function route({ graph: path, mode, from, to }: Of<'roads route'>): Promise<number> {
  const { engine, names } = await load(path)
  const way = engine.route(mode, snapOf(engine.graph, mode, from), snapOf(engine.graph, mode, to))
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
  print({ type: 'Feature', properties: { mode, seconds: way.milliseconds / 1000, meters: rounded(way.meters, 1), steps }, geometry: { type: 'LineString', coordinates } })
  return 0
}

async function isochrone({ graph: path, mode, from, minutes }: Of<'roads isochrone'>): Promise<number> {
  const { engine } = await load(path)
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
