/** Where travellers stand, so that a search that passes by finds them without looking for them. */
import type { Snap } from './grid.ts'
import { linkCountOf } from './road-graph.ts'
import { exitsOf, type LinkPoint, type Streets } from './streets.ts'

/** Travellers numbered from 0, put on the streets. Kept between questions: 5,000 units move one at a time. */
export type Standings = {
  readonly streets: Streets
  /** Put a traveller somewhere, or somewhere else. */
  readonly place: (traveller: number, at: Snap) => void
  readonly remove: (traveller: number) => void
  /** One past the highest number ever placed. */
  readonly capacity: () => number
  readonly placedCount: () => number
  readonly isPlaced: (traveller: number) => boolean
  /** First slot waiting on a link, −1 for none; go on with `nextSlot`. */
  readonly firstSlot: Int32Array
  readonly nextSlot: () => Int32Array
  /** The traveller of a slot. */
  readonly travellerOf: (slot: number) => number
  readonly pointOf: (slot: number) => LinkPoint
}

/** Each traveller has two slots: one for each direction in which he may set out. */
const SLOTS = 2

/** 4 bytes a link, and some 200 bytes a traveller. */
export function createStandings(streets: Streets): Standings {
  const firstSlot = new Int32Array(linkCountOf(streets.network)).fill(-1)
  let next = new Int32Array(64).fill(-1)
  let before = new Int32Array(64).fill(-1)
  const points: (LinkPoint | undefined)[] = []
  let capacity = 0
  let placed = 0

  const take = (slot: number) => {
    const point = points[slot]
    if (!point) return
    points[slot] = undefined
    if (before[slot]! >= 0) next[before[slot]!] = next[slot]!
    else firstSlot[point.link] = next[slot]!
    if (next[slot]! >= 0) before[next[slot]!] = before[slot]!
  }
  const remove = (traveller: number) => {
    if (points[SLOTS * traveller] || points[SLOTS * traveller + 1]) placed--
    for (let slot = SLOTS * traveller; slot < SLOTS * traveller + SLOTS; slot++) take(slot)
  }
  return {
    streets,
    place(traveller, at) {
      remove(traveller)
      capacity = Math.max(capacity, traveller + 1)
      if (SLOTS * capacity > next.length) {
        const grown = (old: Int32Array) => {
          const larger = new Int32Array(2 * SLOTS * capacity).fill(-1)
          larger.set(old)
          return larger
        }
        next = grown(next)
        before = grown(before)
      }
      const exits = exitsOf(streets, at)
      if (exits.length > 0) placed++
      for (const [i, point] of exits.entries()) {
        const slot = SLOTS * traveller + i
        points[slot] = point
        const first = firstSlot[point.link]!
        next[slot] = first
        before[slot] = -1
        if (first >= 0) before[first] = slot
        firstSlot[point.link] = slot
      }
    },
    remove,
    capacity: () => capacity,
    placedCount: () => placed,
    isPlaced: (traveller) => points[SLOTS * traveller] !== undefined,
    firstSlot,
    nextSlot: () => next,
    travellerOf: (slot) => (slot / SLOTS) | 0,
    pointOf: (slot) => points[slot]!,
  }
}
