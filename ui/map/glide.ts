/**
 * Movement between fixes. A unit glides from where it is drawn to its newest fix, for at most the time that lay
 * between its last two fixes; then it waits. Nothing is guessed beyond a fix.
 */
export type Glide = {
  readonly fromLon: number
  readonly fromLat: number
  readonly lon: number
  readonly lat: number
  /** On the clock that `placeAt` is asked with. */
  readonly startedAt: number
  readonly durationMs: number
  readonly fixAt: number
  readonly courseDeg: number | null
  readonly speedKmh: number | null
  readonly stale: boolean
}

export type GlideFix = Pick<Glide, 'lon' | 'lat' | 'fixAt' | 'courseDeg' | 'speedKmh' | 'stale'>

/** Slower reporters than this wait and jump a little: a long glide would show them where they long are not. */
const durationMsMax = 10_000
/** Farther than a car goes between two reports: a first fix, a gap, another device. Drawn at once. */
const jumpDegrees = 0.01

export function glideTo(previous: Glide | undefined, fix: GlideFix, now: number): Glide {
  if (previous && fix.fixAt < previous.fixAt) return previous // a late fix does not move anybody back
  // each field by its name: with 20,000 fixes a second, copying whatever a fix may have more takes twice the time
  const { lon, lat, fixAt, speedKmh, stale } = fix
  const courseDeg = fix.courseDeg ?? previous?.courseDeg ?? null
  const share = previous ? shareOf(previous, now) : 1
  const fromLon = previous ? previous.fromLon + (previous.lon - previous.fromLon) * share : lon
  const fromLat = previous ? previous.fromLat + (previous.lat - previous.fromLat) * share : lat
  if (!previous || Math.abs(fromLon - lon) > jumpDegrees || Math.abs(fromLat - lat) > jumpDegrees) {
    return { fromLon: lon, fromLat: lat, lon, lat, startedAt: now, durationMs: 0, fixAt, courseDeg, speedKmh, stale }
  }
  if (fixAt === previous.fixAt) return { ...previous, stale } // nothing new was seen: the way goes on
  return { fromLon, fromLat, lon, lat, startedAt: now, durationMs: Math.min(durationMsMax, fixAt - previous.fixAt), fixAt, courseDeg, speedKmh, stale }
}

/** How much of the way is done, 0…1. */
export const shareOf = ({ durationMs, startedAt }: Glide, now: number): number => (durationMs > 0 ? Math.min(1, Math.max(0, (now - startedAt) / durationMs)) : 1)

/** Where to draw it now: longitude, latitude. */
export function placeAt(glide: Glide, now: number): [lon: number, lat: number] {
  const share = shareOf(glide, now)
  return [glide.fromLon + (glide.lon - glide.fromLon) * share, glide.fromLat + (glide.lat - glide.fromLat) * share]
}

/**
 * How long to wait until the next drawing, so that nobody's step on the screen is longer than about a pixel, and a
 * still town costs nothing.
 *
 * @param fastest  of those that are seen, pixels a millisecond; 0 when nobody moves
 * @returns milliseconds, 33…1000; Infinity when nobody moves
 */
export const redrawMs = (fastest: number): number => (fastest === 0 ? Infinity : Math.min(1000, Math.max(33, 1 / fastest)))
