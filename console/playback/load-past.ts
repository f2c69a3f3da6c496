/** Fetch a look page by page: what it is first, then incidents and what happened, then positions with how far they are. */
import { api } from '#ui/client.ts'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { PlaybackEntry, PlaybackEvents, PlaybackIncidents, PlaybackPositions, PlaybackUnit, PlaybackView } from '#modules/oversight/contract.ts'
import { joined, ordersOf, rowsOf, type Orders, type PastTrack } from './past.ts'

export type Past = {
  readonly view: PlaybackView
  readonly incidents: readonly IncidentView[]
  readonly orders: Orders
  readonly entries: readonly PlaybackEntry[]
  readonly units: readonly (PlaybackUnit & { readonly track: PastTrack })[]
}

/** More than this are too much for a page: 200 MB of them, and minutes on the way. A county's day at a fix in five seconds is a third. */
export const positionsMax = 10_000_000

/** The look is larger than a page can hold. */
export class TooManyPositions extends Error {
  readonly positions: number
  constructor(positions: number) {
    super(`${positions} positions`)
    this.positions = positions
  }
}

/**
 * Everything of a look.
 *
 * @param onShare  0…1
 * @throws TooManyPositions before any is fetched; Problem, as the server says it; an AbortError when given up
 */
export async function loadPast(id: string, onShare: (share: number) => void, signal: AbortSignal): Promise<Past> {
  const path = `/api/oversight/playbacks/${id}`
  const view = await api.get<PlaybackView>(path, { signal })
  if (view.fixes > positionsMax) throw new TooManyPositions(view.fixes)
  onShare(0.02)
  const incidents: IncidentView[] = []
  for (let after: string | null | undefined; after !== null; ) {
    const page: PlaybackIncidents = await api.get(`${path}/incidents${after === undefined ? '' : `?after=${after}`}`, { signal })
    incidents.push(...page.items)
    after = page.next
  }
  const entries: PlaybackEntry[] = []
  for (let after: number | null | undefined; after !== null; ) {
    const page: PlaybackEvents = await api.get(`${path}/events${after === undefined ? '' : `?after=${after}`}`, { signal })
    entries.push(...page.items)
    after = page.next
  }
  onShare(0.1)
  const pieces = new Map<number, PastTrack[]>()
  for (let after: string | null | undefined; after !== null; ) {
    const page: PlaybackPositions = await api.get(`${path}/positions${after === undefined ? '' : `?after=${after}`}`, { signal })
    for (const track of page.tracks) {
      const own = pieces.get(track.handle)
      const rows = rowsOf(track, view.from)
      if (own) own.push(rows)
      else pieces.set(track.handle, [rows])
    }
    after = page.next
    onShare(0.1 + 0.9 * (page.of === 0 ? 1 : page.done / page.of))
  }
  const trackFrom = (handle: number) => {
    const track = joined(pieces.get(handle) ?? [])
    pieces.delete(handle) // never all of it twice
    return track
  }
  return { view, incidents, orders: ordersOf(incidents), entries, units: view.units.map((unit) => ({ ...unit, track: trackFrom(unit.handle) })) }
}
