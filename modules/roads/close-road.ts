/** Close a road and open it again: who commands the streets does, for their part of the tree; it counts for everybody. */
import { holds, system, type Actor, type Role } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Command, Journal, Outcome } from '#kernel/journal.ts'
import type { AgencyPath, CommandId, Instant } from '#kernel/names.ts'
import { close, closure, open, usualModes } from './closure.ts'
import type { DrawnShape, TravelMode } from './contract.ts'
import type { RoadsDeps } from './deps.ts'
import { edgeCountOf } from './placed-closure.ts'
import { agencyOfClosure } from './store.ts'

/** Who may close roads. */
export const closers = ['dispatcher', 'commander', 'administrator'] as const satisfies readonly Role[]

type Done = Promise<Outcome<{ closure: string }, string>>

const commandOf = (id: CommandId, actor: Actor, at: Instant, verb: string, request: object = {}): Command => ({ id, actor, at, fingerprint: `${verb} ${JSON.stringify(request)}` })

export async function closeRoad(
  deps: Pick<RoadsDeps, 'journal' | 'now' | 'newId' | 'findAgency' | 'room'>,
  actor: Actor,
  wanted: { commandId: CommandId; agency?: AgencyPath; geometry: DrawnShape; reason: string; modes?: readonly TravelMode[]; until?: Instant | null },
): Done {
  const { commandId, ...request } = wanted
  const agency = wanted.agency ?? actor.grants.find((grant) => (closers as readonly Role[]).includes(grant.role))?.agency
  if (agency === undefined || !holds(actor, closers, agency) || !(await deps.findAgency(agency))) return refuse('agency-not-found')
  if (!deps.room.isReady()) return refuse('map-not-found')
  const modes = wanted.modes ?? usualModes
  const placed = await deps.room.placeClosure(wanted.geometry, modes)
  const edges = placed ? edgeCountOf(placed) : 0
  const id = deps.newId()
  const at = deps.now()
  return deps.journal.act(commandOf(commandId, actor, at, 'close road', request), async (tx): Promise<{ answer: { closure: string } } | Refused> => {
    const decision = close({ geometry: wanted.geometry, reason: wanted.reason.trim(), modes, until: wanted.until ?? null }, { edges }, at)
    if (isRefused(decision)) return decision
    tx.append(`closure/${id}`, agency, decision.events)
    return { answer: { closure: id } }
  })
}

export async function openRoad(deps: { readonly journal: Journal; readonly now: () => Instant }, actor: Actor, id: string, commandId: CommandId): Done {
  const at = deps.now()
  return deps.journal.act(commandOf(commandId, actor, at, `open road ${id}`), async (tx): Promise<{ answer: { closure: string } } | Refused> => {
    const agency = await agencyOfClosure(tx, id)
    if (agency === undefined || (actor !== system && !holds(actor, closers, agency))) return refuse('closure-not-found')
    const decision = open(await tx.load(`closure/${id}`, closure), at)
    if (isRefused(decision)) return decision
    tx.append(`closure/${id}`, agency, decision.events)
    return { answer: { closure: id } }
  })
}
