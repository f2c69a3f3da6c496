/** Open a look at the past, and end it. It is in the journal, with who, what and why, before a point of it is read. */
import { holds, type Actor } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { AgencyPath, CommandId } from '#kernel/names.ts'
import type { NewPlayback, PlaybackUnit, PlaybackView } from './contract.ts'
import type { OversightDeps, PastUnit } from './deps.ts'
import { lookers, mayRead, open, stillSeen, unitsMax, type Asked, type Playback } from './playback.ts'
import { findPlayback, partsOf } from './store.ts'

/** What is outside the tree is not found, and nothing of the look is opened. */
export async function openPlayback(deps: OversightDeps, actor: Actor, wanted: NewPlayback): Promise<PlaybackView | Refused> {
  const { commandId, ...request } = wanted
  const meant = await unitsMeant(deps, actor, wanted)
  if (isRefused(meant)) return meant
  const at = deps.now()
  const decision = open({ ...request, asked: meant.asked, home: meant.home }, meant.units, at)
  if (isRefused(decision)) return decision
  const id = deps.newId()
  const command = { id: commandId, actor, at, fingerprint: `open playback ${JSON.stringify(request)}` }
  const outcome = await deps.journal.act<{ playback: string }, string>(command, async (tx) => {
    for (const [agency, event] of decision) tx.append(`playback/${id}`, agency, [event])
    return { answer: { playback: id } }
  })
  return isRefused(outcome) ? outcome : viewPlayback(deps, actor, outcome.answer.playback)
}

type Meant = { readonly units: readonly PastUnit[]; readonly asked: Asked; readonly home: AgencyPath }

async function unitsMeant(deps: OversightDeps, actor: Actor, wanted: NewPlayback): Promise<Meant | Refused> {
  const isMine = (agency: AgencyPath) => holds(actor, lookers, agency)
  if ([wanted.units, wanted.agency, wanted.incident].filter((one) => one !== undefined).length !== 1) return refuse('playback-of-what')
  if (wanted.units) {
    const units = await deps.history.units(wanted.units)
    if (units.length < wanted.units.length || !units.every(({ agency }) => isMine(agency))) return refuse('unit-not-found')
    return { units, asked: 'units', home: units[0]!.agency }
  }
  const { agency } = wanted
  if (agency !== undefined) {
    if (!isMine(agency) || !(await deps.findAgency(agency))) return refuse('agency-not-found')
    return { units: await deps.history.onDuty(agency, wanted.from, wanted.to, unitsMax + 1), asked: { agency }, home: agency }
  }
  const incident = await deps.incidents.find(wanted.incident!)
  if (!incident || !isMine(incident.agency)) return refuse('incident-not-found')
  // Another tree may have lent a unit: it stays their business.
  const units = stillSeen(actor, await deps.history.units([...new Set(incident.assignments.map(({ unit }) => unit))]))
  return { units, asked: { incident: incident.id }, home: incident.agency }
}

/** A look as its owner sees it. */
export async function viewPlayback(deps: OversightDeps, actor: Actor, id: string): Promise<PlaybackView | Refused> {
  const playback = await readable(deps, actor, id)
  if (isRefused(playback)) return playback
  const units = await unitsOf(deps, actor, playback)
  const [keptSince, fixes] = await Promise.all([deps.history.keptSince(units.map((unit) => unit.id)), aboutHowMany(deps, units, playback)])
  const { asked } = playback
  return {
    id,
    from: playback.from,
    to: playback.to,
    reason: playback.reason,
    agency: asked !== 'units' && 'agency' in asked ? asked.agency : null,
    incident: asked !== 'units' && 'incident' in asked ? asked.incident : null,
    openedAt: playback.openedAt,
    until: playback.until,
    keptSince,
    fixes,
    units,
  }
}

/** The units of a look that its reader still sees, with their shifts. */
export async function unitsOf(deps: OversightDeps, actor: Actor, { units: ids, from, to }: Playback): Promise<PlaybackUnit[]> {
  const units = stillSeen(actor, await deps.history.units(ids))
  const byUnit = Map.groupBy(await deps.history.shifts(units.map(({ id }) => id), from, to), ({ unit }) => unit)
  return units.map((unit) => ({ ...unit, shifts: (byUnit.get(unit.id) ?? []).map(({ startedAt, endedAt }) => [startedAt, endedAt] as [number, number | null]) }))
}

/** Of more units than this, some are counted and the others taken for alike. */
const countedMax = 32
async function aboutHowMany(deps: OversightDeps, units: readonly Pick<PastUnit, 'handle'>[], { from, to }: Playback): Promise<number> {
  const counted = Array.from({ length: Math.min(countedMax, units.length) }, (_, n, share = units.length / Math.min(countedMax, units.length)) => units[Math.floor(n * share)]!.handle)
  const found = await deps.history.countFixes(counted, from, to)
  return Math.round((found * units.length) / Math.max(1, counted.length))
}

export const readable = async (deps: OversightDeps, actor: Actor, id: string): Promise<Playback | Refused> => mayRead(await findPlayback(deps.db, id), actor, deps.now())

/** Nothing more is given of a look that has ended. Ending it twice is ending it. */
export async function endPlayback(deps: OversightDeps, actor: Actor, id: string, commandId: CommandId): Promise<Refused | undefined> {
  const playback = await findPlayback(deps.db, id)
  if (!playback || playback.account !== actor.account) return refuse('playback-not-found')
  const at = deps.now()
  const outcome = await deps.journal.act({ id: commandId, actor, at, fingerprint: `end playback ${id}` }, async (tx) => {
    if (playback.endedAt === null) for (const agency of await partsOf(deps.db, id)) tx.append(`playback/${id}`, agency, [{ type: 'playback-ended', at }])
    return { answer: null }
  })
  return isRefused(outcome) ? outcome : undefined
}
