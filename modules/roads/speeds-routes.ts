/** What was learned of speeds over HTTP: how much, where the map is wrong, one road by the hour; used or not. */
import { Type } from 'typebox'
import type { Role } from '#kernel/actor.ts'
import { CommandIdOf } from '#kernel/contract.ts'
import { isRefused, refuse } from '#kernel/decision.ts'
import { route, type Route } from '#platform/http/route.ts'
import { ArcSpeedsView, DoubtsView, SpeedsView, TravelMode } from './contract.ts'
import type { RoadsDeps } from './deps.ts'
import { doubtsCsv, doubtsGeojson } from './doubts-file.ts'
import type { RoadsRoom } from './jobs.ts'
import { middleOf, taught } from './speeds.ts'
import { forgetAllSpeeds, setSpeedsUsed, speedsKeepers } from './switch-speeds.ts'

const of = route<RoadsDeps>()
const readers = ['commander', 'analyst', 'auditor', 'administrator'] as const satisfies readonly Role[]

/** A logarithm with its error as a ratio with the interval that holds it 19 times of 20. */
const ratioOf = ({ value, error }: { readonly value: number; readonly error: number }) => ({ ratio: Math.exp(value), low: Math.exp(value - 1.96 * error), high: Math.exp(value + 1.96 * error) })

async function speedsNow({ room }: RoadsDeps): Promise<SpeedsView> {
  const { rule, until, at, hour, estimate } = await room.speeds.now()
  return {
    used: rule.used,
    ready: estimate !== undefined,
    learnedUntil: until,
    at,
    hour,
    modes: (estimate?.modes ?? []).map(({ mode, drives, arcs, coveredShare, doubts }) => ({ mode, drives, arcs, coveredShare, doubted: doubts.length })),
  }
}

async function doubtsNow(room: RoadsRoom): Promise<DoubtsView> {
  const { at, estimate } = await room.speeds.now()
  const roads = (estimate?.modes ?? []).flatMap(({ mode, doubts }) =>
    doubts.map(({ arc, value, error, drives, street, meters, profileMs, line }) => {
      const mapKmh = (meters / profileMs) * 3600
      const name = room.streetOf(street)
      const kind = value > 0 ? ('slower' as const) : ('faster' as const)
      return { id: String(arc), mode, kind, street: name?.name ?? null, streetEn: name?.nameEn ?? null, ...ratioOf({ value, error }), drives, mapKmh, learnedKmh: mapKmh / Math.exp(value), meters, line }
    }),
  )
  const places = (await room.speeds.offMap()).map(({ why, x, y, drives, days }) => ({ why, ...middleOf(x, y), drives, days }))
  return { at, roads, places }
}

export const speedsRoutes: Route<RoadsDeps>[] = [
  of({
    method: 'GET',
    path: '/api/roads/speeds',
    summary: 'How much was learned of speeds from drives under orders, and whether it is used.',
    access: readers,
    schema: {},
    replies: { 200: SpeedsView },
    handle: async (deps) => (deps.room.isReady() ? { status: 200, body: await speedsNow(deps) } : refuse('map-not-found')),
  }),
  of({
    method: 'POST',
    path: '/api/roads/speeds',
    summary: 'Use what was learned of speeds, or the map’s alone. Counts at once.',
    access: speedsKeepers,
    schema: { body: Type.Object({ commandId: CommandIdOf, used: Type.Boolean() }, { additionalProperties: false }) },
    replies: { 200: SpeedsView },
    async handle(deps, { actor, body: { commandId, used } }) {
      const outcome = await setSpeedsUsed(deps, actor, commandId, used)
      return isRefused(outcome) ? outcome : { status: 200, body: await speedsNow(deps) }
    },
  }),
  of({
    method: 'DELETE',
    path: '/api/roads/speeds',
    summary: 'Forget what was learned of speeds and begin again. Cannot be undone.',
    access: speedsKeepers,
    schema: { querystring: Type.Object({ commandId: Type.Optional(CommandIdOf) }) },
    replies: { 200: SpeedsView },
    async handle(deps, { actor, querystring: { commandId } }) {
      const outcome = await forgetAllSpeeds(deps, actor, commandId ?? deps.newId())
      return isRefused(outcome) ? outcome : { status: 200, body: await speedsNow(deps) }
    },
  }),
  of({
    method: 'GET',
    path: '/api/roads/doubts',
    summary: 'Where the map is wrong: roads on which drives take other times than it says, and places where drives leave its roads.',
    access: readers,
    schema: {},
    replies: { 200: DoubtsView },
    async handle({ room }) {
      return room.isReady() ? { status: 200, body: await doubtsNow(room) } : refuse('map-not-found')
    },
  }),
  of({
    method: 'GET',
    path: '/api/roads/doubts.csv',
    summary: 'Where the map is wrong, as a table for a spreadsheet.',
    access: readers,
    schema: { querystring: Type.Object({ language: Type.Optional(Type.Union([Type.Literal('zh'), Type.Literal('en')], { description: 'the caller’s own when absent' })) }) },
    replies: { 200: Type.String({ description: 'text/csv, UTF-8' }) },
    async handle({ room }, { language: own, querystring: { language = own } }) {
      if (!room.isReady()) return refuse('map-not-found')
      const headers = { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="doubts.csv"' }
      return { status: 200, headers, body: doubtsCsv(await doubtsNow(room), language) }
    },
  }),
  of({
    method: 'GET',
    path: '/api/roads/doubts.geojson',
    summary: 'Where the map is wrong, as GeoJSON for a map editor: roads as lines in the direction driven, places as points.',
    access: readers,
    schema: {},
    replies: { 200: Type.String({ description: 'application/geo+json' }) },
    async handle({ room }) {
      if (!room.isReady()) return refuse('map-not-found')
      const headers = { 'content-type': 'application/geo+json; charset=utf-8', 'content-disposition': 'attachment; filename="doubts.geojson"' }
      return { status: 200, headers, body: doubtsGeojson(await doubtsNow(room)) }
    },
  }),
  of({
    method: 'GET',
    path: '/api/roads/speeds/:id',
    summary: 'One piece of road in one direction: what was learned for each hour of the week.',
    access: readers,
    schema: { params: Type.Object({ id: Type.String({ pattern: '^-?[0-9]{1,19}$' }) }), querystring: Type.Object({ mode: Type.Optional(TravelMode) }) },
    replies: { 200: ArcSpeedsView },
    async handle({ room }, { params: { id }, querystring: { mode: asked = 'car' } }) {
      const mode = taught.find((each) => each === asked)
      const found = mode && (await room.speeds.hours(mode, BigInt.asIntN(64, BigInt(id))))
      if (!found) return refuse('road-not-found')
      return { status: 200, body: { id, mode: asked, mapKmh: found.kmh, hours: found.hours.map(({ drives, ...effect }) => ({ ...ratioOf(effect), drives })) } }
    },
  }),
]
