/** A JT/T 808 message as our observations. */
import type { Instant } from '#kernel/names.ts'
import type { NewPosition } from '#modules/units/contract.ts'
import type { Body, Jt808Message } from './codec.ts'
import type { Location } from './location.ts'
import type { MakersPlace } from './makers-places.ts'

export type Translated = {
  readonly positions: readonly NewPosition[]
  readonly alarms: readonly { readonly name: string; readonly at: Instant }[]
  /** Places that the device itself says are none. */
  readonly unusable: readonly 'place-invalid'[]
}

/** What is known of the device: coordinates that it sends, whatever its status bit says. */
export type Profile = { readonly crs?: 'wgs84' | 'gcj02' }

/**
 * A registration's plate and an authentication's token are not observations and do not come through here.
 *
 * @param now  the time of a place or an alarm whose device did not say
 */
export function translate({ body }: Jt808Message, now: Instant, profile: Profile = {}): Translated {
  const positions: NewPosition[] = []
  const alarms: { name: string; at: Instant }[] = []
  const unusable: 'place-invalid'[] = []
  for (const place of placesOf(body)) {
    const { at = now, lon, lat } = place
    for (const name of place.alarms) alarms.push({ name, at })
    if ('isEvent' in place) continue
    // 0°, 0° lies in the Gulf of Guinea: a receiver that has not found itself.
    if (!place.valid || lon === undefined || lat === undefined || (lon === 0 && lat === 0)) unusable.push('place-invalid')
    else positions.push(positionAt(at, lon, lat, place, profile.crs ?? (place.encrypted ? 'gcj02' : 'wgs84')))
  }
  return { positions, alarms, unusable }
}

/** What the place does not say is left out. */
function positionAt(fixAt: Instant, lon: number, lat: number, { speedKmh, courseDeg, altitudeMeters }: Location | MakersPlace, crs: 'wgs84' | 'gcj02'): NewPosition {
  const position: NewPosition = { fixAt, lon, lat }
  if (crs === 'gcj02') position.crs = crs
  if (speedKmh !== undefined) position.speedKmh = speedKmh
  if (courseDeg !== undefined) position.courseDeg = courseDeg
  if (altitudeMeters !== undefined) position.altitudeMeters = altitudeMeters
  return position
}

/** Every place in a message, in the order in which it holds them. */
export function placesOf(body: Body): readonly (Location | MakersPlace)[] {
  switch (body.type) {
    case 'location':
    case 'location-answer':
      return [body.location]
    case 'location-batch':
      return body.locations
    case 'media':
      return body.location ? [body.location] : []
    case 'transparent':
      return body.place ? [body.place] : []
    case 'lock-report':
      return [body.place]
    default:
      return []
  }
}
