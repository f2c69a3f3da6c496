/** Fences over HTTP: draw, change, retire, import and export; what happened at them. */
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { inScope, isWithin, scopeOf, type Role } from '#kernel/actor.ts'
import { At, CommandIdOf, Id, ItemsOf } from '#kernel/contract.ts'
import { isRefused, refuse, sentence } from '#kernel/decision.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import { retentionDaysMax } from '#modules/units/contract.ts'
import { route, type Route } from '#platform/http/route.ts'
import { changeOne, drawers, drawMany, drawOne, retireOne, seeOne, watchers } from './change-fence.ts'
import { ChangeFence, FenceEventView, FenceView, ImportFences, NewFence, type FenceDrawing } from './contract.ts'
import type { PatrolDeps } from './deps.ts'
import { usualTells } from './fence.ts'
import { drawingOf, featureOf } from './geojson.ts'
import { refusals } from './refusals.ts'
import { allFences, fencesInUse, passagesOf } from './store.ts'

const of = route<PatrolDeps>()

const viewers = ['dispatcher', 'commander', 'station', 'administrator', 'auditor'] as const satisfies readonly Role[]
const DAY_MS = 86_400_000

/** One’s own, and those of the agencies above: they count for one’s units. */
const isSeen = (agency: AgencyPath, scope: readonly AgencyPath[]) => inScope(agency, scope) || scope.some((root) => isWithin(root, agency))

/** Of passages, those that the agencies of their units still keep, as they keep positions. */
async function passagesKept(deps: PatrolDeps, asked: Parameters<typeof passagesOf>[1]): Promise<FenceEventView[]> {
  const from = Math.max(asked.from, deps.now() - retentionDaysMax * DAY_MS)
  const since = new Map<string, Instant>()
  const found: FenceEventView[] = []
  for (let after: FenceEventView | undefined; found.length < asked.limit; ) {
    const page = await passagesOf(deps.db, { ...asked, from, after })
    const unknown = new Set(page.flatMap(({ unit }) => (since.has(unit) ? [] : [unit])))
    if (unknown.size > 0) for (const [unit, at] of await deps.keptSince([...unknown])) since.set(unit, at)
    found.push(...page.filter(({ unit, fixAt }) => fixAt >= (since.get(unit) ?? Infinity)))
    if (page.length < asked.limit) break
    after = page.at(-1)
  }
  return found.slice(0, asked.limit)
}

