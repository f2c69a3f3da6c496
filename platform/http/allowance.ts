/** How often somebody may call. */
import type { Instant } from '#kernel/names.ts'

export type Allowance = {
  /** Seconds to wait; 0: go on. Counts the call when it goes on. */
  take(key: string, perMinute?: number): number
}

/**
 * A leaky bucket per key: bursts up to a minute's worth, then an even rate.
 *
 * Generic cell rate algorithm (ITU-T I.371): one number per key. Full buckets are forgotten, so memory holds only
 * who called within the last minute, and at most `keysMax` (then the oldest are forgotten: in a flood of addresses
 * the flood's own limits are the ones lost).
 */
export function allowance(options: { perMinute: number; now: () => Instant; keysMax?: number }): Allowance {
  const { perMinute: usual, now, keysMax = 50_000 } = options
  const nextAt = new Map<string, number>() // when the bucket will be full again
  let sweptAt = now()

  return {
    take(key, perMinute = usual) {
      const at = now()
      if (Math.abs(at - sweptAt) > 60_000 || nextAt.size >= keysMax) {
        for (const [one, until] of nextAt) if (isOver(until, at)) nextAt.delete(one)
        for (const one of nextAt.keys()) {
          if (nextAt.size < keysMax) break
          nextAt.delete(one)
        }
        sweptAt = at
      }
      const step = 60_000 / perMinute
      const until = nextAt.get(key) ?? at
      const full = isOver(until, at) ? at : until
      const wait = full + step - (at + 60_000)
      if (wait > 0) return Math.ceil(wait / 1000)
      nextAt.delete(key) // so that the order of keys is the order of calls
      nextAt.set(key, full + step)
      return 0
    },
  }
}

/** Full again; or further off than a bucket can be, since the clock was set back. */
const isOver = (until: number, at: Instant): boolean => until <= at || until > at + 60_000
