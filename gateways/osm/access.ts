/**
 * What OpenStreetMap's tags mean for who travels: may they, which way round, and how fast.
 *
 * Tag meanings: wiki.openstreetmap.org/wiki/Key:access, Key:oneway, Key:maxspeed, OSM_tags_for_routing/Access_restrictions.
 */
import type { TravelMode } from '#core/graph/graph-input.ts'
import { kmhOf } from './limits.ts'
import { directionsOf, isOpposite, oneWayKeys, type OneWayKeys } from './one-way.ts'
import { footPassage, isStop, vehiclePassage, type Passage } from './passage.ts'
import type { Tags } from './pbf.ts'
import { directed, permissionFor, permissionOf, type DirectedKey, type Direction } from './permission.ts'
import type { Profile, VehicleProfile } from './profile.ts'

/** Kilometres per hour along a way and against it; 0 is closed. */
export type BothWays = readonly [along: number, against: number]
const CLOSED: BothWays = [0, 0]

/** One kind of traveller's reading of the map. */
export type Access = {
  /** @param builtUp  whether the way lies in a built-up place, for roads without a signed limit */
  readonly speeds: (tags: Tags, builtUp: boolean) => BothWays
  readonly passage: (tags: Tags) => Passage
}

export function accessOf(profile: Profile, mode: TravelMode): Access {
  if (mode === 'foot') return { speeds: (tags) => footSpeeds(tags, profile.foot), passage: (tags) => footPassage(tags, profile.foot) }
  const vehicle = profile.modes[mode]
  const [keys, names] = [directed(vehicle.keys), [...vehicle.keys.slice(1), ...vehicle.openedBy]]
  const read: Spelled = {
    keys,
    names,
    openedBy: vehicle.openedBy.map((key) => ({ names: [key], key: directed([key])[0]! })),
    usual: oneWayKeys(vehicle.keys.slice(1), []),
    admitted: oneWayKeys(vehicle.keys.slice(1), vehicle.openedBy),
  }
  return { speeds: (tags, builtUp) => vehicleSpeeds(tags, builtUp, vehicle, read, profile), passage: (tags) => vehiclePassage(tags, vehicle, keys, names) }
}

