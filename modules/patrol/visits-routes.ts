/** Visits over HTTP: who was at which place, when, for how long. */
import { Type, type Static } from 'typebox'
import { scopeOf, type Actor, type Role } from '#kernel/actor.ts'
import { At, Id, ItemsOf } from '#kernel/contract.ts'
import { route, type Route } from '#platform/http/route.ts'
import { VisitView } from './contract.ts'
import type { PatrolDeps } from './deps.ts'
import { listVisits } from './visits-store.ts'
import { visitsCsv } from './visits-csv.ts'

const of = route<PatrolDeps>()

const viewers = ['dispatcher', 'commander', 'station', 'analyst', 'administrator', 'auditor'] as const satisfies readonly Role[]
const DAY_MS = 86_400_000
const csvRowsMax = 50_000

const Window = Type.Object({
  from: Type.Optional(At),
  to: Type.Optional(At),
  fence: Type.Optional(Id),
  unit: Type.Optional(Id),
  sort: Type.Optional(Type.Union([Type.Literal('arrived'), Type.Literal('stayed'), Type.Literal('fixes'), Type.Literal('fence'), Type.Literal('unit')])),
  direction: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')])),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
})

async function visitsOf({ db, now, liveUnits, keptDays }: PatrolDeps, actor: Actor, { from, to = now() + 1, fence, unit, sort = 'arrived', direction = 'desc' }: Static<typeof Window>, limit: number): Promise<VisitView[]> {
  const scope = scopeOf(actor, viewers)
  const callSigns = new Map(liveUnits().map(({ id, callSign }) => [id, callSign]))
  const units = liveUnits(scope).map(({ id }) => id)
  const asked = { from: from ?? to - DAY_MS, to, scope, units, kept: await keptDays(), now: now(), sort, direction, limit }
  const rows = await listVisits(db, { ...asked, ...(fence === undefined ? {} : { fence }), ...(unit === undefined ? {} : { unit }) })
  return rows.map((row) => ({ ...row, callSign: callSigns.get(row.unit) ?? null }))
}

export const visitsRoutes: Route<PatrolDeps>[] = [
  of({
    method: 'GET',
    path: '/api/patrol/visits',
    summary: 'Visits 到点 of units on duty to fences that are places to visit, of the last day when nothing else is said; those under way too. At places of the agencies above, what units of the caller’s part of the tree did.',
    access: viewers,
    schema: { querystring: Window },
    replies: { 200: ItemsOf(VisitView) },
    async handle(deps, { actor, querystring }) {
      return { status: 200, body: { items: await visitsOf(deps, actor, querystring, querystring.limit ?? 200) } }
    },
  }),
  of({
    method: 'GET',
    path: '/api/patrol/visits.csv',
    summary: 'The same as a table for a spreadsheet, at most 50,000 rows.',
    access: viewers,
    schema: { querystring: Window },
    replies: { 200: Type.String({ description: 'text/csv, UTF-8' }) },
    callsPerMinute: 20,
    async handle(deps, { actor, language, querystring }) {
      const body = visitsCsv(await visitsOf(deps, actor, querystring, csvRowsMax), language, deps.timeZone())
      return { status: 200, body, headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="visits.csv"' } }
    },
  }),
]
