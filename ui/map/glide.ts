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
  const courseDeg = fix.courseDeg ?? previous?.courseDeg ?? null
  const at = previous ? placeAt(previous, now) : undefined
  const jumps = !at || Math.abs(at[0] - fix.lon) > jumpDegrees || Math.abs(at[1] - fix.lat) > jumpDegrees
  if (!previous || jumps) {
    return { ...fix, courseDeg, fromLon: fix.lon, fromLat: fix.lat, startedAt: now, durationMs: 0 }
  }
  if (fix.fixAt === previous.fixAt) return { ...previous, stale: fix.stale } // nothing new was seen: the way goes on
  return {
    ...fix,
    courseDeg,
    fromLon: at[0],
    fromLat: at[1],
    startedAt: now,
    durationMs: Math.min(durationMsMax, fix.fixAt - previous.fixAt),
  }
}

/** Where to draw it now: longitude, latitude. */
export function placeAt(glide: Glide, now: number): [lon: number, lat: number] {
  const share = glide.durationMs > 0 ? Math.min(1, Math.max(0, (now - glide.startedAt) / glide.durationMs)) : 1
  return [glide.fromLon + (glide.lon - glide.fromLon) * share, glide.fromLat + (glide.lat - glide.fromLat) * share]
}

export const isGliding = (glide: Glide, now: number): boolean => now < glide.startedAt + glide.durationMs

/**
 * How long to wait until the next drawing, so that nobody's step on the screen is longer than about 1.5 px, and a
 * still town costs nothing.
 *
 * @returns milliseconds, 66…1000; Infinity when nobody moves
 */
export function redrawMs(glides: Iterable<Glide>, now: number, pixelsPerDegree: number): number {
  let fastest = 0 // pixels per ms
  for (const glide of glides) {
    if (!isGliding(glide, now)) continue
    const degrees = Math.hypot(glide.lon - glide.fromLon, glide.lat - glide.fromLat)
    fastest = Math.max(fastest, (degrees * pixelsPerDegree) / glide.durationMs)
  }
  return fastest === 0 ? Infinity : Math.min(1000, Math.max(66, 1.5 / fastest))
}
