/** Say how long an agency keeps positions, and see what is kept. Administrators do, for their part of the tree. */
import { holds, inScope, scopeOf, type Actor } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { AgencyPath, CommandId } from '#kernel/names.ts'
import type { RetentionView } from './contract.ts'
import { changeRetention, daysOf, mostOf } from './retention.ts'
import type { RetentionDeps } from './retention-deps.ts'
import { dailySizes, lastSweep, lockSaid, oldestPositions, readSaid } from './retention-store.ts'

const isTop = (agency: AgencyPath, paths: readonly AgencyPath[]) => !paths.includes(agency.slice(0, Math.max(0, agency.lastIndexOf('.'))))

export async function sayRetention(
  deps: RetentionDeps,
  actor: Actor,
  wanted: { readonly commandId: CommandId; readonly agency: AgencyPath; readonly days: number | null; readonly reason: string },
): Promise<{ readonly days: number } | Refused> {
  const { commandId, ...request } = wanted
  const { agency } = request
  const paths = await deps.agencyPaths()
  if (!holds(actor, ['administrator'], agency) || !paths.includes(agency)) return refuse('agency-not-found')
  const at = deps.now()
  const outcome = await deps.journal.act<{ days: number }, string>({ id: commandId, actor, at, fingerprint: `say retention ${JSON.stringify(request)}` }, async (tx) => {
    const said = await lockSaid(tx)
    const decision = changeRetention(request, { said, isTop: isTop(agency, paths) }, at)
    if (isRefused(decision)) return decision
    tx.append(`retention/${agency}`, agency, decision.events)
    const next = new Map(said)
    if (request.days === null) next.delete(agency)
    else next.set(agency, request.days)
    return { answer: { days: daysOf(agency, next) } }
  })
  return isRefused(outcome) ? outcome : outcome.answer
}

export const retentionReaders = ['administrator', 'auditor'] as const

/** How long, what is there, and the last sweep: of the caller’s part of the tree. */
export async function viewRetention(deps: RetentionDeps, actor: Actor): Promise<RetentionView> {
  const scope = scopeOf(actor, retentionReaders)
  const [paths, said, oldest, daily, sweep] = await Promise.all([deps.agencyPaths(), readSaid(deps.db), oldestPositions(deps.db, scope), dailySizes(deps.db), lastSweep(deps.db)])
  const found = new Map(oldest.map((each) => [each.agency, each]))
  const agencies = paths
    .filter((agency) => inScope(agency, scope))
    .map((agency) => ({
      agency,
      own: said.get(agency) ?? null,
      days: daysOf(agency, said),
      most: mostOf(agency, said, isTop(agency, paths)),
      units: found.get(agency)?.units ?? 0,
      oldestAt: found.get(agency)?.oldestAt ?? null,
    }))
  return { agencies, daily, sweep }
}
