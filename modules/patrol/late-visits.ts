/** Visits found again from all fixes of a shift: what a device kept without signal comes after newer fixes, which the fences have looked at already. Pure. */
import { sight, type Watched, type WatchedFence, type WatchedFix } from '#core/geo/fence-watch.ts'
import { tallied, type Stay, type Tally } from './visit.ts'

export type FoundVisits = { readonly ended: readonly Stay[]; /** Inside at the last fix; a visit or not yet. */ readonly going: Stay | undefined }

/** Looks at a unit’s fixes from the beginning, oldest first. */
export type Recount = {
  add(fixes: Iterable<WatchedFix>): void
  found(fence: string): FoundVisits
}

/** @param places  with how long inside is a visit */
export function recount(places: readonly { readonly fence: WatchedFence; readonly visitMs: number }[]): Recount {
  const fences = places.map(({ fence }) => fence)
  const tallies = new Map<string, Tally>()
  const ended = new Map<string, Stay[]>()
  let watched: Watched | undefined
  const end = (fence: string, stay: Stay | undefined) => {
    if (stay?.isVisit) ended.set(fence, [...(ended.get(fence) ?? []), stay])
  }
  return {
    add(fixes) {
      for (const fix of fixes) {
        const before = watched
        watched = sight(watched, fix, fences).watched
        if (watched === before) continue
        for (const { fence, visitMs } of places) {
          const presence = watched?.presences.get(fence.id)
          if (!presence) end(fence.id, tallies.get(fence.id)?.stay) // far off
          else if (presence === before?.presences.get(fence.id)) continue
          const next = presence && tallied(tallies.get(fence.id), presence, visitMs)
          if (next?.tally) tallies.set(fence.id, next.tally)
          else tallies.delete(fence.id)
          end(fence.id, next?.ended)
        }
      }
    },
    found: (fence) => ({ ended: ended.get(fence) ?? [], going: tallies.get(fence)?.stay }),
  }
}
