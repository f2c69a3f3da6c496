/** Calling many: whom it would reach, sending it, asking the next ring, ending it. */
import { holds, inScope, isWithin, scopeOf, system, type Actor } from '#kernel/actor.ts'
import { distanceMeters } from '#core/geo/distance.ts'
import { isInside } from '#core/geo/ring.ts'
import { toWgs84 } from '#core/geo/shifted.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Tx } from '#kernel/journal.ts'
import type { AgencyPath } from '#kernel/names.ts'
import { travelOf } from '#modules/roads/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { leaders } from './access.ts'
import { broadcast, end, nextMinutes, see, send, widen, type Sending } from './broadcast.ts'
import { findBroadcastAgency } from './broadcast-store.ts'
import { ownAgency } from './change-group.ts'
import type { BroadcastReach, NewBroadcast, Recipient } from './contract.ts'
import { commandOf, type Asked, type MessagesDeps } from './deps.ts'

/** Whom it reaches, where it is about, and whose it is. */
export type Reached = Pick<Sending, 'incident' | 'lon' | 'lat' | 'place' | 'placeEn' | 'kind' | 'minutes' | 'kilometers' | 'fence' | 'area' | 'scope' | 'recipients'> & { readonly agency: AgencyPath }

const nowhere = { lon: null, lat: null, place: '', placeEn: '' } as const

/**
 * Find whom a broadcast reaches now: crews on duty in the caller's part of the tree.
 *
 * By road only who has a fresh position is found, since the others' way is not known; in an area the same; of an agency everybody on duty.
 */
export async function reach(deps: MessagesDeps, actor: Actor, asked: BroadcastReach): Promise<Reached | Refused> {
  const scope = scopeOf(actor, leaders)
  const own = ownAgency(scope)
  if (own === undefined) return refuse('not-allowed')
  const about = await placeOf(deps, actor, asked)
  if (isRefused(about)) return about
  const { agency = own, ...where } = { ...about, kilometers: null, fence: null }
  if ([asked.minutes, asked.kilometers, asked.area, asked.fence, asked.agency].filter((each) => each !== undefined).length !== 1) return refuse('broadcast-reach-unclear')
  if (asked.agency !== undefined) {
    const path = asked.agency
    if (!inScope(path, scope) || !(await deps.findAgency(path))) return refuse('agency-not-found')
    const recipients = crewsIn(deps, [path]).flatMap((unit) => recipientsOf(unit, 'agency', null))
    return { ...where, agency: where.incident === null ? path : agency, kind: 'agency', minutes: null, area: null, scope: [path], recipients }
  }
  const inside = (has: (lon: number, lat: number) => boolean) =>
    crewsIn(deps, scope).filter(isPlaced).filter(({ lon, lat }) => has(lon, lat)).flatMap((unit) => recipientsOf(unit, 'area', null))
  if (asked.area !== undefined) {
    const ring = asked.area.map(([x, y]) => toWgs84(asked.crs, x!, y!)) // the contract says two numbers
    const named = where.lon === null ? await spokenMiddle(deps, ring) : {}
    return { ...where, ...named, agency, kind: 'area', minutes: null, area: ring, scope, recipients: inside((lon, lat) => isInside(ring, lon, lat)) }
  }
  if (asked.fence !== undefined) {
    const fence = deps.fenceArea(asked.fence)
    // one's own, or of an agency above: it is for one's units too
    if (!fence || !(inScope(fence.agency, scope) || scope.some((root) => isWithin(root, fence.agency)))) return refuse('fence-not-found')
    const { name, lon, lat, isInside: has } = fence
    const named = where.lon === null ? { lon, lat, place: name, placeEn: name } : {}
    return { ...where, ...named, agency, kind: 'area', minutes: null, area: null, fence: asked.fence, scope, recipients: inside(has) }
  }
  if (where.lon === null || where.lat === null) return refuse('broadcast-reach-unclear')
  if (asked.kilometers !== undefined) {
    const { lon, lat } = where
    const recipients = inside((x, y) => distanceMeters(lon, lat, x, y) <= asked.kilometers! * 1000)
    return { ...where, agency, kind: 'area', minutes: null, kilometers: asked.kilometers, area: null, scope, recipients }
  }
  const recipients = await withinMinutes(deps, scope, { lon: where.lon, lat: where.lat }, asked.minutes!)
  return { ...where, agency, kind: 'minutes', minutes: asked.minutes!, area: null, scope, recipients }
}

