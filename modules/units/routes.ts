/** The units room over HTTP. */
import { Type } from 'typebox'
import { inScope, scopeOf, type Actor, type Role } from '#kernel/actor.ts'
import { At, CommandIdOf, Id, ItemsOf, Nothing } from '#kernel/contract.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Outcome } from '#kernel/journal.ts'
import { route } from '#platform/http/route.ts'
import { goOffDuty, goOnDuty, seatCrew } from './change-shift.ts'
import { changeUnit, createUnit, retireUnit } from './change-unit.ts'
import {
  ChangeUnit,
  EndShift,
  NewPositions,
  NewUnit,
  PositionsTaken,
  StartShift,
  TrackView,
  UnitKind,
  UnitState,
  UnitView,
  staleSeconds,
} from './contract.ts'
import { crewPhoneRoutes } from './crew-phone-routes.ts'
import type { UnitsDeps } from './deps.ts'
import { devicesRoutes } from './devices-routes.ts'
import { phonesRoutes } from './phones-routes.ts'
import { takePositions } from './take-positions.ts'
import { viewTrack } from './view-track.ts'

const units = route<UnitsDeps>()

/** Who sees units: all who send, are sent, answer for them or report for them. Analysts see places, not units. */
const viewers = ['dispatcher', 'commander', 'officer', 'station', 'auditor', 'administrator', 'integrator'] as const satisfies readonly Role[]
const desks = ['dispatcher', 'commander', 'station', 'administrator', 'officer'] as const satisfies readonly Role[]

const AtUnit = Type.Object({ id: Id })
/** On DELETE, where a body is not usual: the same id twice is one command. */
const MaybeCommand = Type.Object({ commandId: Type.Optional(CommandIdOf) })

/** The unit as the caller may see it. */
function seen(deps: UnitsDeps, actor: Actor, id: string): UnitView | Refused {
  const view = deps.live.view(id)
  return view && inScope(view.agency, scopeOf(actor, viewers)) ? view : refuse('unit-not-found')
}

/** After a command: the unit as it is now, for the caller's screen. */
function done<S extends 200 | 201>(deps: UnitsDeps, outcome: Outcome<{ unit: string }, string>, status: S) {
  if (isRefused(outcome)) return outcome
  const body = deps.live.view(outcome.answer.unit)
  return body ? { status, body } : refuse('unit-not-found')
}

export const routes = [
  units({
    method: 'GET',
    path: '/api/units',
    summary: 'Units in the caller’s part of the tree, as they are now.',
    access: viewers,
    schema: { querystring: Type.Object({ state: Type.Optional(UnitState) }) },
    replies: { 200: ItemsOf(UnitView) },
    async handle(deps, { actor, querystring: { state } }) {
      const items = deps.live.views(scopeOf(actor, viewers))
      return { status: 200, body: { items: state ? items.filter((unit) => unit.state === state) : items } }
    },
  }),
  units({
    method: 'GET',
    path: '/api/units/kinds',
    summary: 'Kinds of units, and after how many seconds without a fix each is stale.',
    access: 'signed-in',
    schema: {},
    replies: { 200: ItemsOf(Type.Object({ kind: UnitKind, staleSeconds: Type.Integer() })) },
    async handle() {
      const items = Object.entries(staleSeconds).map(([kind, seconds]) => ({ kind: kind as UnitKind, staleSeconds: seconds }))
      return { status: 200, body: { items } }
    },
  }),
  units({
    method: 'GET',
    path: '/api/units/mine',
    summary: 'The unit on duty in which the caller sits.',
    access: ['officer'],
    schema: {},
    replies: { 200: UnitView },
    async handle(deps, { actor }) {
      const own = actor.member === undefined ? undefined : deps.live.unitOf(actor.member, deps.now())
      const body = own && deps.live.view(own.id)
      return body ? { status: 200, body } : refuse('unit-not-found')
    },
  }),
  units({
    method: 'GET',
    path: '/api/units/:id',
    summary: 'One unit.',
    access: viewers,
    schema: { params: AtUnit },
    replies: { 200: UnitView },
    async handle(deps, { actor, params }) {
      const body = seen(deps, actor, params.id)
      return isRefused(body) ? body : { status: 200, body }
    },
  }),
  units({
    method: 'POST',
    path: '/api/units',
    summary: 'Create a unit.',
    access: ['administrator'],
    schema: { body: NewUnit },
    replies: { 201: UnitView },
    handle: async (deps, { actor, body }) => done(deps, await createUnit(deps, actor, body), 201),
  }),
  units({
    method: 'PATCH',
    path: '/api/units/:id',
    summary: 'Change what a unit is called or can do.',
    access: ['administrator'],
    schema: { params: AtUnit, body: ChangeUnit },
    replies: { 200: UnitView },
    handle: async (deps, { actor, params, body }) => done(deps, await changeUnit(deps, actor, params.id, body), 200),
  }),
  units({
    method: 'DELETE',
    path: '/api/units/:id',
    summary: 'Retire a unit that is off duty. Its history stays.',
    access: ['administrator'],
    schema: { params: AtUnit, querystring: MaybeCommand },
    replies: { 204: Nothing },
    async handle(deps, { actor, params, querystring }) {
      const outcome = await retireUnit(deps, actor, params.id, querystring.commandId ?? deps.newId())
      return isRefused(outcome) ? outcome : { status: 204, body: null }
    },
  }),
  units({
    method: 'POST',
    path: '/api/units/:id/shift',
    summary: 'Start a shift with a crew: from here on positions are taken.',
    access: desks,
    schema: { params: AtUnit, body: StartShift },
    replies: { 200: UnitView },
    handle: async (deps, { actor, params, body }) => done(deps, await goOnDuty(deps, actor, params.id, body), 200),
  }),
  units({
    method: 'POST',
    path: '/api/units/:id/shift/crew',
    summary: 'Change who is in a unit on duty.',
    access: desks,
    schema: { params: AtUnit, body: StartShift },
    replies: { 200: UnitView },
    handle: async (deps, { actor, params, body }) => done(deps, await seatCrew(deps, actor, params.id, body), 200),
  }),
  units({
    method: 'POST',
    path: '/api/units/:id/shift/end',
    summary: 'End the shift. Refused while the unit has an order.',
    access: desks,
    schema: { params: AtUnit, body: EndShift },
    replies: { 200: UnitView },
    handle: async (deps, { actor, params, body }) => done(deps, await goOffDuty(deps, actor, params.id, body.commandId, body.madeAt), 200),
  }),
  units({
    method: 'POST',
    path: '/api/units/positions',
    summary: 'Report positions. Answered when they are durable; off duty they are discarded.',
    access: ['integrator', 'officer'],
    schema: { body: NewPositions },
    replies: { 200: PositionsTaken },
    handle: async (deps, { actor, language, body }) => ({ status: 200, body: await takePositions(deps, { actor, language }, body.positions) }),
  }),
  units({
    method: 'GET',
    path: '/api/units/:id/track',
    summary: 'Where a unit was on duty, between two instants. Needs a reason, which is written to the journal.',
    access: ['commander', 'auditor'],
    schema: {
      params: AtUnit,
      querystring: Type.Object({ from: At, to: At, reason: Type.String({ minLength: 2, maxLength: 500, pattern: '\\S.*\\S' }) }),
    },
    replies: { 200: TrackView },
    async handle(deps, { actor, params, querystring }) {
      const body = await viewTrack(deps, actor, params.id, querystring)
      return isRefused(body) ? body : { status: 200, body }
    },
  }),
  ...crewPhoneRoutes,
  ...devicesRoutes,
  ...phonesRoutes,
]
