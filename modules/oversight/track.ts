/** Positions of a unit as they travel: rows of small whole numbers. Pure. */
import { differences, sums } from '#core/delta.ts'
import type { Instant } from '#kernel/names.ts'
import type { PlaybackTrack } from './contract.ts'
import type { PastFixes } from './deps.ts'

/** @param from  the window’s beginning, from which times are counted */
export const packed = (handle: number, fixes: PastFixes, from: Instant): PlaybackTrack => ({
  handle,
  t: differences(fixes.fixAt.map((at) => at - from)),
  lon: differences(fixes.lon),
  lat: differences(fixes.lat),
  speed: [...fixes.speed],
  course: [...fixes.course],
  flagged: fixes.flagged.flatMap((is, index) => (is === 1 ? [index] : [])),
})

/** What `packed` was made from. */
export function unpacked(track: PlaybackTrack, from: Instant): PastFixes {
  const flagged = new Set(track.flagged)
  return {
    fixAt: Array.from(sums(track.t), (t) => t + from),
    lon: [...sums(track.lon)],
    lat: [...sums(track.lat)],
    speed: track.speed,
    course: track.course,
    flagged: track.t.map((_, index) => (flagged.has(index) ? 1 : 0)),
  }
}

/** The first `count` of them. */
export const firstOf = (fixes: PastFixes, count: number): PastFixes =>
  fixes.fixAt.length <= count
    ? fixes
    : {
        fixAt: fixes.fixAt.slice(0, count),
        lon: fixes.lon.slice(0, count),
        lat: fixes.lat.slice(0, count),
        speed: fixes.speed.slice(0, count),
        course: fixes.course.slice(0, count),
        flagged: fixes.flagged.slice(0, count),
      }
