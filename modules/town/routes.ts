/** The town's doors: its map, names to points and points to words, and the import of a new map. */
import { Type } from 'typebox'
import { toWgs84 } from '#core/geo/shifted.ts'
import { holds, type Actor } from '#kernel/actor.ts'
import { Crs, Id, ItemsOf, Latitude, Longitude, Nothing } from '#kernel/contract.ts'
import { isRefused, refuse } from '#kernel/decision.ts'
import type { JournalEvent } from '#kernel/journal.ts'
import type { AgencyPath } from '#kernel/names.ts'
import { FileBody, route, type Route } from '#platform/http/route.ts'
import { ImportView, PlaceView, SpokenPlace, TownView } from './contract.ts'
import type { TownDeps } from './deps.ts'
import { importView } from './imports-store.ts'
import type { TownMeta } from './town-store.ts'

const of = route<TownDeps>()
const UPLOAD_BYTES_MAX = 512 * 1024 * 1024
const ImportParams = Type.Object({ id: Id })

/** Written to the journal when a map has been installed over HTTP. */
export type TownEvent = JournalEvent & { readonly type: 'map-installed'; readonly version: string; readonly file: string; readonly report: TownMeta['report'] }

export const routes: Route<TownDeps>[] = [
  of({
    method: 'GET',
    path: '/api/town',
    summary: 'The town’s map: whether there is one, its bounds, version and size.',
    access: 'signed-in',
    schema: {},
    replies: { 200: TownView },
    handle: async ({ town }) => ({ status: 200, body: town.view() }),
  }),
  of({
    method: 'GET',
    path: '/api/town/districts',
    summary: 'Patrol districts as GeoJSON, where the map has them.',
    access: 'signed-in',
    schema: {},
    replies: { 200: FileBody },
    async handle({ town }) {
      const body = town.districts()
      return body ? { status: 200, body, headers: { 'cache-control': 'private, no-cache' } } : refuse('districts-not-found')
    },
  }),
  of({
    method: 'GET',
    path: '/api/town/search',
    summary: 'Streets, crossings (A/B), places and points of interest by name: Chinese, English, pinyin or initials; near things first where lon and lat are given.',
    access: 'signed-in',
    schema: {
      querystring: Type.Object({
        q: Type.String({ minLength: 1, maxLength: 80 }),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 10 })),
        lon: Type.Optional(Longitude),
        lat: Type.Optional(Latitude),
        crs: Type.Optional(Crs),
      }),
    },
    replies: { 200: ItemsOf(PlaceView) },
    async handle({ town }, { querystring: { q, limit, lon, lat, crs } }) {
      const near = lon === undefined || lat === undefined ? undefined : pointOf(crs, lon, lat)
      return { status: 200, body: { items: [...(await town.search(q, limit ?? 10, near))] } }
    },
  }),
  of({
    method: 'GET',
    path: '/api/town/reverse',
    summary: 'A point in words: the crossing it is at, or the street and how far from which crossing.',
    access: 'signed-in',
    schema: { querystring: Type.Object({ lon: Longitude, lat: Latitude, crs: Type.Optional(Crs) }) },
    replies: { 200: SpokenPlace },
    async handle({ town }, { querystring: { lon, lat, crs } }) {
      const point = pointOf(crs, lon, lat)
      const body = await town.spokenPlace(point.lon, point.lat)
      return body ? { status: 200, body } : refuse('map-not-found')
    },
  }),
  of({
    method: 'GET',
    path: '/api/town/basemap/:version.pmtiles',
    summary: 'The map’s tiles as one PMTiles file, read by ranges. The address changes with every import, so it may be kept for ever.',
    access: 'signed-in',
    schema: { params: Type.Object({ version: Type.String({ minLength: 1, maxLength: 80, pattern: '^[A-Za-z0-9_-]+$' }) }) },
    replies: { 200: FileBody },
    async handle({ town }, { params }) {
      const body = town.basemap(params.version)
      if (!body) return refuse('basemap-not-found')
      return { status: 200, body, headers: { 'cache-control': 'private, max-age=31536000, immutable' } }
    },
  }),
  of({
    method: 'POST',
    path: '/api/town/imports',
    summary: 'Import a map: the body is an OpenStreetMap extract (.osm.pbf, at most 512 MiB). Answers when it has arrived; it is built afterwards.',
    access: ['administrator'],
    upload: true,
    bodyLimit: UPLOAD_BYTES_MAX,
    schema: {
      querystring: Type.Object({
        file: Type.String({ minLength: 1, maxLength: 200, description: 'the file’s name' }),
        timeZone: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'the town’s IANA time zone; that of the map before when absent' })),
      }),
    },
    replies: { 202: ImportView },
    async handle({ town, ...deps }, { querystring, upload, actor, language }) {
      const agency = wholeTown(actor)
      if (!agency) {
        upload.stream.resume()
        return refuse('not-allowed')
      }
      const { file, timeZone } = querystring
      if (timeZone !== undefined && !isTimeZone(timeZone)) {
        upload.stream.resume()
        return refuse('time-zone-unknown', { timeZone })
      }
      const after = deps.journal && ((meta: TownMeta) => recordInstalled(deps, actor, agency, meta))
      const answer = await town.imports.start({ stream: upload.stream, file: file.split(/[/\\]/).at(-1)!, bytes: upload.bytes, timeZone }, after)
      return isRefused(answer) ? answer : { status: 202, body: importView(answer, language) }
    },
  }),
  of({
    method: 'GET',
    path: '/api/town/imports',
    summary: 'Imports, newest first.',
    access: ['administrator'],
    schema: {},
    replies: { 200: ItemsOf(ImportView) },
    handle: async ({ town }, { actor, language }) =>
      wholeTown(actor) ? { status: 200, body: { items: town.imports.list().map((row) => importView(row, language)) } } : refuse('not-allowed'),
  }),
  of({
    method: 'GET',
    path: '/api/town/imports/:id',
    summary: 'One import and how far it is.',
    access: ['administrator'],
    schema: { params: ImportParams },
    replies: { 200: ImportView },
    async handle({ town }, { params, actor, language }) {
      const row = wholeTown(actor) ? town.imports.find(params.id) : undefined
      return row ? { status: 200, body: importView(row, language) } : refuse('import-not-found')
    },
  }),
  of({
    method: 'DELETE',
    path: '/api/town/imports/:id',
    summary: 'Cancel a running import. The map stays as it was.',
    access: ['administrator'],
    schema: { params: ImportParams },
    replies: { 204: Nothing },
    async handle({ town }, { params, actor }) {
      if (!wholeTown(actor)) return refuse('import-not-found')
      return (await town.imports.cancel(params.id)) ?? { status: 204, body: null }
    },
  }),
]

const pointOf = (crs: 'wgs84' | 'gcj02' | 'bd09' | undefined, lon: number, lat: number) => {
  const [x, y] = toWgs84(crs, lon, lat)
  return { lon: x, lat: y }
}

/** The map is everybody's: only an administrator of the whole tree changes it. The root he holds, or undefined. */
function wholeTown(actor: Actor): AgencyPath | undefined {
  return actor.grants.map((grant) => grant.agency).find((path) => !path.includes('.') && holds(actor, ['administrator'], path))
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0
  } catch {
    return false
  }
}

async function recordInstalled(deps: Omit<TownDeps, 'town'>, actor: Actor, agency: AgencyPath, meta: TownMeta): Promise<void> {
  const at = deps.now()
  const event: TownEvent = { type: 'map-installed', at, version: meta.version, file: meta.file, report: meta.report }
  await deps.journal!.act({ id: deps.newId(), actor, at }, async (tx) => {
    tx.append('town/map', agency, [event])
    return { answer: null }
  })
}
