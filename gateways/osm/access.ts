/**
 * What OpenStreetMap's tags mean for who travels: may they, how fast, and what stands in the way.
 *
 * Tag meanings: wiki.openstreetmap.org/wiki/Key:access, Key:oneway, Key:maxspeed, Key:barrier, OSM_tags_for_routing/Access_restrictions.
 */
import type { TravelMode } from '#core/graph/graph-input.ts'
import type { Tags } from './pbf.ts'
import type { Profile, VehicleProfile } from './profile.ts'

/** Kilometres per hour along a way and against it; 0 is closed. */
export type BothWays = readonly [along: number, against: number]
const CLOSED: BothWays = [0, 0]

/** What a point on the road does to those who pass. */
export type Passage = { readonly blocked: boolean; readonly delayMs: number }
const FREE: Passage = { blocked: false, delayMs: 0 }
const BLOCKED: Passage = { blocked: true, delayMs: 0 }

/** One kind of traveller's reading of the map. */
export type Access = {
  /** @param builtUp  whether the way lies in a built-up place, for roads without a signed limit */
  readonly speeds: (tags: Tags, builtUp: boolean) => BothWays
  readonly passage: (tags: Tags) => Passage
}

export function accessOf(profile: Profile, mode: TravelMode): Access {
  if (mode === 'foot') return { speeds: (tags) => footSpeeds(tags, profile.foot), passage: (tags) => footPassage(tags, profile.foot) }
  const vehicle = profile.modes[mode]
  return { speeds: (tags, builtUp) => vehicleSpeeds(tags, builtUp, vehicle, profile), passage: (tags) => vehiclePassage(tags, vehicle) }
}

/** The classes in the order of `edgeClass`, most important first. */
export const roadClasses = [
  'motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'unclassified', 'residential', 'living_street', 'service',
  'motorway_link', 'trunk_link', 'primary_link', 'secondary_link', 'tertiary_link', 'road', 'busway', 'track', 'pedestrian',
  'footway', 'path', 'steps', 'cycleway', 'bridleway', 'corridor', 'platform', 'pier',
] as const

/** Place of a way's class in `roadClasses`; a class we do not know counts as `road`. */
export function classOf(tags: Tags): number {
  const index = (roadClasses as readonly string[]).indexOf(walkedClass(tags) ?? 'road')
  return index < 0 ? roadClasses.indexOf('road') : index
}

const open = new Set(['yes', 'permissive', 'designated', 'official', 'public', 'allowed', 'destination'])
const slowly = new Set(['private', 'customers', 'delivery', 'permit', 'residents', 'employees', 'visitors'])
const closed = new Set(['no', 'agricultural', 'forestry', 'military', 'discouraged', 'restricted', 'use_sidepath'])
type Permission = 'open' | 'slowly' | 'closed'
export const permissionOf = (value: string | undefined): Permission | undefined =>
  value === undefined ? undefined
  : open.has(value) ? 'open'
  : slowly.has(value) ? 'slowly'
  : closed.has(value) ? 'closed'
  : undefined
const says = (value: string | undefined) => value === 'yes' || value === 'designated' || value === 'official'

type Direction = 'forward' | 'backward'

/** The most particular key that says anything, and whether it is the most general one. */
function permissionFor(tags: Tags, keys: readonly string[], direction: Direction | undefined): { permission: Permission; general: boolean } | undefined {
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i]!
    const permission = (direction && permissionOf(tags[`${key}:${direction}`])) ?? permissionOf(tags[key])
    if (permission) return { permission, general: i === 0 }
  }
  return undefined
}

const isUnbuilt = (tags: Tags) =>
  tags.highway === 'construction' || tags.highway === 'proposed' || tags.highway === 'razed' || tags.highway === 'abandoned' ||
  (tags.construction !== undefined && tags.construction !== 'no' && tags.construction !== 'minor') || tags.proposed === 'yes'
export const isFerry = (tags: Tags): boolean => tags.route === 'ferry' || tags.route === 'shuttle_train'

/** Why a way that looks like a road is nobody's; undefined where it is somebody's, or no road at all. */
export function whyNobody(tags: Tags): 'ferry' | 'under-construction' | undefined {
  if (isFerry(tags)) return 'ferry'
  return tags.highway && isUnbuilt(tags) ? 'under-construction' : undefined
}

