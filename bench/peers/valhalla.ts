/**
 * Valhalla (MIT; npm `@valhallajs/valhallajs`) as a peer: its own tile builder, its own service calls, string in and string out. Its
 * figures include what ours include: putting points on the road and making the answer.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FeatureCollection, MultiPolygon, Polygon } from 'geojson'
import { decodePolyline, type Point } from './polyline.ts'
import { buildTiles, versionOf, type Tiles } from './valhalla-tiles.ts'

export type { Point } from './polyline.ts'
export type Traced = Point & { readonly ms: number }
/** A route's milliseconds are kept; a matrix says whole seconds. Lengths are said to the metre. */
export type Travel = { readonly seconds: number; readonly meters: number }
/** A piece of a way of the map, driven in one direction; the first and the last only as far as they were driven. */
export type Driven = { readonly way: number; readonly isForward: boolean; readonly meters: number }
export type Route = Travel & {
  readonly line: readonly Point[]
  /** `kind` is Valhalla's number of the manoeuvre. */
  readonly steps: readonly (Travel & { readonly kind: number; readonly streets: readonly string[] })[]
}

export type Valhalla = {
  readonly version: string
  /** The whole of its tile builder, as a process. */
  readonly buildSeconds: number
  /** The same once more, from nothing. */
  buildAgain(): number
  /** Milliseconds spent so far inside its own calls, string in and string out, without our reading of the answers. Take the difference. */
  msInside(): number
  /** Whether it puts this point on a road. */
  places(at: Point): Promise<boolean>
  /** From each to each, null where it finds no way. Throws when a point is on no road. */
  matrix(from: readonly Point[], to: readonly Point[]): Promise<(Travel | null)[][]>
  /** Undefined where it finds no way. */
  route(from: Point, to: Point): Promise<Route | undefined>
  /** What a route drives, piece by piece; undefined where it cannot walk its own drawing (up to one in thirty, mostly very short ones). */
  waysOf(route: Route): Promise<Driven[] | undefined>
  isochrone(from: Point, minutes: number): Promise<FeatureCollection<Polygon | MultiPolygon>>
  /** The way it matched a track to: several lines where it lost the thread. Undefined where it gave up. */
  trace(points: readonly Traced[]): Promise<{ readonly meters: number; readonly lines: readonly (readonly Point[])[] } | undefined>
  /** What it says a track drove. Where it lost the thread a piece may come twice: the sum can be more than `trace` says. */
  traceWays(points: readonly Traced[]): Promise<Driven[] | undefined>
  close(): void
}

/** Why it cannot be used on this machine, as a sentence; undefined when it can. */
export async function whyNoValhalla(): Promise<string | undefined> {
  try {
    const { getConfig } = await import('@valhallajs/valhallajs')
    await getConfig() // a Python script of the package writes it
    return undefined
  } catch (cause) {
    return `Valhalla cannot be used on this machine: ${firstLine(cause)}`
  }
}

/** A sentence instead, where the package cannot run on this machine or makes nothing of the map. */
export async function openValhalla(map: string): Promise<Valhalla | string> {
  const why = await whyNoValhalla()
  if (why !== undefined) return why
  const folder = mkdtempSync(join(tmpdir(), 'gengfu-valhalla-'))
  const close = () => rmSync(folder, { recursive: true, force: true })
  try {
    const tiles = await buildTiles(map, folder)
    const { Actor } = await import('@valhallajs/valhallajs')
    return { version: versionOf(), buildSeconds: tiles.buildSeconds, buildAgain: tiles.buildAgain, ...callsOf(new Actor(tiles.config), tiles), close }
  } catch (cause) {
    close()
    return `Valhalla made no tiles of this map: ${firstLine(cause)}`
  }
}

const firstLine = (cause: unknown) => (cause as Error).message.split('\n')[0]!

