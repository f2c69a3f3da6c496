/** Write down what was found at a fence: once, whichever node finds it and however often. */
import type { Passage } from '#core/geo/fence.ts'
import { system } from '#kernel/actor.ts'
import { isRefused, type Refused } from '#kernel/decision.ts'
import type { PatrolNeeds } from './deps.ts'
import { tellPassage } from './fence.ts'
import { lockFence, toldOf } from './store.ts'

export type Found = {
  readonly fence: string
  readonly unit: string
  readonly passage: Passage
  /** When the fix that showed it came it was long past, from a device that had no signal: nobody is to be woken for it. */
  readonly isLate: boolean
}

export async function tell(deps: Pick<PatrolNeeds, 'journal' | 'now' | 'newId' | 'timeZone'>, { fence: id, unit, passage, isLate }: Found): Promise<void> {
  const passageId = deps.newId()
  const at = deps.now()
  await deps.journal.act({ id: `fence-${passage.type}:${id}:${unit}:${passage.at}`, actor: system, at }, async (tx): Promise<{ answer: null } | Refused> => {
    const fence = await lockFence(tx, id)
    if (!fence) return { answer: null }
    const decision = tellPassage(fence, await toldOf(tx, id, unit), { id: passageId, unit, passage, isLate }, deps.timeZone(), at)
    if (isRefused(decision)) return decision
    tx.append(`fence/${id}`, fence.agency, decision.events)
    return { answer: null }
  })
}
