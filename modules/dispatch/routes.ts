/** The HTTP operations of dispatch. */
import { Type } from 'typebox'
import { scopeOf } from '#kernel/actor.ts'
import { CommandIdOf, Crs, Id, ItemsOf, Latitude, Longitude, Problem } from '#kernel/contract.ts'
import { refuse } from '#kernel/decision.ts'
import { toWgs84 } from '#core/geo/shifted.ts'
import { RouteView } from '#modules/roads/contract.ts'
import { FileBody, route } from '#platform/http/route.ts'
import { ownUnit, readers, watchRoom } from './access.ts'
import { addNote, addPicture } from './add-note.ts'
import { assignUnit } from './assign-unit.ts'
import { changeAssignment } from './change-assignment.ts'
import { changeCategory, createCategory } from './change-category.ts'
import { changeIncident } from './change-incident.ts'
import { closeIncident, reopenIncident } from './close-incident.ts'
import {
  AddNote, AddPicture, Assign, AssignmentState, CategoryView, ChangeAssignment, ChangeCategory, ChangeIncident, CloseIncident, HandOver,
  IncidentView, Just, LogLine, MergeIncident, NearIncident, NewCategory, NewIncident, NewReport, Recommendation, ReopenIncident, ReportTaken, ResourceView,
} from './contract.ts'
import { csvHead, csvLines } from './csv.ts'
import type { DispatchDeps } from './deps.ts'
import { handOverIncident } from './hand-over-incident.ts'
import { findIncident, pageOfIncidents, type Listing } from './list-incidents.ts'
import { mergeIncidents } from './merge-incidents.ts'
import { boxAround, duplicateMetersMax, earlierMsMax, nearOf } from './near.ts'
import { openIncident } from './open-incident.ts'
import { dataWithoutPersons } from './persons.ts'
import { recommendUnits, resourcesNear, wayOf } from './recommend-units.ts'
import { reportIncident } from './report-incident.ts'
import { seeLimit } from './see-limit.ts'
import { findPicture, incidentsInBox, listCategories } from './store.ts'
import { undoCommand } from './undo-command.ts'

const dispatch = route<DispatchDeps>()

const At = Type.Object({ id: Id })
const Done = Type.Object({ id: Id })
const no = { 403: Problem, 404: Problem, 409: Problem }
const everyReader = [...readers, 'officer'] as const

const ListingQuery = Type.Object({
  status: Type.Optional(
    Type.Union(
      ['waiting', 'active', 'handed-over', 'open', 'closed', 'all'].map((status) => Type.Literal(status)),
      { description: 'open when absent: waiting, active and handed over' },
    ),
  ),
  q: Type.Optional(Type.String({ maxLength: 100, description: 'words of the place or summary, or a number' })),
  from: Type.Optional(Type.Integer({ description: 'opened at or after, ms since 1970 UTC' })),
  to: Type.Optional(Type.Integer({ description: 'opened before' })),
})
const Point = { lon: Longitude, lat: Latitude, crs: Type.Optional(Crs) }
const HowMany = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  all: Type.Optional(Type.Boolean({ description: 'also list the units that cannot be used, and why' })),
}

/** Incidents of one export: about a year of a county. */
const csvRowsMax = 100_000
const csvPage = 500