type Service = 'matrix' | 'route' | 'isochrone' | 'traceRoute' | 'traceAttributes'
type Actor = { readonly [service in Service]: (question: string) => Promise<string> }
type Trip = {
  readonly summary: { readonly time: number; readonly length: number }
  readonly legs: readonly { readonly shape: string; readonly maneuvers: readonly { type: number; time: number; length: number; street_names?: string[] }[] }[]
}
type Trips = { readonly trip: Trip; readonly alternates?: readonly { readonly trip: Trip }[] }
type Cells = { readonly sources_to_targets: readonly (readonly { time: number | null; distance: number | null }[])[] }
type Edges = { readonly edges: readonly { way_id: number; forward: boolean; length: number }[] }

/** What it says when the question was good and the map has no answer. It gives no codes here, and whatever else it says is a fault. */
const noAnswer = /No suitable edges near location|No path could be found|unconnected regions|exceeds the max distance|algorithm failed to find/

function callsOf(actor: Actor, { wayId }: Tiles): Omit<Valhalla, 'version' | 'buildSeconds' | 'buildAgain' | 'close'> {
  let msInside = 0
  const ask = async <Answer>(service: Service, question: object): Promise<Answer | undefined> => {
    const text = JSON.stringify({ ...question, costing: 'auto', units: 'kilometers' })
    const from = performance.now()
    let answer: string
    try {
      answer = await actor[service](text)
    } catch (cause) {
      if (noAnswer.test((cause as Error).message)) return undefined
      throw cause
    } finally {
      msInside += performance.now() - from
    }
    return JSON.parse(answer) as Answer
  }
  const plain = ({ lon, lat }: Point) => ({ lon, lat })
  const lineOf = ({ legs }: Trip) => legs.flatMap(({ shape }) => decodePolyline(shape))
  const track = (points: readonly Traced[]) => ({ shape: points.map(({ lon, lat, ms }) => ({ lon, lat, time: ms / 1000 })), shape_match: 'map_snap' })
  const driven = async (question: object): Promise<Driven[] | undefined> => {
    const filters = { attributes: ['edge.way_id', 'edge.forward', 'edge.length'], action: 'include' }
    const found = await ask<Edges>('traceAttributes', { ...question, filters })
    return found?.edges.map(({ way_id, forward, length }) => ({ way: wayId(way_id), isForward: forward, meters: length * 1000 }))
  }
  return {
    msInside: () => msInside,
    places: async (at) => (await ask<Cells>('matrix', { sources: [plain(at)], targets: [plain(at)] })) !== undefined,
    async matrix(from, to) {
      const found = await ask<Cells>('matrix', { sources: from.map(plain), targets: to.map(plain) })
      if (!found) throw new Error('Valhalla puts one of the points on no road, or finds no way from any to any')
      return found.sources_to_targets.map((row) => row.map(({ time, distance }) => (time === null || distance === null ? null : { seconds: time, meters: distance * 1000 })))
    },
    async route(from, to) {
      const found = await ask<Trips>('route', { locations: [plain(from), plain(to)], directions_type: 'maneuvers' })
      if (!found) return undefined
      const { summary, legs } = found.trip
      const steps = legs.flatMap(({ maneuvers }) => maneuvers.map(({ type, time, length, street_names }) => ({ kind: type, streets: street_names ?? [], seconds: time, meters: length * 1000 })))
      return { seconds: summary.time, meters: summary.length * 1000, line: lineOf(found.trip), steps }
    },
    waysOf: ({ line }) => driven({ shape: line, shape_match: 'edge_walk' }),
    async isochrone(from, minutes) {
      const found = await ask<FeatureCollection<Polygon | MultiPolygon>>('isochrone', { locations: [plain(from)], contours: [{ time: minutes }], polygons: true })
      if (!found) throw new Error('Valhalla puts this point on no road')
      return found
    },
    async trace(points) {
      const found = await ask<Trips>('traceRoute', track(points))
      if (!found) return undefined
      // where it lost the thread, the rest of the way is among the "alternates"
      const trips = [found, ...(found.alternates ?? [])].map(({ trip }) => trip)
      return { meters: trips.reduce((sum, { summary }) => sum + summary.length * 1000, 0), lines: trips.map(lineOf) }
    },
    traceWays: (points) => driven(track(points)),
  }
}
