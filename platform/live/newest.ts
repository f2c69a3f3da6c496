/** The newest place of every unit, and whose is another since the live feed took it last. */
import type { LivePosition, PositionSource } from './contract.ts'
import { handleMax } from './frame.ts'

export type NewestPlaces = PositionSource & {
  /** A unit has another place, or the first. One whose handle no frame can name is left out. */
  put(position: LivePosition): void
  /** A unit has no place to be shown any more. */
  remove(handle: number): void
  /** Of all that have a place. */
  handles(): number[]
}

/**
 * Handles are given out in turn, so they are places in an array: ten thousand fixes a second through a map and a set cost the
 * feed a seventh of its processor (bench/positions-hub.ts).
 */
export function newestPlaces(): NewestPlaces {
  const places: (LivePosition | undefined)[] = []
  let isChanged = new Uint8Array(1024)
  let changed: number[] = []

  function touch(handle: number): void {
    if (handle >= isChanged.length) {
      const longer = new Uint8Array(handle * 2)
      longer.set(isChanged)
      isChanged = longer
    }
    if (isChanged[handle] === 1) return
    isChanged[handle] = 1
    changed.push(handle)
  }

  return {
    put(position) {
      const { handle } = position
      if (handle > handleMax) return
      while (places.length < handle) places.push(undefined) // without holes, it stays an array of one kind
      places[handle] = position
      touch(handle)
    },
    remove(handle) {
      if (!places[handle]) return
      places[handle] = undefined
      touch(handle)
    },
    find: (handle) => places[handle],
    handles: () => places.flatMap((position) => (position ? [position.handle] : [])),
    takeChanged() {
      const taken = changed
      changed = []
      for (const handle of taken) isChanged[handle] = 0
      return taken
    },
  }
}
