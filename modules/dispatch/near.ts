/** Reports that may be the same one, and what happened here before. Pure. */
import { distanceMeters, METERS_PER_DEGREE } from '#core/geo/distance.ts'
import type { Instant } from '#kernel/names.ts'
import type { NearIncident } from './contract.ts'

/** Open, this near and this young: probably the same thing, reported twice. */
export const duplicateMetersMax = 300
export const duplicateMsMax = 60 * 60_000
/** What happened at this place: the crew should know before it arrives. */
export const earlierMetersMax = 150
export const earlierMsMax = 90 * 24 * 3_600_000

type Known = Omit<NearIncident, 'distanceMeters'> & { readonly lon: number; readonly lat: number }

/** A box that holds the circle; the circle itself is measured afterwards. */
export function boxAround(lon: number, lat: number, meters: number) {
  const dLat = meters / METERS_PER_DEGREE
  const dLon = dLat / Math.max(0.01, Math.cos((lat * Math.PI) / 180))
  return { west: lon - dLon, south: lat - dLat, east: lon + dLon, north: lat + dLat }
}

/** Duplicates: the same kind first, then the nearest. Earlier: the newest first. None is in both. */
export function nearOf(known: readonly Known[], to: { readonly lon: number; readonly lat: number; readonly category?: string }, at: Instant) {
  const measured = known.map(({ lon, lat, ...facts }): NearIncident => ({
    ...facts,
    distanceMeters: distanceMeters(lon, lat, to.lon, to.lat),
  }))
  const isDuplicate = (each: NearIncident) =>
    each.status !== 'closed' && each.distanceMeters <= duplicateMetersMax && at - each.openedAt <= duplicateMsMax
  const otherKind = (each: NearIncident) => Number(to.category !== undefined && each.category !== to.category)
  return {
    duplicates: measured.filter(isDuplicate).sort((a, b) => otherKind(a) - otherKind(b) || a.distanceMeters - b.distanceMeters),
    earlier: measured
      .filter((each) => !isDuplicate(each) && each.distanceMeters <= earlierMetersMax && at - each.openedAt <= earlierMsMax)
      .sort((a, b) => b.openedAt - a.openedAt),
  }
}