export const routes: Route<PatrolDeps>[] = [
  of({
    method: 'GET',
    path: '/api/patrol/fences',
    summary: 'Electronic fences of the caller’s part of the tree, and without their alarms those of the agencies above, which count for its units too; by name; with retired=true also those that are no longer in use.',
    access: viewers,
    schema: { querystring: Type.Object({ retired: Type.Optional(Type.Boolean()) }) },
    replies: { 200: ItemsOf(FenceView) },
    async handle({ db, room }, { actor, querystring: { retired } }) {
      const scope = scopeOf(actor, viewers)
      const seen = (retired ? await allFences(db) : await fencesInUse(db)).filter(({ agency }) => isSeen(agency, scope))
      const views = new Map((await room.describe(seen.map(({ id }) => id))).map((view) => [view.id, view]))
      return { status: 200, body: { items: seen.flatMap(({ id, agency }) => (views.has(id) ? [inScope(agency, scope) ? views.get(id)! : { ...views.get(id)!, alarms: [] }] : [])) } }
    },
  }),
  of({
    method: 'GET',
    path: '/api/patrol/fences.geojson',
    summary: 'The fences in use as GeoJSON: polygons, and points with radiusMeters.',
    access: viewers,
    schema: {},
    replies: { 200: Type.String() },
    async handle({ db }, { actor }) {
      const scope = scopeOf(actor, viewers)
      const features = (await fencesInUse(db)).filter(({ agency }) => isSeen(agency, scope)).map(featureOf)
      return { status: 200, body: JSON.stringify({ type: 'FeatureCollection', features }), headers: { 'content-type': 'application/geo+json', 'content-disposition': 'attachment; filename="fences.geojson"' } }
    },
  }),
  of({
    method: 'POST',
    path: '/api/patrol/fences',
    summary: 'Draw a fence. Counts from the next position on.',
    access: drawers,
    schema: { body: NewFence },
    replies: { 201: FenceView },
    async handle(deps, { actor, body }) {
      const drawing: FenceDrawing = { name: body.name, geometry: body.geometry, appliesTo: body.appliesTo ?? { to: 'all' }, tells: body.tells ?? usualTells, hours: body.hours ?? null, severity: body.severity ?? 'quiet', visitSeconds: body.visitSeconds ?? null }
      const { commandId, agency } = body
      const outcome = await drawOne(deps, actor, { commandId, ...(agency === undefined ? {} : { agency }), ...drawing })
      if (isRefused(outcome)) return outcome
      const [view] = await deps.room.describe([outcome.answer.fence])
      return view ? { status: 201, body: view } : refuse('fence-not-found')
    },
  }),
  of({
    method: 'POST',
    path: '/api/patrol/fences/import',
    summary: 'Draw all fences of a GeoJSON file, or none: the first that is wrong is named.',
    access: drawers,
    schema: { body: ImportFences },
    replies: { 201: ItemsOf(FenceView) },
    bodyLimit: 4 << 20,
    async handle(deps, { actor, language, body: { commandId, agency, geojson } }) {
      const explain = (refusal: Parameters<typeof sentence>[1]) => sentence(refusals, refusal, language)
      const drawings: FenceDrawing[] = []
      for (const [index, feature] of geojson.features.entries()) {
        const drawing = drawingOf(feature, language === 'zh' ? `围栏${index + 1}` : `Fence ${index + 1}`, (schema, value) => Value.Check(schema, value))
        if (isRefused(drawing)) return refuse('fence-import-wrong', { feature: index + 1, because: explain(drawing) })
        drawings.push(drawing)
      }
      const outcome = await drawMany(deps, actor, { commandId, drawings, ...(agency === undefined ? {} : { agency }) }, explain)
      return isRefused(outcome) ? outcome : { status: 201, body: { items: await deps.room.describe(outcome.answer.fences) } }
    },
  }),
  of({
    method: 'PATCH',
    path: '/api/patrol/fences/:id',
    summary: 'Change a fence. Where it lies elsewhere or is for others, its units are found out anew, silently.',
    access: drawers,
    schema: { params: Type.Object({ id: Id }), body: ChangeFence },
    replies: { 200: FenceView },
    async handle(deps, { actor, params: { id }, body }) {
      const outcome = await changeOne(deps, actor, { ...body, fence: id })
      if (isRefused(outcome)) return outcome
      const [view] = await deps.room.describe([id])
      return view ? { status: 200, body: view } : refuse('fence-not-found')
    },
  }),
  of({
    method: 'DELETE',
    path: '/api/patrol/fences/:id',
    summary: 'Retire a fence: it tells nothing more, and what it told stays.',
    access: drawers,
    schema: { params: Type.Object({ id: Id }), querystring: Type.Object({ commandId: Type.Optional(CommandIdOf) }) },
    replies: { 200: FenceView },
    async handle(deps, { actor, params: { id }, querystring: { commandId } }) {
      const outcome = await retireOne(deps, actor, id, commandId ?? deps.newId())
      if (isRefused(outcome)) return outcome
      const [view] = await deps.room.describe([id])
      return view ? { status: 200, body: view } : refuse('fence-not-found')
    },
  }),
  of({
    method: 'GET',
    path: '/api/patrol/fence-events',
    summary: 'What was told at fences, newest first: the last day when nothing else is said. Kept as long as the agency of the unit keeps positions.',
    access: viewers,
    schema: { querystring: Type.Object({ from: Type.Optional(At), to: Type.Optional(At), fence: Type.Optional(Id), unit: Type.Optional(Id), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) }) },
    replies: { 200: ItemsOf(FenceEventView) },
    async handle(deps, { actor, querystring: { from, to = deps.now() + 1, fence, unit, limit = 200 } }) {
      const scope = scopeOf(actor, viewers)
      const asked = { from: from ?? to - DAY_MS, to, limit, scope, units: deps.liveUnits(scope).map(({ id }) => id) }
      return { status: 200, body: { items: await passagesKept(deps, { ...asked, ...(fence === undefined ? {} : { fence }), ...(unit === undefined ? {} : { unit }) }) } }
    },
  }),
  of({
    method: 'POST',
    path: '/api/patrol/fence-events/:id/seen',
    summary: 'Take note of an alarm of a fence; the second time changes nothing.',
    access: watchers,
    schema: { params: Type.Object({ id: Id }), body: Type.Object({ commandId: CommandIdOf }, { additionalProperties: false }) },
    replies: { 200: FenceView },
    async handle(deps, { actor, params: { id }, body: { commandId } }) {
      const outcome = await seeOne(deps, actor, id, commandId)
      if (isRefused(outcome)) return outcome
      const [view] = await deps.room.describe([outcome.answer.fence])
      return view ? { status: 200, body: view } : refuse('fence-event-not-found')
    },
  }),
]
