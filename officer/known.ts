/** What the officer last knew, as the phone keeps it for a start without a network. */
import type { CategoryView, IncidentView, LogLine } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { phoneDatabase } from './phone-database.ts'

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
    return await (await phoneDatabase()).get('known', account)
  } catch {
    return undefined
  }
}

/** After so long nothing here helps a shift any more. */
const keptMs = 24 * 3_600_000

/** Knowledge and places that lie on the phone since yesterday go, whoever's they were: their officer may never sign in here again. */
export async function forgetOld(now: number): Promise<void> {
  try {
    const work = (await phoneDatabase()).transaction(['known', 'fixes'], 'readwrite')
    for (const known of await work.objectStore('known').getAll()) {
      if (now + known.clockAheadMs - known.at > keptMs) await work.objectStore('known').delete(known.account)
    }
    for (const key of await work.objectStore('fixes').getAllKeys()) if (now - key[1] > keptMs) await work.objectStore('fixes').delete(key)
    await work.done
  } catch {
    // a phone that keeps nothing has nothing old
  }
}

/** Keep it in place of what was kept. A phone that cannot just forgets: nothing here was made by the officer. */
export const keepKnown = async (known: KeptKnowledge): Promise<void> => {
  try {
    await (await phoneDatabase()).put('known', known)
  } catch {
    // the next start without a network will show less
  }
}
