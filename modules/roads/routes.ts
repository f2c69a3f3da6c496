/** Travel by road over HTTP: ways, matrices, areas reached, closures. */
import { Type } from 'typebox'
import { toWgs84 } from '#core/geo/shifted.ts'
import { scopeOf, type Role } from '#kernel/actor.ts'
import { CommandIdOf, Crs, Id, ItemsOf, Latitude, Longitude } from '#kernel/contract.ts'
import { isRefused, refuse } from '#kernel/decision.ts'
import { UnitState, type UnitView } from '#modules/units/contract.ts'
import { route, type Route } from '#platform/http/route.ts'
import { closeRoad, closers, openRoad } from './close-road.ts'
import { ClosureView, Direction, IsochroneView, MatrixView, NearestUnits, NewClosure, NewMatrix, RouteView, travelOf, TravelMode } from './contract.ts'
import type { RoadsDeps } from './deps.ts'
import { newestClosures } from './store.ts'

const of = route<RoadsDeps>()

/** Who sees where units are. */
const viewers = ['dispatcher', 'commander', 'station', 'administrator'] as const satisfies readonly Role[]
const PAIRS_MAX = 250_000

type Point = { readonly lon: number; readonly lat: number }
const pointOf = (crs: 'wgs84' | 'gcj02' | 'bd09' | undefined, lon: number, lat: number): Point => {
  const [x, y] = toWgs84(crs, lon, lat)
  return { lon: x, lat: y }
}

/** Ascending minutes out of "5,10,15"; undefined when it is something else. */
function minutesOf(text: string): number[] | undefined {
  const minutes = [...new Set(text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part))))].sort((a, b) => a - b)
  return minutes.length <= 6 && minutes.every((each) => each >= 1 && each <= 60) ? minutes : undefined
}

type Placed = UnitView & Point & { readonly fixAt: number }
const isPlaced = (unit: UnitView): unit is Placed => !unit.stale && unit.lon !== null && unit.lat !== null && unit.fixAt !== null
const isFree = (unit: UnitView): unit is Placed => unit.state === 'free' && isPlaced(unit)

