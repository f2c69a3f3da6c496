import { refuse, type Refused } from '#kernel/decision.ts'
import type { Tx } from '#kernel/journal.ts'
import { answer, broadcast } from './broadcast.ts'
import { findBroadcastAgency } from './broadcast-store.ts'
import type { Answer } from './contract.ts'
import { commandOf, type Asked, type MessagesDeps } from './deps.ts'

/** Yes, I come; no, I cannot. Only who was asked answers, and for himself. */
export function answerBroadcast(deps: MessagesDeps, asked: Asked & { readonly broadcast: string; readonly answer: Answer }) {
  const at = deps.now()
  return deps.journal.act(commandOf('answer-broadcast', asked, at), async (tx: Tx): Promise<{ answer: { id: string; answer: Answer } } | Refused> => {
    const state = await tx.load(`broadcast/${asked.broadcast}`, broadcast)
    const agency = await findBroadcastAgency(deps.facts.sqlOf(tx), asked.broadcast)
    if (agency === undefined || asked.actor.member === undefined) return refuse('broadcast-not-found')
    const decision = answer(state, asked.actor.member, asked.answer, at)
    if ('refused' in decision) return decision
    tx.append(`broadcast/${asked.broadcast}`, agency, decision.events)
    return { answer: { id: asked.broadcast, answer: asked.answer } }
  })
}
