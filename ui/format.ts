/** Times, ages, durations and distances in words, through Intl. Pure: the language and the time zone are arguments. */

/** A BCP 47 name that Intl understands. */
type Locale = string

const cache = new Map<string, unknown>()

/** Intl objects cost about 50 µs to make and are asked for on every drawn row. */
function kept<T>(key: string, make: () => T): T {
  let made = cache.get(key) as T | undefined // the key names the type
  if (made === undefined) {
    made = make()
    cache.set(key, made)
  }
  return made
}

const dateFormat = (locale: Locale, timeZone: string, options: Intl.DateTimeFormatOptions) =>
  kept(`d|${locale}|${timeZone}|${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, { ...options, timeZone }))

const unitFormat = (locale: Locale, unit: string, digits: number, display: 'short' | 'narrow' | 'long') =>
  kept(`u|${locale}|${unit}|${digits}|${display}`, () =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: display, maximumFractionDigits: digits }))

/** `14:05:09`, the town's time. */
export const clockTime = (at: number, locale: Locale, timeZone: string): string =>
  dateFormat(locale, timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(at)

/** `14:05`. */
export const shortTime = (at: number, locale: Locale, timeZone: string): string =>
  dateFormat(locale, timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)

/** `11月22日 14:05` or `22 Nov, 14:05`. */
export const dayTime = (at: number, locale: Locale, timeZone: string): string =>
  dateFormat(locale === 'en' ? 'en-GB' : locale, timeZone, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)

/** `2026年11月22日周日 14:05:09`; the whole moment, for tooltips and exports. */
export const fullTime = (at: number, locale: Locale, timeZone: string): string =>
  dateFormat(locale === 'en' ? 'en-GB' : locale, timeZone, {
    year: 'numeric', month: 'short', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).format(at)

/**
 * A stretch of time in at most two units: `40 s`, `3 min 05 s`, `2 hr 10 min`, `3 days`.
 *
 * @param seconds  negative counts as 0
 */
export function duration(seconds: number, locale: Locale): string {
  const whole = Math.max(0, Math.floor(seconds))
  const say = (amount: number, unit: string) => unitFormat(locale, unit, 0, 'short').format(amount)
  if (whole < 60) return say(whole, 'second')
  if (whole < 3600) {
    const rest = whole % 60
    return rest && whole < 600 ? `${say(Math.floor(whole / 60), 'minute')} ${say(rest, 'second')}` : say(Math.floor(whole / 60), 'minute')
  }
  if (whole < 86_400) {
    const rest = Math.floor((whole % 3600) / 60)
    return rest ? `${say(Math.floor(whole / 3600), 'hour')} ${say(rest, 'minute')}` : say(Math.floor(whole / 3600), 'hour')
  }
  return say(Math.floor(whole / 86_400), 'day')
}

/** A duration as a running clock: `0:42`, `12:05`, `1:02:05`; `−0:07` past zero. For timers, with tabular figures. */
export function countdown(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds))
  const sign = seconds < 0 && whole > 0 ? '−' : ''
  const two = (amount: number) => String(amount).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return hours ? `${sign}${hours}:${two(minutes)}:${two(whole % 60)}` : `${sign}${minutes}:${two(whole % 60)}`
}

/** How old: `now` within five seconds, else the duration. The sentence around it ("… ago") belongs to a catalogue. */
export const age = (at: number, now: number, locale: Locale): string =>
  now - at < 5000 ? kept(`r|${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })).format(0, 'second') : duration((now - at) / 1000, locale)

/** Travel time, rounded as a person would say it: under 2 minutes to 10 s, then to the minute. */
export function travelTime(seconds: number, locale: Locale): string {
  if (seconds < 115) return duration(Math.max(10, Math.round(seconds / 10) * 10), locale)
  return duration(Math.round(seconds / 60) * 60, locale)
}

/** `120 m`, `1.4 km`, `23 km`: as exact as it is useful. */
export function distance(meters: number, locale: Locale): string {
  if (meters < 995) return unitFormat(locale, 'meter', 0, 'short').format(meters < 100 ? Math.round(meters) : Math.round(meters / 10) * 10)
  return unitFormat(locale, 'kilometer', meters < 9950 ? 1 : 0, 'short').format(meters / 1000)
}

export const speed = (kmh: number, locale: Locale): string => unitFormat(locale, 'kilometer-per-hour', 0, 'short').format(kmh)

/** `1.2 MB`, decimal as file managers show it. */
export function bytes(count: number, locale: Locale): string {
  if (count < 1000) return unitFormat(locale, 'byte', 0, 'short').format(count)
  if (count < 999_500) return unitFormat(locale, 'kilobyte', 0, 'short').format(count / 1000)
  if (count < 999_500_000) return unitFormat(locale, 'megabyte', 1, 'short').format(count / 1e6)
  return unitFormat(locale, 'gigabyte', 2, 'short').format(count / 1e9)
}

export const count = (amount: number, locale: Locale): string => kept(`n|${locale}`, () => new Intl.NumberFormat(locale)).format(amount)

export const share = (part: number, locale: Locale, digits = 0): string =>
  kept(`p|${locale}|${digits}`, () => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits })).format(part)
