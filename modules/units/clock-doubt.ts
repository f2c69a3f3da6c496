/** Whether it is this machine's clock that is wrong, and not those of the devices: when most of them are ahead of it. Pure. */
import type { Instant } from '#kernel/names.ts'
import { futureMsMax } from './fix.ts'

export type ClockDoubt = {
  /** A device's fix was judged by its time. */
  note(device: number, fixAt: Instant, now: Instant): void
  isDoubted(): boolean
}

/** Fewer say nothing. */
const devicesMin = 3
export const doubtWindowMs = 30_000
const QUARTER_MS = 900_000

/**
 * @param clock    milliseconds that nobody sets
 * @param onDoubt  told once each time that a doubt begins, by how many of how many devices
 */
export function clockDoubt({ clock, onDoubt }: { readonly clock: () => number; readonly onDoubt: (ahead: number, heard: number) => void }): ClockDoubt {
  /** Of this window: whether each was ahead. */
  let heard = new Map<number, boolean>()
  let ahead = 0
  let startedAt = clock()
  let isDoubted = false
  const isMost = () => ahead >= devicesMin && ahead * 2 > heard.size
  return {
    note(device, fixAt, now) {
      if (clock() - startedAt >= doubtWindowMs) {
        isDoubted = isMost()
        heard = new Map()
        ahead = 0
        startedAt = clock()
      }
      const isAhead = fixAt > now + futureMsMax
      if (heard.get(device) || (isAhead && isOfZone(fixAt - now))) return
      heard.set(device, isAhead)
      if (!isAhead) return
      ahead++
      if (isDoubted || !isMost()) return
      isDoubted = true
      onDoubt(ahead, heard.size)
    },
    // what nobody contradicts holds no longer than it could be said again
    isDoubted: () => isDoubted && clock() - startedAt < 2 * doubtWindowMs,
  }
}

/** A fleet that says local time for universal is off by whole quarters of an hour: that is no fault of ours, however many they are. */
function isOfZone(aheadMs: number): boolean {
  const rest = aheadMs % QUARTER_MS
  return aheadMs > QUARTER_MS / 2 && Math.min(rest, QUARTER_MS - rest) < futureMsMax
}