/** Where it is about: an incident that the caller may lead, or a point, or nothing. */
async function placeOf(deps: MessagesDeps, actor: Actor, asked: BroadcastReach): Promise<(Omit<Reached, 'agency' | 'kind' | 'minutes' | 'kilometers' | 'fence' | 'area' | 'scope' | 'recipients'> & { readonly agency?: AgencyPath }) | Refused> {
  if (asked.incident !== undefined) {
    const incident = (await deps.incidents(deps.db, [asked.incident]))[0]
    if (!incident || !holds(actor, leaders, incident.agency)) return refuse('incident-not-found')
    const { lon, lat, place, placeEn } = incident
    return { incident: incident.id, lon, lat, place, placeEn, agency: incident.agency }
  }
  if (asked.lon === undefined || asked.lat === undefined) return { incident: null, ...nowhere }
  const [lon, lat] = toWgs84(asked.crs, asked.lon, asked.lat)
  const spoken = await deps.spokenPlace(lon, lat)
  return { incident: null, lon, lat, place: spoken?.text ?? '', placeEn: spoken?.textEn ?? '' }
}

/** What a drawn area is near to, in words. */
async function spokenMiddle(deps: Pick<MessagesDeps, 'spokenPlace'>, ring: readonly (readonly [number, number])[]): Promise<Pick<Reached, 'lon' | 'lat' | 'place' | 'placeEn'>> {
  const middle = (of: readonly number[]) => (Math.min(...of) + Math.max(...of)) / 2
  const [lon, lat] = [middle(ring.map(([x]) => x)), middle(ring.map(([, y]) => y))]
  const spoken = await deps.spokenPlace(lon, lat)
  return { lon, lat, place: spoken?.text ?? '', placeEn: spoken?.textEn ?? '' }
}

const crewsIn = (deps: Pick<MessagesDeps, 'liveUnits'>, scope: readonly AgencyPath[]): UnitView[] => deps.liveUnits(scope).filter((unit) => unit.onDutySince !== null && unit.crew.length > 0)
const isPlaced = (unit: UnitView): unit is UnitView & { lon: number; lat: number } => !unit.stale && unit.lon !== null && unit.lat !== null

const recipientsOf = (unit: UnitView, because: Recipient['because'], seconds: number | null): Recipient[] =>
  unit.crew.map(({ id, name }) => ({ member: id, name, unit: unit.id, callSign: unit.callSign, because, seconds: seconds === null ? null : Math.round(seconds) }))

/** Crews who are there by road within so many minutes, in their own mode, the nearest first. */
async function withinMinutes(deps: MessagesDeps, scope: readonly AgencyPath[], to: { readonly lon: number; readonly lat: number }, minutes: number): Promise<Recipient[]> {
  const placed = crewsIn(deps, scope).filter(isPlaced)
  const units = new Map(placed.map((unit) => [unit.id, unit]))
  const arrivals = await deps.roads.arrivals(to, placed.map((unit) => ({ id: unit.id, lon: unit.lon, lat: unit.lat, ...travelOf(unit.kind) })), { secondsMax: minutes * 60 })
  return arrivals.filter(({ seconds }) => seconds <= minutes * 60).flatMap(({ id, seconds }) => recipientsOf(units.get(id)!, 'minutes', seconds))
}

/** Call them 一呼百应. Whom it reaches is settled now, and listed with the reason. */
export async function sendBroadcast(deps: MessagesDeps, { actor, commandId, ...asked }: Asked & NewBroadcast) {
  const { text, asks = true, enoughYes = 1, widenMinutes = null, ...reaching } = asked
  const found = await reach(deps, actor, reaching)
  // The same command again is answered as it was, also when nobody would be reached any more.
  const at = deps.now()
  const id = deps.newId()
  return deps.journal.act(commandOf('send-broadcast', { commandId, actor, ...asked }, at), async (tx: Tx): Promise<{ answer: { id: string } } | Refused> => {
    if (isRefused(found)) return found
    const { agency, ...sending } = found
    const decision = send({ id, ...sending, text, asks, enoughYes, widenMinutes }, at)
    if ('refused' in decision) return decision
    tx.append(`broadcast/${id}`, agency, decision.events)
    return { answer: { id } }
  })
}

