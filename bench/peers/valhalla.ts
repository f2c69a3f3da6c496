/**
 * Valhalla (MIT; npm `@valhallajs/valhallajs`) as a peer: its own tile builder, its own service calls, string in and string out. Its
 * figures include what ours include: putting points on the road and making the answer.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Actor } from '@valhallajs/valhallajs'

export type Point = { readonly lon: number; readonly lat: number }
export type Traced = Point & { readonly ms: number }
export type Valhalla = {
  readonly version: string
  /** The whole of its tile builder, as a process. */
  readonly buildSeconds: number
  /** Whether it puts this point on a road. */
  places(at: Point): Promise<boolean>
  /** Seconds from each to each, null where it finds no way. */
  matrix(from: readonly Point[], to: readonly Point[]): Promise<(number | null)[][]>
  /** Seconds, metres and the drawing; undefined where it finds no way. */
  route(from: Point, to: Point): Promise<{ readonly seconds: number; readonly meters: number; readonly line: Point[] } | undefined>
  isochrone(from: Point, minutes: number): Promise<unknown>
  /** Metres of the way it matched a track to, and its drawing; undefined where it gave up. */
  trace(points: readonly Traced[]): Promise<{ readonly meters: number; readonly line: Point[] } | undefined>
  close(): void
}

/** Undefined, with a sentence, where the package has no build for this machine. */
export async function openValhalla(map: string): Promise<Valhalla | string> {
  const folder = mkdtempSync(join(tmpdir(), 'gengfu-valhalla-'))
  try {
    const require = createRequire(import.meta.url)
    const root = dirname(require.resolve('@valhallajs/valhallajs'))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    const run = (...words: string[]) => execFileSync(process.execPath, [join(root, 'bin', 'valhalla-cli.js'), ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e8 })
    const config = JSON.parse(run('build_config', '--mjolnir-tile-dir', join(folder, 'tiles'))) as Config
    delete config.mjolnir.tile_extract
    config.mjolnir.logging = { type: '' }
    // more than it serves by default, so that it can be asked the same questions
    Object.assign(config.service_limits.auto, { max_locations: 1000, max_matrix_location_pairs: 1_000_000 })
    Object.assign(config.service_limits.trace, { max_shape: 100_000, max_distance: 1_000_000 })
    for (const part of ['loki', 'thor', 'odin', 'meili'] as const) Object.assign((config[part] ??= {}), { logging: { type: '' } })
    const path = join(folder, 'config.json')
    writeFileSync(path, JSON.stringify(config))
    // its tile builder takes sorted files of positive numbers only; making one is not counted
    const sorted = join(folder, 'sorted.osm.pbf')
    try {
      execFileSync('osmium', ['sort', '-o', join(folder, 'some.osm.pbf'), map], { stdio: 'ignore' })
      execFileSync('osmium', ['renumber', '-o', sorted, join(folder, 'some.osm.pbf')], { stdio: 'ignore' })
    } catch {
      copyFileSync(map, sorted)
    }
    const from = performance.now()
    run('build_tiles', '-c', path, sorted)
    const buildSeconds = (performance.now() - from) / 1000
    const isBuilt = readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('.gph'))
    if (!isBuilt) throw new Error('its tile builder made nothing of this file; if the file is not sorted by type and id, install osmium-tool')
    const { Actor: ActorClass } = (await import('@valhallajs/valhallajs')) as { Actor: new (config: string) => Actor }
    const actor = new ActorClass(JSON.stringify(config))
    return { version, buildSeconds, ...callsOf(actor), close: () => rmSync(folder, { recursive: true, force: true }) }
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true })
    return `Valhalla cannot be used on this machine: ${(cause as Error).message.split('\n')[0]}`
  }
}

type Config = { mjolnir: Record<string, unknown>; service_limits: Record<'auto' | 'trace', object> } & Partial<Record<'loki' | 'thor' | 'odin' | 'meili', object>>
type Leg = { readonly shape: string }
type Trip = { readonly trip: { readonly summary: { readonly time: number; readonly length: number }; readonly legs: readonly Leg[] } }

function callsOf(actor: Actor): Omit<Valhalla, 'version' | 'buildSeconds' | 'close'> {
  const plain = ({ lon, lat }: Point) => ({ lon, lat })
  const lineOf = ({ legs }: Trip['trip']) => legs.flatMap(({ shape }) => decodePolyline(shape))
  return {
    async places(at) {
      try {
        await actor.matrix(JSON.stringify({ sources: [plain(at)], targets: [plain(at)], costing: 'auto' }))
        return true
      } catch {
        return false
      }
    },
    async matrix(from, to) {
      const text = await actor.matrix(JSON.stringify({ sources: from.map(plain), targets: to.map(plain), costing: 'auto', verbose: true, units: 'kilometers' }))
      const { sources_to_targets: rows } = JSON.parse(text) as { sources_to_targets: { time: number | null }[][] }
      return rows.map((row) => row.map(({ time }) => time ?? null))
    },
    async route(from, to) {
      try {
        const { trip } = JSON.parse(await actor.route(JSON.stringify({ locations: [plain(from), plain(to)], costing: 'auto', units: 'kilometers', directions_type: 'maneuvers' }))) as Trip
        return { seconds: trip.summary.time, meters: trip.summary.length * 1000, line: lineOf(trip) }
      } catch {
        return undefined
      }
    },
    isochrone: async (from, minutes) => JSON.parse(await actor.isochrone(JSON.stringify({ locations: [plain(from)], costing: 'auto', contours: [{ time: minutes }], polygons: true }))) as unknown,
    async trace(points) {
      try {
        const { trip } = JSON.parse(
          await actor.traceRoute(JSON.stringify({ shape: points.map(({ lon, lat, ms }) => ({ lon, lat, time: Math.round(ms / 1000) })), costing: 'auto', shape_match: 'map_snap', units: 'kilometers' })),
        ) as Trip
        return { meters: trip.summary.length * 1000, line: lineOf(trip) }
      } catch {
        return undefined
      }
    },
  }
}

/** Google's encoded polyline with six decimals. */
export function decodePolyline(text: string): Point[] {
  const points: Point[] = []
  let [at, lat, lon] = [0, 0, 0]
  const next = () => {
    let [value, shift, byte] = [0, 0, 0]
    do {
      byte = text.charCodeAt(at++) - 63
      value += (byte & 31) * 2 ** shift
      shift += 5
    } while (byte >= 32)
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }
  while (at < text.length) {
    lat += next()
    lon += next()
    points.push({ lon: lon / 1e6, lat: lat / 1e6 })
  }
  return points
}
