/** The formats of `format.ts` in the page's language and the town's time zone. */
import { useMemo, useSyncExternalStore } from 'react'
import * as format from './format.ts'
import { useLanguage } from './i18n.ts'

let timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
const listeners = new Set<() => void>()

/** The town's own time zone, an IANA name, as `GET /api/town` says it. Until then the machine's. */
export function setTimeZone(next: string): void {
  if (next === timeZone) return
  timeZone = next
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export type Format = ReturnType<typeof formatIn>

function formatIn(language: string, zone: string) {
  return {
    clockTime: (at: number) => format.clockTime(at, language, zone),
    shortTime: (at: number) => format.shortTime(at, language, zone),
    dayTime: (at: number) => format.dayTime(at, language, zone),
    fullTime: (at: number) => format.fullTime(at, language, zone),
    duration: (seconds: number) => format.duration(seconds, language),
    countdown: format.countdown,
    age: (at: number, now: number) => format.age(at, now, language),
    travelTime: (seconds: number) => format.travelTime(seconds, language),
    distance: (meters: number) => format.distance(meters, language),
    speed: (kmh: number) => format.speed(kmh, language),
    bytes: (amount: number) => format.bytes(amount, language),
    count: (amount: number) => format.count(amount, language),
    share: (part: number, digits?: number) => format.share(part, language, digits),
    timeZone: zone,
  }
}

export function useFormat(): Format {
  const { language } = useLanguage()
  const zone = useSyncExternalStore(subscribe, () => timeZone)
  return useMemo(() => formatIn(language, zone), [language, zone])
}
