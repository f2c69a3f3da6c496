/** Draw, change and retire a fence, one or a file of them; take note of an alarm. Who commands the streets does, for their part of the tree. */
import { holds, scopeOf, type Actor, type Role } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Outcome, Tx } from '#kernel/journal.ts'
import type { AgencyPath, CommandId } from '#kernel/names.ts'
import type { ChangeFence, FenceDrawing } from './contract.ts'
import { commandOf, type PatrolNeeds } from './deps.ts'
import { changeFence, drawFence, retireFence, seeAlarm, type DrawingFacts } from './fence.ts'
import { isNameTaken, lockFence, lockPassage } from './store.ts'

/** Who may draw fences. */
export const drawers = ['dispatcher', 'commander', 'administrator'] as const satisfies readonly Role[]
/** Who takes note of alarms. */
export const watchers = ['dispatcher', 'commander', 'station'] as const satisfies readonly Role[]

type Needs = Pick<PatrolNeeds, 'journal' | 'now' | 'newId' | 'findAgency' | 'liveUnits' | 'townBounds'>
type Done<Answer> = Promise<Outcome<Answer, string>>

/** The agency that a fence is to belong to: the one that is named, or the actor's own. */
async function agencyFor(deps: Needs, actor: Actor, wanted: AgencyPath | undefined): Promise<AgencyPath | Refused> {
  const agency = wanted ?? actor.grants.find((grant) => (drawers as readonly Role[]).includes(grant.role))?.agency
  return agency !== undefined && holds(actor, drawers, agency) && (await deps.findAgency(agency)) ? agency : refuse('agency-not-found')
}

/** @param before  what the fence is: units that it names already stay, retired ones too */
async function factsOf(deps: Needs, tx: Tx, actor: Actor, agency: AgencyPath, { name, appliesTo }: FenceDrawing, exceptFence: string, before?: FenceDrawing): Promise<DrawingFacts> {
  const town = deps.townBounds()
  return {
    nameTaken: await isNameTaken(tx, agency, name, exceptFence),
    strangers: appliesTo.to === 'units' ? strangersIn(deps, actor, agency, appliesTo.units, before?.appliesTo) : [],
    ...(town ? { town } : {}),
  }
}

/** By their call signs, where the actor may know them. */
function strangersIn(deps: Needs, actor: Actor, agency: AgencyPath, named: readonly string[], before: FenceDrawing['appliesTo'] | undefined): string[] {
  const known = new Set([...deps.liveUnits([agency]).map(({ id }) => id), ...(before?.to === 'units' ? before.units : [])])
  const strangers = named.filter((id) => !known.has(id))
  if (strangers.length === 0) return []
  const callSigns = new Map(deps.liveUnits(scopeOf(actor, drawers)).map(({ id, callSign }) => [id, callSign]))
  return strangers.map((id) => callSigns.get(id) ?? id)
}

export async function drawOne(deps: Needs, actor: Actor, wanted: FenceDrawing & { readonly commandId: CommandId; readonly agency?: AgencyPath }): Done<{ fence: string }> {
  const { commandId, agency: named, ...drawing } = wanted
  const agency = await agencyFor(deps, actor, named)
  if (typeof agency !== 'string') return agency
  const id = deps.newId()
  return deps.journal.act(commandOf(deps, actor, 'draw fence', commandId, { agency, ...drawing }), async (tx): Promise<{ answer: { fence: string } } | Refused> => {
    const decision = drawFence(drawing, await factsOf(deps, tx, actor, agency, drawing, id), deps.now())
    if (isRefused(decision)) return decision
    tx.append(`fence/${id}`, agency, decision.events)
    return { answer: { fence: id } }
  })
}

/**
 * All fences of a file, or none.
 *
 * @param explain  a refusal as a sentence, to be told with the number of the feature
 */
export async function drawMany(
  deps: Needs,
  actor: Actor,
  wanted: { readonly commandId: CommandId; readonly agency?: AgencyPath; readonly drawings: readonly FenceDrawing[] },
  explain: (refusal: Refused) => string,
): Done<{ fences: string[] }> {
  const agency = await agencyFor(deps, actor, wanted.agency)
  if (typeof agency !== 'string') return agency
  const ids = wanted.drawings.map(() => deps.newId())
  return deps.journal.act(commandOf(deps, actor, 'import fences', wanted.commandId, { agency, drawings: wanted.drawings }), async (tx): Promise<{ answer: { fences: string[] } } | Refused> => {
    const names = new Set<string>()
    for (const [index, drawing] of wanted.drawings.entries()) {
      const facts = await factsOf(deps, tx, actor, agency, drawing, ids[index]!)
      const decision = drawFence(drawing, { ...facts, nameTaken: facts.nameTaken || names.has(drawing.name.trim()) }, deps.now())
      if (isRefused(decision)) return refuse('fence-import-wrong', { feature: index + 1, because: explain(decision) })
      names.add(drawing.name.trim())
      tx.append(`fence/${ids[index]!}`, agency, decision.events)
    }
    return { answer: { fences: ids } }
  })
}

export async function changeOne(deps: Needs, actor: Actor, wanted: ChangeFence & { readonly fence: string }): Done<{ fence: string }> {
  const { commandId, fence: id, ...asked } = wanted
  return deps.journal.act(commandOf(deps, actor, `change fence ${id}`, commandId, asked), async (tx): Promise<{ answer: { fence: string } } | Refused> => {
    const fence = await lockFence(tx, id)
    if (!fence || !holds(actor, drawers, fence.agency)) return refuse('fence-not-found')
    const changes = { ...asked, tells: { ...fence.tells, ...asked.tells } }
    const decision = changeFence(fence, changes, await factsOf(deps, tx, actor, fence.agency, { ...fence, ...changes }, id, fence), deps.now())
    if (isRefused(decision)) return decision
    tx.append(`fence/${id}`, fence.agency, decision.events)
    return { answer: { fence: id } }
  })
}

export async function retireOne(deps: Needs, actor: Actor, id: string, commandId: CommandId): Done<{ fence: string }> {
  return deps.journal.act(commandOf(deps, actor, `retire fence ${id}`, commandId), async (tx): Promise<{ answer: { fence: string } } | Refused> => {
    const fence = await lockFence(tx, id)
    if (!fence || !holds(actor, drawers, fence.agency)) return refuse('fence-not-found')
    const decision = retireFence(fence, deps.now())
    if (isRefused(decision)) return decision
    tx.append(`fence/${id}`, fence.agency, decision.events)
    return { answer: { fence: id } }
  })
}

export async function seeOne(deps: Needs, actor: Actor, id: string, commandId: CommandId): Done<{ fence: string }> {
  return deps.journal.act(commandOf(deps, actor, `see fence event ${id}`, commandId), async (tx): Promise<{ answer: { fence: string } } | Refused> => {
    const passage = await lockPassage(tx, id)
    if (!passage || !holds(actor, watchers, passage.agency)) return refuse('fence-event-not-found')
    const decision = seeAlarm({ id, isAlarm: passage.severity === 'alarm', seenAt: passage.seenAt }, deps.now())
    if (isRefused(decision)) return decision
    tx.append(`fence/${passage.fence}`, passage.agency, decision.events)
    return { answer: { fence: passage.fence } }
  })
}
