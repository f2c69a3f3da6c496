/** What the officer last knew, as the phone keeps it for a start without a network. */
import type { CategoryView, IncidentView, LogLine } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { inDatabase } from './phone-database.ts'

export type KeptKnowledge = {
  readonly account: string
  /** When the server last said so, on its clock. */
  readonly at: number
  /** The server's clock less this phone's, ms: the phone's may be wrong by hours. */
  readonly clockAheadMs: number
  readonly unit: UnitView | null
  readonly incident: IncidentView | null
  readonly log: readonly LogLine[]
  readonly categories: readonly CategoryView[]
  readonly timeZone: string | null
}

/** What is kept for an account; undefined when there is nothing, or nothing can be read. */
export const recallKnown = async (account: string): Promise<KeptKnowledge | undefined> => {
  try {
    return await inDatabase((db) => db.get('known', account))
  } catch {
    return undefined
  }
}

/** After so long nothing here helps a shift any more. */
const keptMs = 24 * 3_600_000

type FixKey = [account: string, at: number]

/** What is old, on the server's clock. The phone's is as wrong for an account of which nothing else is kept as it was for the one last heard of. @param now  the phone's */
export function oldOf(known: readonly Pick<KeptKnowledge, 'account' | 'at' | 'clockAheadMs'>[], fixes: readonly FixKey[], now: number): { readonly accounts: readonly string[]; readonly fixes: readonly FixKey[] } {
  const last = known.toSorted((a, b) => b.at - a.at)[0]?.clockAheadMs ?? 0
  const aheadOf = (account: string) => known.find((each) => each.account === account)?.clockAheadMs ?? last
  const isOld = (account: string, at: number) => now + aheadOf(account) - at > keptMs
  return { accounts: known.filter(({ account, at }) => isOld(account, at)).map(({ account }) => account), fixes: fixes.filter(([account, at]) => isOld(account, at)) }
}

/** Knowledge and places that lie on the phone since yesterday go, whoever's they were: their officer may never sign in here again. */
export async function forgetOld(now: number): Promise<void> {
  try {
    await inDatabase(async (db) => {
      const work = db.transaction(['known', 'fixes'], 'readwrite')
      work.done.catch(() => {})
      const known = await work.objectStore('known').getAll()
      const { accounts, fixes } = oldOf(known, await work.objectStore('fixes').getAllKeys(), now)
      for (const account of accounts) await work.objectStore('known').delete(account)
      for (const key of fixes) await work.objectStore('fixes').delete(key)
      await work.done
    })
  } catch {
    // a phone that keeps nothing has nothing old
  }
}

/** Keep it in place of what was kept. A phone that cannot just forgets: nothing here was made by the officer. */
export const keepKnown = async (known: KeptKnowledge): Promise<void> => {
  try {
    await inDatabase((db) => db.put('known', known))
  } catch {
    // the next start without a network will show less
  }
}