export const routes = [
  // ── incidents ──
  dispatch({
    method: 'GET',
    path: '/api/dispatch/incidents',
    summary: 'Incidents of the caller’s part of the tree, newest first; an officer sees those of the own unit.',
    access: everyReader,
    schema: {
      querystring: Type.Object({
        ...ListingQuery.properties,
        after: Type.Optional(Type.String({ maxLength: 100, description: '`next` of the page before' })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
      }),
    },
    replies: { 200: Type.Object({ items: Type.Array(IncidentView), next: Type.Union([Type.String(), Type.Null()]) }), 409: Problem },
    async handle(deps, { actor, querystring: { status = 'open', limit = 100, ...rest } }) {
      const page = await pageOfIncidents(deps, actor, { ...rest, limit, status: status as Listing['status'] }) // one of the schema's words
      return 'refused' in page ? page : { status: 200, body: { items: [...page.items], next: page.next } }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/incidents',
    summary: 'Take a report: open an incident.',
    access: watchRoom,
    schema: { body: NewIncident },
    replies: { 201: Done, ...no },
    async handle(deps, { actor, body }) {
      const outcome = await openIncident(deps, { actor, ...body })
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/reports',
    summary: 'An officer reports something, or calls for help: it becomes an incident under the id of the command.',
    access: ['officer'],
    schema: { body: NewReport },
    replies: { 201: ReportTaken, ...no },
    async handle(deps, { actor, body }) {
      const outcome = await reportIncident(deps, { actor, ...body })
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'GET',
    path: '/api/dispatch/incidents.csv',
    summary: 'Incidents as a table for a spreadsheet, without the persons who reported them.',
    access: readers,
    schema: { querystring: ListingQuery },
    replies: { 200: Type.String({ description: 'text/csv, UTF-8' }), 409: Problem },
    callsPerMinute: 20,
    async handle(deps, { actor, language, querystring: { status = 'all', ...rest } }) {
      const categories = await listCategories(deps.db)
      let body = csvHead(language)
      let after: string | undefined
      // Page by page: a year's export must not hold up a dispatcher's next key.
      for (let rows = 0; ; rows += csvPage) {
        if (rows >= csvRowsMax) return refuse('export-too-large', { limit: csvRowsMax })
        const page = await pageOfIncidents(deps, actor, { ...rest, after, limit: csvPage, status: status as Listing['status'] })
        if ('refused' in page) return page
        body += csvLines(page.items, categories, language, deps.timeZone())
        if (page.next === null) break
        after = page.next
      }
      const headers = { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="incidents.csv"' }
      return { status: 200, body, headers }
    },
  }),
  dispatch({
    method: 'GET',
    path: '/api/dispatch/incidents/near',
    summary: 'Open incidents that may be the same one, and what happened at this place in the last 90 days.',
    access: readers,
    schema: { querystring: Type.Object({ ...Point, category: Type.Optional(Id), excluding: Type.Optional(Id) }) },
    replies: { 200: Type.Object({ duplicates: Type.Array(NearIncident), earlier: Type.Array(NearIncident) }) },
    async handle(deps, { actor, querystring: { crs, category, excluding, ...point } }) {
      const [lon, lat] = toWgs84(crs, point.lon, point.lat)
      const at = deps.now()
      const box = boxAround(lon, lat, duplicateMetersMax)
      const rows = await incidentsInBox(deps.db, { ...box, scope: scopeOf(actor, readers), since: at - earlierMsMax, excluding, limit: 500 })
      const known = rows.map(({ place_en, opened_at, ...row }) => ({ ...row, placeEn: place_en, openedAt: opened_at }))
      return { status: 200, body: nearOf(known, { lon, lat, category }, at) }
    },
  }),
  dispatch({
    method: 'GET',
    path: '/api/dispatch/incidents/:id',
    summary: 'One incident with its assignments and timers.',
    access: everyReader,
    schema: { params: At },
    replies: { 200: IncidentView, 404: Problem },
    async handle(deps, { actor, params }) {
      const found = await findIncident(deps, actor, params.id)
      return 'refused' in found ? found : { status: 200, body: found.view }
    },
  }),
  dispatch({
    method: 'PATCH',
    path: '/api/dispatch/incidents/:id',
    summary: 'Correct what is known of an incident.',
    access: [...watchRoom, 'station'],
    schema: { params: At, body: ChangeIncident },
    replies: { 200: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await changeIncident(deps, { actor, incident: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'GET',
    path: '/api/dispatch/incidents/:id/log',
    summary: 'Every step of an incident, its messages and its broadcasts, oldest first, as the journal has them.',
    access: everyReader,
    schema: {
      params: At,
      querystring: Type.Object({
        after: Type.Optional(Type.Integer({ minimum: 0, description: 'position of the last line one has' })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
      }),
    },
    replies: { 200: ItemsOf(LogLine), 404: Problem },
    async handle(deps, { actor, params, querystring: { after = 0, limit = 500 } }) {
      const found = await findIncident(deps, actor, params.id)
      if ('refused' in found) return found
      const own = `incident/${params.id}`
      const also = found.seesPersons ? await deps.alsoInLog?.(actor, params.id) : undefined
      const entries = await deps.journal.read(after, limit, { stream: also ? [own, ...also.streams] : own })
      const items = entries.flatMap(({ position, at, stream, actor: by, type, command, data }) => {
        if (stream !== own && at < also!.since) return [] // only what was asked for is read
        const shown = stream !== own ? also!.dataOf(data) : found.seesPersons ? { ...data } : dataWithoutPersons(data)
        return [{ position, at, actor: by.name, type, command, data: shown }]
      })
      return { status: 200, body: { items } }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/incidents/:id/notes',
    summary: 'Write into an incident’s log.',
    access: [...watchRoom, 'station', 'officer'],
    schema: { params: At, body: AddNote },
    replies: { 201: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await addNote(deps, { actor, incident: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/incidents/:id/pictures',
    summary: 'Put a picture (JPEG, PNG or WebP, at most 8 MiB, as base64) into an incident’s log.',
    access: [...watchRoom, 'station', 'officer'],
    schema: { params: At, body: AddPicture },
    replies: { 201: Type.Object({ id: Id, sha256: Type.String() }), ...no },
    bodyLimit: 12 * 1024 * 1024,
    callsPerMinute: 60,
    async handle(deps, { actor, params, body: { data, ...body } }) {
      const outcome = await addPicture(deps, { actor, incident: params.id, bytes: Buffer.from(data, 'base64'), ...body })
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'GET',
    path: '/api/dispatch/pictures/:id',
    summary: 'A picture of an incident’s log.',
    access: everyReader,
    schema: { params: At },
    replies: { 200: FileBody, 404: Problem },
    async handle(deps, { actor, params }) {
      const picture = await findPicture(deps.db, params.id)
      if (!picture) return refuse('picture-not-found')
      const found = await findIncident(deps, actor, picture.incident)
      // A picture shows persons; who studies incidents needs none.
      if ('refused' in found || !found.seesPersons) return refuse('picture-not-found')
      return { status: 200, body: deps.pictures.file(picture.sha256, picture.media_type) }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/incidents/:id/hand-over',
    summary: 'Hand an incident over to a station 移交.',
    access: watchRoom,
    schema: { params: At, body: HandOver },
    replies: { 200: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await handOverIncident(deps, { actor, incident: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/incidents/:id/close',
    summary: 'Close an incident with its outcome; units on it are freed.',
    access: [...watchRoom, 'station'],
    schema: { params: At, body: CloseIncident },
    replies: { 200: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await closeIncident(deps, { actor, incident: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/incidents/:id/reopen',
    summary: 'Open a closed incident again, or take a handed-over one back.',
    access: watchRoom,
    schema: { params: At, body: ReopenIncident },
    replies: { 200: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await reopenIncident(deps, { actor, incident: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/incidents/:id/merge',
    summary: 'Close an incident as a duplicate of another; its units go on there.',
    access: watchRoom,
    schema: { params: At, body: MergeIncident },
    replies: { 200: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await mergeIncidents(deps, { actor, incident: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),

  // ── who should go ──
  dispatch({
    method: 'GET',
    path: '/api/dispatch/incidents/:id/recommendation',
    summary: 'Who should go: every fresh free unit by exact road time, with the reasons.',
    access: watchRoom,
    schema: { params: At, querystring: Type.Object(HowMany) },
    replies: { 200: Recommendation, ...no },
    async handle(deps, { actor, language, params, querystring: { limit = 5, all = false } }) {
      const found = await findIncident(deps, actor, params.id)
      if ('refused' in found) return found
      if (found.standing !== 'watch-room') return refuse('not-allowed')
      const { view } = found
      const needs = (await listCategories(deps.db)).find((category) => category.id === view.category)?.needs ?? []
      const body = await recommendUnits(deps, actor, view, { needs, priority: view.priority, incident: view.id, limit, all, language })
      return { status: 200, body }
    },
  }),
  dispatch({
    method: 'GET',
    path: '/api/dispatch/recommendation',
    summary: 'Who should go to a place, before there is an incident.',
    access: watchRoom,
    schema: { querystring: Type.Object({ ...Point, ...HowMany, category: Type.Optional(Id) }) },
    replies: { 200: Recommendation },
    async handle(deps, { actor, language, querystring: { crs, category: id, limit = 5, all = false, ...point } }) {
      const [lon, lat] = toWgs84(crs, point.lon, point.lat)
      const category = id === undefined ? undefined : (await listCategories(deps.db)).find((each) => each.id === id)
      const asked = { needs: category?.needs ?? [], ...(category ? { priority: category.priority } : {}), limit, all, language }
      return { status: 200, body: await recommendUnits(deps, actor, { lon, lat }, asked) }
    },
  }),
  dispatch({
    method: 'GET',
    path: '/api/dispatch/incidents/:id/way',
    summary: 'The way of a unit to an incident, from where it is now.',
    access: [...watchRoom, 'officer'],
    schema: { params: At, querystring: Type.Object({ unit: Id }) },
    replies: { 200: RouteView, ...no },
    async handle(deps, { actor, params, querystring }) {
      const found = await findIncident(deps, actor, params.id)
      if ('refused' in found) return found
      const alsoOwn = await ownUnit(deps, actor)
      const way = await wayOf(deps, actor, found.view, querystring.unit, { priority: found.view.priority, ...(alsoOwn === undefined ? {} : { alsoOwn }) })
      return 'refused' in way ? way : { status: 200, body: way }
    },
  }),
  dispatch({
    method: 'GET',
    path: '/api/dispatch/way',
    summary: 'The way of a unit to a place, before there is an incident.',
    access: watchRoom,
    schema: { querystring: Type.Object({ ...Point, unit: Id }) },
    replies: { 200: RouteView, 404: Problem, 409: Problem },
    async handle(deps, { actor, querystring: { crs, unit, ...point } }) {
      const [lon, lat] = toWgs84(crs, point.lon, point.lat)
      const way = await wayOf(deps, actor, { lon, lat }, unit)
      return 'refused' in way ? way : { status: 200, body: way }
    },
  }),
  dispatch({
    method: 'GET',
    path: '/api/dispatch/incidents/:id/resources',
    summary: 'Stations near an incident, by road time.',
    access: watchRoom,
    schema: { params: At },
    replies: { 200: ItemsOf(ResourceView), ...no },
    async handle(deps, { actor, params }) {
      const found = await findIncident(deps, actor, params.id)
      if ('refused' in found) return found
      return { status: 200, body: { items: await resourcesNear(deps, actor, found.view) } }
    },
  }),

  // ── orders ──
  dispatch({
    method: 'POST',
    path: '/api/dispatch/incidents/:id/assignments',
    summary: 'Send a unit. Asking again for a unit that is on it answers its assignment and sends nobody twice.',
    access: watchRoom,
    schema: { params: At, body: Assign },
    replies: { 201: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await assignUnit(deps, { actor, incident: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/assignments/:id/state',
    summary: 'An order goes on: acknowledged, en route, on scene, reported, cleared; refused or cancelled.',
    access: [...watchRoom, 'station', 'officer'],
    schema: { params: At, body: ChangeAssignment },
    replies: { 200: Type.Object({ id: Id, state: AssignmentState }), ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await changeAssignment(deps, { actor, assignment: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/timers/:id/seen',
    summary: 'Take an alert upon oneself; the next in line is told later.',
    access: watchRoom,
    schema: { params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 96, pattern: '^[A-Za-z0-9_-]+$' }) }), body: Just },
    replies: { 200: Type.Object({ id: Type.String() }), ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await seeLimit(deps, { actor, timer: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/commands/:id/undo',
    summary: 'Take back what one’s own command did, within ten seconds.',
    access: [...watchRoom, 'station', 'officer'],
    schema: { params: Type.Object({ id: CommandIdOf }), body: Just },
    replies: { 200: Type.Object({ what: Type.String({ description: 'the type of the chief event that was undone' }) }), ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await undoCommand(deps, { actor, command: params.id, ...body })
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),

  // ── categories ──
  dispatch({
    method: 'GET',
    path: '/api/dispatch/categories',
    summary: 'Kinds of incident, in their order.',
    access: 'signed-in',
    schema: {},
    replies: { 200: ItemsOf(CategoryView) },
    async handle(deps) {
      return { status: 200, body: { items: await listCategories(deps.db) } }
    },
  }),
  dispatch({
    method: 'POST',
    path: '/api/dispatch/categories',
    summary: 'Add a kind of incident.',
    access: ['administrator'],
    schema: { body: NewCategory },
    replies: { 201: Done, ...no },
    async handle(deps, { actor, body }) {
      const outcome = await createCategory(deps, actor, body)
      return 'refused' in outcome ? outcome : { status: 201, body: outcome.answer }
    },
  }),
  dispatch({
    method: 'PATCH',
    path: '/api/dispatch/categories/:id',
    summary: 'Change a kind of incident, or take it out of use.',
    access: ['administrator'],
    schema: { params: At, body: ChangeCategory },
    replies: { 200: Done, ...no },
    async handle(deps, { actor, params, body }) {
      const outcome = await changeCategory(deps, actor, params.id, body)
      return 'refused' in outcome ? outcome : { status: 200, body: outcome.answer }
    },
  }),
]