/** The keys and words of one kind of vehicle, spelled once. */
type Spelled = {
  readonly keys: readonly DirectedKey[]
  readonly names: readonly string[]
  readonly openedBy: readonly { readonly key: DirectedKey; readonly names: readonly string[] }[]
  /** One-way signs for it, and with what others are admitted by. */
  readonly usual: OneWayKeys
  readonly admitted: OneWayKeys
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

const notThere = new Set(['construction', 'proposed', 'planned', 'razed', 'abandoned', 'disused', 'demolished', 'dismantled', 'removed'])
const isUnbuilt = (tags: Tags) =>
  notThere.has(tags.highway ?? '') || (tags.construction !== undefined && tags.construction !== 'no' && tags.construction !== 'minor') ||
  tags.proposed === 'yes' || tags.disused === 'yes' || tags.abandoned === 'yes'
export const isFerry = (tags: Tags): boolean => tags.route === 'ferry' || tags.route === 'shuttle_train'

/** Why a way that looks like a road is nobody's; undefined where it is somebody's, or no road at all. */
export function whyNobody(tags: Tags): 'ferry' | 'under-construction' | undefined {
  if (isFerry(tags)) return 'ferry'
  return tags.highway && isUnbuilt(tags) ? 'under-construction' : undefined
}

function vehicleSpeeds(tags: Tags, builtUp: boolean, vehicle: VehicleProfile, read: Spelled, profile: Profile): BothWays {
  const kind = tags.highway
  // one drives along a square's lanes where they are drawn, and not along its sides
  if (!kind || isFerry(tags) || isUnbuilt(tags) || tags.area === 'yes') return CLOSED
  const usual = (builtUp ? vehicle.builtUpKmh : vehicle.kmh)[kind]
  const special = vehicle.whereAllowedKmh[kind]
  if (usual === 0 || (usual === undefined && special === undefined)) return CLOSED
  const isPrivileged = vehicle.openedBy.length > 0 && tags.emergency !== 'no'
  const isAdmittedByOthers = isPrivileged && !isStop(tags)
  // who may not use motorways may not use what is signed like one
  const motorroad = tags.motorroad === 'yes' && vehicle.kmh.motorway === 0

  /** As this vehicle; 0 where it may not. */
  const ownSpeed = (direction: Direction): number => {
    let most = vehicle.fastestKmh
    const isAdmitted = (isAdmittedByOthers && read.openedBy.some(({ key, names }) => permissionOf(tags[key[direction]] ?? tags[key.both], names) === 'open')) || (isPrivileged && tags.service === 'emergency_access')
    if (!isAdmitted) {
      const found = permissionFor(tags, read.keys, read.names, direction)
      if (found?.permission === 'closed' || (usual === undefined && found?.permission !== 'open')) {
        // a ban on vehicles is not a wall, and `access=no` may be one
        const passable = found === undefined || !found.general || found.permission !== 'closed'
        if (!isPrivileged || vehicle.restrictedKmh === 0 || !passable || (usual === undefined && kind !== 'pedestrian' && kind !== 'busway')) return 0
        most = vehicle.restrictedKmh
      } else if (found?.permission === 'slowly') most = vehicle.privateKmh
      if (motorroad && !(found?.permission === 'open' && !found.general)) return 0
    }
    return paced(usual ?? special!, most, tags, kind, direction, vehicle, profile)
  }
  const bicycle = vehicle.asBicycleKmh > 0 ? bicycleDirections(tags) : undefined
  const asBicycle = bicycle ? paced(vehicle.asBicycleKmh, vehicle.asBicycleKmh, tags, kind, 'forward', vehicle, profile) : 0

  const { along, against, implied } = directionsOf(tags, isAdmittedByOthers ? read.admitted : read.usual)
  const { kmh, classes } = vehicle.againstOneWay
  const mayGoAgainst = kmh > 0 && isPrivileged && !implied && classes.includes(kind)
  const one = (open: boolean, bicycleOpen: boolean | undefined, direction: Direction): number => {
    const own = open ? ownSpeed(direction) : mayGoAgainst ? Math.min(kmh, ownSpeed(direction)) : 0
    return own === 0 && bicycleOpen ? asBicycle : own
  }
  return [one(along, bicycle?.along, 'forward'), one(against, bicycle?.against, 'backward')]
}

/** How fast one drives there, at most `most`; 0 where the surface lets nobody pass. */
function paced(usual: number, most: number, tags: Tags, kind: string, direction: Direction, vehicle: VehicleProfile, profile: Profile): number {
  let kmh = usual
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

const bicycleKeys = directed(['access', 'vehicle'])
const bicycleNames = ['bicycle', 'vehicle']
const bicycleSigns = oneWayKeys(['vehicle', 'bicycle'], [])

/** Which ways round a bicycle may go, where the map is plain about bicycles; undefined where it is not, or where they may not. */
function bicycleDirections(tags: Tags): { readonly along: boolean; readonly against: boolean } | undefined {
  const permission = permissionOf(tags.bicycle, bicycleNames)
  const general = permissionFor(tags, bicycleKeys, bicycleNames, undefined)?.permission
  if (permission !== 'open' && !(permission === undefined && tags.highway === 'cycleway' && general !== 'closed')) return undefined
  const { along, against, implied } = directionsOf(tags, bicycleSigns)
  const mayReturn = !implied && tags['oneway:bicycle'] !== 'yes' && isOpposite(tags.cycleway)
  const open = (direction: Direction) => permissionOf(tags[direction === 'forward' ? 'bicycle:forward' : 'bicycle:backward'], bicycleNames) !== 'closed'
  return { along: along && open('forward'), against: (against || mayReturn) && open('backward') }
}

const walked = new Set<string>(roadClasses.filter((kind) => !['motorway', 'motorway_link', 'busway'].includes(kind)))

export const walkerKeys = directed(['access', 'foot'])
export const walkerNames = ['foot']
const sidewalkKeys = ['sidewalk', 'sidewalk:both', 'sidewalk:left', 'sidewalk:right']

/** Somebody's speed on foot. */
function footSpeeds(tags: Tags, foot: Profile['foot']): BothWays {
  const kind = walkedClass(tags)
  if (!kind || !(roadClasses as readonly string[]).includes(kind) || isFerry(tags) || isUnbuilt(tags)) return CLOSED
  const hasSidewalk = sidewalkKeys.some((key) => tags[key] !== undefined && !['no', 'none', 'separate'].includes(tags[key]))
  const kmh = kind === 'steps' ? foot.stepsKmh : foot.kmh
  const speed = (direction: Direction): number => {
    const found = permissionFor(tags, walkerKeys, walkerNames, direction)
    if (found?.permission === 'closed') return 0
    const isInvited = hasSidewalk || (found?.permission === 'open' && !found.general)
    return isInvited || (walked.has(kind) && tags.motorroad !== 'yes') ? kmh : 0
  }
  const said = tags['oneway:foot'] ?? (tags.conveying === 'forward' ? 'yes' : tags.conveying === 'backward' ? '-1' : 'no')
  return [said === '-1' ? 0 : speed('forward'), said === 'yes' ? 0 : speed('backward')]
}

/** What somebody on foot may walk on: roads, and platforms and piers. */
export function walkedClass(tags: Tags): string | undefined {
  if (tags.highway) return tags.highway
  if (tags.railway === 'platform' || tags.public_transport === 'platform') return 'platform'
  if (tags.man_made === 'pier') return 'pier'
  return undefined
}
