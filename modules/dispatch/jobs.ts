/** What dispatch does by itself: the seed of its categories, and limits that run out. */
import { seedCategories } from './change-category.ts'
import type { DispatchDeps } from './deps.ts'
import { passLimit } from './see-limit.ts'
import { dueTimers } from './store.ts'

/** Limits are looked at this often; an alert is at most so late. */
const pollMs = 500
const batch = 100

export type DispatchJobs = { readonly stop: () => Promise<void> }

/**
 * Start the work in the background: the categories are seeded when this returns.
 *
 * Due times are rows, so a restart goes on where it stopped. Several nodes may poll at once: each alert is a
 * command whose id follows from the timer, so it is given once whoever comes first.
 *
 * @param deps.onFault  told of a poll that failed (the database is gone, say); the next one tries again
 */
export async function startDispatch(
  deps: Pick<DispatchDeps, 'journal' | 'db' | 'now'> & { readonly onFault?: (what: string, cause: unknown) => void },
): Promise<DispatchJobs> {
  await seedCategories(deps)
  let stopped = false
  let wake: (() => void) | undefined
  const running = (async () => {
    while (!stopped) {
      const given = await passLimits(deps).catch((cause: unknown) => {
        deps.onFault?.('dispatch limits', cause)
        return 0
      })
      if (given === batch) continue // more may be due: a restart after a long time down
      await new Promise<void>((resolve) => {
        const timeout = setTimeout(resolve, pollMs)
        wake = () => (clearTimeout(timeout), resolve())
      })
    }
  })()
  return {
    async stop() {
      stopped = true
      wake?.()
      await running
    },
  }
}

/** Tell the next in line of every limit that has run out. How many alerts were given. */
export async function passLimits(
  deps: Pick<DispatchDeps, 'journal' | 'db' | 'now'> & { readonly onFault?: (what: string, cause: unknown) => void },
): Promise<number> {
  let given = 0
  for (const { id, incident, escalation, started_at } of await dueTimers(deps.db, deps.now(), batch)) {
    try {
      const outcome = await passLimit(deps, { id, incident, escalation, startedAt: started_at })
      if (!('refused' in outcome) && !outcome.repeated) given++
    } catch (cause) {
      // One alert that cannot be given now must not hold up the others; its row is still there.
      deps.onFault?.(`dispatch limit ${id}`, cause)
    }
  }
  return given
}
