/** Use what was learned of speeds or not; forget it. Decisions of an administrator, in the journal. */
import { holds, type Actor, type Role } from '#kernel/actor.ts'
import { isRefused, refuse, type Decision } from '#kernel/decision.ts'
import type { Instant } from '#kernel/names.ts'
import type { CommandId } from '#kernel/names.ts'
import type { SpeedsEvent } from './contract.ts'
import type { RoadsDeps } from './deps.ts'
import { forgetSpeeds, speedsRule, switchSpeeds, type SpeedsRule } from './speeds.ts'

export const speedsKeepers = ['administrator'] as const satisfies readonly Role[]
const stream = 'road-speeds/town'

export const setSpeedsUsed = (deps: Pick<RoadsDeps, 'journal' | 'now'>, actor: Actor, id: CommandId, used: boolean) =>
  decide(deps, actor, id, `use road speeds ${used}`, (rule, at) => switchSpeeds(rule, used, at))
export const forgetAllSpeeds = (deps: Pick<RoadsDeps, 'journal' | 'now'>, actor: Actor, id: CommandId) => decide(deps, actor, id, 'forget road speeds', forgetSpeeds)

async function decide({ journal, now }: Pick<RoadsDeps, 'journal' | 'now'>, actor: Actor, id: CommandId, request: string, rule: (state: SpeedsRule, at: Instant) => Decision<SpeedsEvent>) {
  // roads belong to the whole town: whoever keeps its top decides
  const top = actor.grants.find((grant) => (speedsKeepers as readonly Role[]).includes(grant.role) && !grant.agency.includes('.'))?.agency
  if (top === undefined || !holds(actor, speedsKeepers, top)) return refuse('not-of-the-top')
  const at = now()
  return journal.act({ id, actor, at, fingerprint: request }, async (tx) => {
    const decision = rule(await tx.load(stream, speedsRule), at)
    if (isRefused(decision)) return decision
    tx.append(stream, top, decision.events)
    return { answer: {} }
  })
}