export const routes: Route<RoadsDeps>[] = [
  of({
    method: 'GET',
    path: '/api/roads/route',
    summary: 'The fastest way by road between two points, with its steps, on the streets as they are now.',
    access: 'signed-in',
    schema: {
      querystring: Type.Object({ fromLon: Longitude, fromLat: Latitude, toLon: Longitude, toLat: Latitude, mode: Type.Optional(TravelMode), crs: Type.Optional(Crs) }),
    },
    replies: { 200: RouteView },
    async handle({ room }, { querystring: { fromLon, fromLat, toLon, toLat, mode = 'car', crs } }) {
      if (!room.isReady()) return refuse('map-not-found')
      const body = await room.way(pointOf(crs, fromLon, fromLat), pointOf(crs, toLon, toLat), mode)
      if (body === 'off-the-roads') return refuse('place-off-the-roads')
      return body && body !== 'no-way' ? { status: 200, body } : refuse('route-not-found')
    },
  }),
  of({
    method: 'POST',
    path: '/api/roads/matrix',
    summary: 'Travel times and lengths from each point to each other, on the streets as they are now; at most 250,000 pairs.',
    access: 'signed-in',
    schema: { body: NewMatrix },
    replies: { 200: MatrixView },
    async handle({ room }, { body: { from, to, mode = 'car', crs } }) {
      if (!room.isReady()) return refuse('map-not-found')
      if (from.length * to.length > PAIRS_MAX) return refuse('matrix-too-large', { pairs: from.length * to.length, most: PAIRS_MAX })
      const points = (list: typeof from) => list.map(({ lon, lat }) => pointOf(crs, lon, lat))
      const found = await room.matrix(points(from), points(to), mode)
      if (!found) return refuse('map-not-found')
      const cells = (values: Float64Array, scale: number) =>
        from.map((_, i) => to.map((__, j) => ((value) => (value === Infinity ? null : value / scale))(values[i * to.length + j]!)))
      const ids = (list: typeof from) => list.map(({ id }, i) => id ?? String(i))
      return { status: 200, body: { from: ids(from), to: ids(to), seconds: cells(found.milliseconds, 1000), meters: cells(found.meters, 1), engine: found.engine } }
    },
  }),
  of({
    method: 'GET',
    path: '/api/roads/isochrone',
    summary: 'What is reached from a place in so many minutes, or from where it is reached; or from all free units together.',
    access: 'signed-in',
    schema: {
      querystring: Type.Object({
        minutes: Type.String({ minLength: 1, maxLength: 40, description: '5,10,15: one to six numbers from 1 to 60' }),
        lon: Type.Optional(Longitude),
        lat: Type.Optional(Latitude),
        units: Type.Optional(Type.Literal('free')),
        mode: Type.Optional(TravelMode),
        direction: Type.Optional(Direction),
        crs: Type.Optional(Crs),
      }),
    },
    replies: { 200: IsochroneView },
    async handle({ room, liveUnits, now }, { actor, querystring: { minutes: text, lon, lat, units, mode = 'car', direction = 'from', crs } }) {
      if (!room.isReady()) return refuse('map-not-found')
      const minutes = minutesOf(text)
      if (!minutes) return refuse('minutes-out-of-range', { minutes: text })
      const at: Point[] = []
      if (units === 'free') {
        const scope = scopeOf(actor, viewers)
        if (scope.length > 0) at.push(...liveUnits(scope).filter(isFree).filter(({ kind }) => (mode === 'foot') === (travelOf(kind).mode === 'foot')))
        if (at.length === 0) return refuse('no-free-units')
      } else if (lon !== undefined && lat !== undefined) at.push(pointOf(crs, lon, lat))
      else return refuse('place-or-units')
      const found = await room.isochrone(at, minutes.map((each) => each * 60), mode, direction)
      if (!found || found.placed === 0) return refuse('place-off-the-roads')
      const features = found.areas.toReversed().map(({ seconds, area, roadMeters }) => ({
        type: 'Feature' as const,
        properties: { minutes: seconds / 60, seconds, mode, direction, roadMeters },
        geometry: { type: 'MultiPolygon' as const, coordinates: area },
      }))
      return { status: 200, body: { type: 'FeatureCollection' as const, features, at: now(), sources: found.placed, closures: room.roads.closureCount() } }
    },
  }),
  of({
    method: 'GET',
    path: '/api/roads/closures',
    summary: 'Closed roads: those in force, or with all=true the newest 200 with those that were lifted.',
    access: 'signed-in',
    schema: { querystring: Type.Object({ all: Type.Optional(Type.Boolean()) }) },
    replies: { 200: ItemsOf(ClosureView) },
    async handle({ room, db }, { querystring: { all } }) {
      const items = all ? await Promise.all((await newestClosures(db, 200)).map((row) => room.viewOf(row))) : await room.inForce()
      return { status: 200, body: { items } }
    },
  }),
  of({
    method: 'POST',
    path: '/api/roads/closures',
    summary: 'Close roads: a point or a line across cuts them, a line along closes the stretch, an area closes what lies inside. Counts at once.',
    access: closers,
    schema: { body: NewClosure },
    replies: { 201: ClosureView },
    async handle(deps, { actor, body }) {
      const outcome = await closeRoad(deps, actor, body)
      if (isRefused(outcome)) return outcome
      const [view] = await deps.room.describe([outcome.answer.closure])
      return view ? { status: 201, body: view } : refuse('closure-not-found')
    },
  }),
  of({
    method: 'DELETE',
    path: '/api/roads/closures/:id',
    summary: 'Open a closed road again. Counts at once.',
    access: closers,
    schema: { params: Type.Object({ id: Id }), querystring: Type.Object({ commandId: Type.Optional(CommandIdOf) }) },
    replies: { 200: ClosureView },
    async handle(deps, { actor, params: { id }, querystring: { commandId } }) {
      const outcome = await openRoad(deps, actor, id, commandId ?? deps.newId())
      if (isRefused(outcome)) return outcome
      const [view] = await deps.room.describe([id])
      return view ? { status: 200, body: view } : refuse('closure-not-found')
    },
  }),
  of({
    method: 'GET',
    path: '/api/units/nearest',
    summary: 'Units with a fresh position, the free ones when nothing else is said, nearest to a place by road first, on the streets as they are now.',
    access: viewers,
    schema: {
      querystring: Type.Object({
        lon: Longitude,
        lat: Latitude,
        mode: Type.Optional(TravelMode),
        minutesMax: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 600, description: 'only those who are there by then' })),
        state: Type.Optional(Type.Union([...UnitState.anyOf, Type.Literal('any')], { description: 'free when absent; any: all on duty' })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
        crs: Type.Optional(Crs),
      }),
    },
    replies: { 200: NearestUnits },
    async handle({ room, liveUnits, now }, { actor, querystring: { lon, lat, mode, minutesMax, state = 'free', limit = 10, crs } }) {
      if (!room.isReady()) return refuse('map-not-found')
      const units = new Map<string, Placed>()
      for (const unit of liveUnits(scopeOf(actor, viewers))) if (isPlaced(unit) && (state === 'any' || unit.state === state)) units.set(unit.id, unit)
      const travel = (unit: Placed) => ({ ...travelOf(unit.kind), ...(mode ? { mode } : {}) })
      const travellers = [...units.values()].map((unit) => ({ id: unit.id, lon: unit.lon, lat: unit.lat, ...travel(unit) }))
      const limits = { countMax: limit, ...(minutesMax === undefined ? {} : { secondsMax: 60 * minutesMax }) }
      const found = await room.roads.arrivals(pointOf(crs, lon, lat), travellers, limits)
      const items = found.map(({ id, seconds, meters }) => {
        const unit = units.get(id)!
        const { callSign, kind, state, fixAt } = unit
        return { unit: id, callSign, kind, state, mode: travel(unit).mode, seconds, meters, fixAt }
      })
      return { status: 200, body: { at: now(), items } }
    },
  }),
]