function vehicleSpeeds(tags: Tags, builtUp: boolean, vehicle: VehicleProfile, profile: Profile): BothWays {
  const kind = tags.highway
  if (!kind || isFerry(tags) || isUnbuilt(tags)) return CLOSED
  const usual = (builtUp ? vehicle.builtUpKmh : vehicle.kmh)[kind]
  if (usual === 0) return CLOSED
  const special = vehicle.whereAllowedKmh[kind]
  if (usual === undefined && special === undefined) return CLOSED
  // one drives along a square's sides only where they are roads
  if (tags.area === 'yes' && usual === undefined) return CLOSED
  const opened = vehicle.openedBy.some((key) => says(tags[key])) || (vehicle.openedBy.includes('emergency') && tags.service === 'emergency_access')
  const asBicycle = vehicle.asBicycleKmh > 0 && (says(tags.bicycle) || (kind === 'cycleway' && tags.bicycle !== 'no' && permissionOf(tags.access) !== 'closed'))

  const ownSpeed = (direction: Direction): number => {
    const found = permissionFor(tags, vehicle.keys, direction)
    let most = vehicle.fastestKmh
    if (!opened) {
      if (found?.permission === 'closed' || (usual === undefined && found?.permission !== 'open')) {
        // a ban on vehicles is not a wall, and `access=no` may be one
        const passable = found === undefined || !found.general || found.permission !== 'closed'
        if (asBicycle) return vehicle.asBicycleKmh
        if (vehicle.restrictedKmh === 0 || !passable || (usual === undefined && kind !== 'pedestrian' && kind !== 'busway')) return 0
        most = vehicle.restrictedKmh
      } else if (found?.permission === 'slowly') most = vehicle.privateKmh
    }
    let kmh = usual ?? special!
    const limit = kmhOf(tags[`maxspeed:${direction}`] ?? tags['maxspeed:motorcar'] ?? tags.maxspeed ?? tags['maxspeed:type'] ?? tags['source:maxspeed'] ?? tags['zone:maxspeed'])
    const practical = kmhOf(tags['maxspeed:practical'] ?? tags['maxspeed:advisory'])
    if (limit !== undefined) kmh = limit * vehicle.limitShare
    else if (kind === 'service') kmh = Math.min(kmh, profile.serviceKmh[tags.service ?? ''] ?? kmh)
    if (practical !== undefined) kmh = Math.min(kmh, practical)
    for (const [words, value] of [[profile.surfaceKmh, tags.surface], [profile.smoothnessKmh, tags.smoothness], [profile.tracktypeKmh, tags.tracktype]] as const) {
      const rough = value === undefined ? undefined : words[value]
      if (rough === 0) return 0
      if (rough !== undefined) kmh = Math.min(kmh, rough)
    }
    return Math.max(3, Math.min(kmh, most))
  }

  const { along, against, implied } = directionsOf(tags, vehicle)
  const one = (open: boolean, direction: Direction): number => {
    if (open) return ownSpeed(direction)
    if (asBicycle && !implied && (tags['oneway:bicycle'] === 'no' || (direction === 'backward' && tags.cycleway?.startsWith('opposite')))) return vehicle.asBicycleKmh
    const { kmh, classes } = vehicle.againstOneWay
    const may = kmh > 0 && !implied && classes.includes(kind) && tags.junction !== 'roundabout' && tags.junction !== 'circular'
    return may ? Math.min(kmh, ownSpeed(direction)) : 0
  }
  return [one(along, 'forward'), one(against, 'backward')]
}

/** One-way rules. A roundabout and a motorway are one-way unless they say otherwise. `implied`: by what it is, not by a sign. */
function directionsOf(tags: Tags, { keys, openedBy }: VehicleProfile): { along: boolean; against: boolean; implied: boolean } {
  const byKind = tags.junction === 'roundabout' || tags.junction === 'circular' || tags.highway === 'motorway'
  const particular = [...openedBy, ...keys.slice(1).toReversed()].map((key) => tags[`oneway:${key}`]).find((value) => value !== undefined)
  const said = particular ?? tags.oneway ?? (byKind ? 'yes' : 'no')
  const implied = byKind && said !== 'no'
  switch (said) {
    case 'yes':
    case 'true':
    case '1':
      return { along: true, against: false, implied }
    case '-1':
    case 'reverse':
      return { along: false, against: true, implied }
    case 'reversible': // open the other way at other hours; nobody can count on either
    case 'alternating':
      return { along: false, against: false, implied: true }
    default:
      return { along: true, against: true, implied: false }
  }
}

const walked = new Set<string>(roadClasses.filter((kind) => !['motorway', 'motorway_link', 'busway'].includes(kind)))

/** Somebody's speed on foot. */
function footSpeeds(tags: Tags, foot: Profile['foot']): BothWays {
  const kind = walkedClass(tags)
  if (!kind || isFerry(tags) || isUnbuilt(tags)) return CLOSED
  const own = permissionOf(tags.foot === 'use_sidepath' ? 'no' : tags.foot) ?? (tags.sidewalk && !['no', 'none', 'separate'].includes(tags.sidewalk) ? 'open' : undefined)
  if (!walked.has(kind) && own !== 'open') return CLOSED
  if (tags.motorroad === 'yes' && own !== 'open') return CLOSED
  if (own === 'closed') return CLOSED
  if (own === undefined && permissionOf(tags.access) === 'closed') return CLOSED
  const kmh = kind === 'steps' ? foot.stepsKmh : foot.kmh
  const said = tags['oneway:foot'] ?? (tags.conveying === 'forward' ? 'yes' : tags.conveying === 'backward' ? '-1' : 'no')
  return [said === '-1' ? 0 : kmh, said === 'yes' ? 0 : kmh]
}