export function endBroadcast(deps: MessagesDeps, asked: Asked & { readonly broadcast: string }) {
  const at = deps.now()
  return deps.journal.act(commandOf('end-broadcast', asked, at), async (tx: Tx): Promise<{ answer: { id: string } } | Refused> => {
    const state = await tx.load(`broadcast/${asked.broadcast}`, broadcast)
    const agency = await findBroadcastAgency(deps.facts.sqlOf(tx), asked.broadcast)
    if (agency === undefined || state.status === 'unheard' || !holds(asked.actor, leaders, agency)) return refuse('broadcast-not-found')
    const decision = end(state, at)
    if ('refused' in decision) return decision
    tx.append(`broadcast/${asked.broadcast}`, agency, decision.events)
    return { answer: { id: asked.broadcast } }
  })
}

/** Take note that too few came: nobody above is told. */
export function seeBroadcast(deps: MessagesDeps, asked: Asked & { readonly broadcast: string }) {
  const at = deps.now()
  return deps.journal.act(commandOf('see-broadcast', asked, at), async (tx: Tx): Promise<{ answer: { id: string } } | Refused> => {
    const state = await tx.load(`broadcast/${asked.broadcast}`, broadcast)
    const agency = await findBroadcastAgency(deps.facts.sqlOf(tx), asked.broadcast)
    if (agency === undefined || !holds(asked.actor, leaders, agency)) return refuse('broadcast-not-found')
    const decision = see(state, at)
    if ('refused' in decision) return decision
    tx.append(`broadcast/${asked.broadcast}`, agency, decision.events)
    return { answer: { id: asked.broadcast } }
  })
}

/** End what nobody ended: nobody answers yesterday's call. Once, whichever node comes first. */
export function endForgotten(deps: Pick<MessagesDeps, 'journal' | 'now'>, { id, agency }: { readonly id: string; readonly agency: AgencyPath }) {
  const at = deps.now()
  return deps.journal.act({ id: `${id}-over`, actor: system, at }, async (tx: Tx): Promise<{ answer: null } | Refused> => {
    const decision = end(await tx.load(`broadcast/${id}`, broadcast), at)
    if ('refused' in decision) return decision
    tx.append(`broadcast/${id}`, agency, decision.events)
    return { answer: null }
  })
}

/**
 * The time of a ring is up. The command's id follows from the broadcast and its ring, so several nodes, or one that
 * was killed in between, are one command.
 */
export async function widenBroadcast(deps: MessagesDeps, due: { readonly id: string; readonly ring: number; readonly wasShort: boolean; readonly agency: AgencyPath }) {
  const stream = `broadcast/${due.id}`
  let state = broadcast.initial
  for (let after = 0; ; ) {
    const entries = await deps.journal.read(after, 1_000, { stream })
    for (const { type, at, data } of entries) state = broadcast.evolve(state, { ...data, type, at } as never) // entries of this stream are its events
    if (entries.length < 1_000) break
    after = entries.at(-1)!.position
  }
  const minutes = nextMinutes(state)
  const found = minutes === undefined || state.lon === null || state.lat === null ? [] : await withinMinutes(deps, state.scope, { lon: state.lon, lat: state.lat }, minutes)
  const at = deps.now()
  return deps.journal.act({ id: `${due.id}-${due.wasShort ? 'above' : `ring-${due.ring}`}`, actor: system, at }, async (tx: Tx): Promise<{ answer: null } | Refused> => {
    const hasAbove = due.agency.includes('.')
    const decision = widen(await tx.load(stream, broadcast), { ...due, hasAbove }, found, at)
    if ('refused' in decision) return decision
    tx.append(stream, due.agency, decision.events)
    return { answer: null }
  })
}
