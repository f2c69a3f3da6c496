/** How fast one drives where one may: signed limits, the class of the road, its surface. wiki.openstreetmap.org/wiki/Key:maxspeed. */
import type { Leave } from './access.ts'
import { kmhOf } from './limits.ts'
import type { Tags } from './pbf.ts'
import type { Direction } from './permission.ts'
import type { Profile, VehicleProfile } from './profile.ts'

/** Tags that say how fast and never whether one may. */
export const paceTags: ReadonlySet<string> = new Set([
  'maxspeed', 'maxspeed:forward', 'maxspeed:backward', 'maxspeed:motorcar', 'maxspeed:type', 'maxspeed:practical', 'maxspeed:advisory', 'source:maxspeed', 'zone:maxspeed',
  'surface', 'smoothness', 'tracktype',
])

/** km/h in one direction; 0 where nobody may go, or where the surface lets nobody pass. */
export function paced({ most, asBicycle }: Leave, tags: Tags, builtUp: boolean, direction: Direction, vehicle: VehicleProfile, profile: Profile): number {
  if (most === 0) return 0
  const kind = tags.highway!
  let kmh = asBicycle ? vehicle.asBicycleKmh : ((builtUp ? vehicle.builtUpKmh : vehicle.kmh)[kind] ?? vehicle.whereAllowedKmh[kind]!)
  if (kmh === 0) return 0
  const limit = kmhOf(tags[direction === 'forward' ? 'maxspeed:forward' : 'maxspeed:backward'] ?? tags['maxspeed:motorcar'] ?? tags.maxspeed ?? tags['maxspeed:type'] ?? tags['source:maxspeed'] ?? tags['zone:maxspeed'])
  const practical = kmhOf(tags['maxspeed:practical'] ?? tags['maxspeed:advisory'])
  if (limit !== undefined) kmh = limit * vehicle.limitShare
  else if (kind === 'service') kmh = Math.min(kmh, profile.serviceKmh[tags.service ?? ''] ?? kmh)
  if (practical !== undefined) kmh = Math.min(kmh, practical)
  const { surface, smoothness, tracktype } = tags
  if (surface !== undefined) kmh = Math.min(kmh, profile.surfaceKmh[surface] ?? kmh)
  if (smoothness !== undefined) kmh = Math.min(kmh, profile.smoothnessKmh[smoothness] ?? kmh)
  if (tracktype !== undefined) kmh = Math.min(kmh, profile.tracktypeKmh[tracktype] ?? kmh)
  return kmh === 0 ? 0 : Math.max(3, Math.min(kmh, most))
}