/** What somebody on foot may walk on: roads, and platforms and piers. */
export function walkedClass(tags: Tags): string | undefined {
  if (tags.highway) return tags.highway
  if (tags.railway === 'platform' || tags.public_transport === 'platform') return 'platform'
  if (tags.man_made === 'pier') return 'pier'
  return undefined
}

/** Limits by a zone's name, where a country code stands before it: "CN:urban", "DE:zone:30", "GB:nsl_single". */
const zones: readonly (readonly [RegExp, number])[] = [
  [/:(urban|built_up)$/, 50], [/:(rural|trunk)$/, 80], [/:nsl_single$/, 96], [/:nsl_dual$/, 112], [/:motorway$/, 120], [/:(living_street|walk|bicycle_road_walk)$/, 8], [/^[A-Z]{2}:(?:zone:?)?(\d+)$/, 0],
]

/** A speed limit in km/h: "50", "30 mph", "CN:urban"; undefined where it says nothing useful. */
export function kmhOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (text === 'walk') return 8
  for (const [pattern, kmh] of zones) {
    const found = pattern.exec(text)
    if (found) return kmh > 0 ? kmh : Number(found[1])
  }
  const found = /^(\d+(?:\.\d+)?)\s*(mph|km\/h|kmh|kph|knots)?$/.exec(text.trim())
  if (!found) return undefined
  const value = Number(found[1])
  const kmh = found[2] === 'mph' ? value * 1.609344 : found[2] === 'knots' ? value * 1.852 : value
  return kmh >= 3 && kmh <= 200 ? kmh : undefined
}

const gates = new Set(['gate', 'lift_gate', 'swing_gate', 'sliding_gate', 'sliding_beam', 'hampshire_gate', 'wicket_gate', 'toll_booth', 'border_control', 'checkpoint', 'bump_gate', 'security_control', 'chain'])
const noHindrance = new Set(['entrance', 'cattle_grid', 'kerb', 'height_restrictor', 'no', 'sump_buster'])
/** What a two-wheeler slips through and a car does not. */
const narrow = new Set(['bollard', 'cycle_barrier', 'motorcycle_barrier', 'block', 'planter', 'jersey_barrier', 'bus_trap', 'chain'])

function vehiclePassage(tags: Tags, vehicle: VehicleProfile): Passage {
  const permission = vehicle.openedBy.some((key) => says(tags[key])) ? 'open' : permissionFor(tags, vehicle.keys, undefined)?.permission
  const { barrier } = tags
  if (barrier && !noHindrance.has(barrier)) {
    const slipsThrough = vehicle.asBicycleKmh > 0 && narrow.has(barrier) && barrier !== 'motorcycle_barrier' && tags.bicycle !== 'no' && permissionOf(tags.access) !== 'closed'
    if (tags.locked === 'yes' && permission !== 'open') return BLOCKED
    if (permission === 'closed') return slipsThrough ? { blocked: false, delayMs: vehicle.gateMs } : BLOCKED
    if (barrier === 'toll_booth') return { blocked: false, delayMs: vehicle.tollMs }
    if (gates.has(barrier)) return { blocked: false, delayMs: permission === 'slowly' ? vehicle.privateGateMs : vehicle.gateMs }
    // bollards, blocks, stiles, turnstiles: closed unless somebody says that such vehicles pass
    return permission === 'open' || slipsThrough ? { blocked: false, delayMs: vehicle.gateMs } : BLOCKED
  }
  if (permission === 'closed' && !barrier && !tags.highway && !tags.railway) return BLOCKED
  if (tags.highway === 'traffic_signals' || tags.crossing === 'traffic_signals') return { blocked: false, delayMs: vehicle.signalMs }
  return tags.railway === 'level_crossing' ? { blocked: false, delayMs: vehicle.levelCrossingMs } : FREE
}

const footStops = new Set(['fence', 'wall', 'hedge', 'debris', 'city_wall', 'retaining_wall'])

/** Whether somebody on foot gets past a node. Walls and what forbids walking stop them, little else does. */
function footPassage(tags: Tags, foot: Profile['foot']): Passage {
  if (tags.barrier === undefined) {
    return tags.highway === 'traffic_signals' || tags.crossing === 'traffic_signals' ? { blocked: false, delayMs: foot.signalMs } : FREE
  }
  const pass = { blocked: false, delayMs: gates.has(tags.barrier) ? foot.gateMs : 0 }
  const own = permissionOf(tags.foot)
  if (own === 'open') return pass
  if (own === 'closed' || tags.locked === 'yes' || footStops.has(tags.barrier)) return BLOCKED
  return own === undefined && permissionOf(tags.access) === 'closed' ? BLOCKED : pass
}
