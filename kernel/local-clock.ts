/** What the clock on the wall shows: the day of the week and the minute, in a town's own time. */
import type { Instant } from './names.ts'

/** Formats cost a thousand times what using one does. */
const formats = new Map<string, Intl.DateTimeFormat>()
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** @returns `day` 1 Monday … 7 Sunday, `minutes` since midnight */
export function localClock(at: Instant, timeZone: string): { readonly day: number; readonly minutes: number } {
  let format = formats.get(timeZone)
  if (!format) formats.set(timeZone, (format = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })))
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return { day: weekdays.indexOf(parts.get('weekday')!) + 1, minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) }
}

/** `22:30` as minutes since midnight. */
export const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
