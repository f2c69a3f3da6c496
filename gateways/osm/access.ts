/**
 * What OpenStreetMap's tags mean for who travels: may they, and which way round. How fast says `pace.ts`.
 *
 * Tag meanings: wiki.openstreetmap.org/wiki/Key:access, Key:oneway, OSM_tags_for_routing/Access_restrictions.
 */
import type { TravelMode } from '#core/graph/graph-input.ts'
import { directionsOf, isOpposite, oneWayKeys, type OneWayKeys } from './one-way.ts'
import { paced } from './pace.ts'
import { footPassage, isStop, vehiclePassage, type Passage } from './passage.ts'
import type { Tags } from './pbf.ts'
import { directed, permissionFor, permissionOf, type DirectedKey, type Direction } from './permission.ts'
import type { Profile, VehicleProfile } from './profile.ts'

/** Kilometres per hour along a way and against it; 0 is closed. */
export type BothWays = readonly [along: number, against: number]

/** Who may go there at all: km/h at most, 0 is closed; and whether as a bicycle, where the vehicle itself may not. */
export type Leave = { readonly most: number; readonly asBicycle: boolean }
export type Leaves = readonly [along: Leave, against: Leave]
const NO: Leave = { most: 0, asBicycle: false }
const CLOSED: Leaves = [NO, NO]

/** One kind of traveller's reading of the map. */
export type Access = {
  readonly leaves: (tags: Tags) => Leaves
  /**
   * @param builtUp  whether the way lies in a built-up place, for roads without a signed limit
   * @param leaves   what `leaves` says of these tags
   */
  readonly speeds: (tags: Tags, builtUp: boolean, leaves?: Leaves) => BothWays
  readonly passage: (tags: Tags) => Passage
}

export function accessOf(profile: Profile, mode: TravelMode): Access {
  if (mode === 'foot') {
    const leaves = (tags: Tags) => footLeaves(tags, profile.foot)
    return { leaves, speeds: (tags, _, [along, against] = leaves(tags)) => [along.most, against.most], passage: (tags) => footPassage(tags, profile.foot) }
  }
  const vehicle = profile.modes[mode]
  const [keys, names] = [directed(vehicle.keys), [...vehicle.keys.slice(1), ...vehicle.openedBy]]
  const read: Spelled = {
    keys,
    names,
    openedBy: vehicle.openedBy.map((key) => ({ names: [key], key: directed([key])[0]! })),
    usual: oneWayKeys(vehicle.keys.slice(1), []),
    admitted: oneWayKeys(vehicle.keys.slice(1), vehicle.openedBy),
  }
  const leaves = (tags: Tags) => vehicleLeaves(tags, vehicle, read)
  return {
    leaves,
    speeds: (tags, builtUp, given = leaves(tags)) => [paced(given[0], tags, builtUp, 'forward', vehicle, profile), paced(given[1], tags, builtUp, 'backward', vehicle, profile)],
    passage: (tags) => vehiclePassage(tags, vehicle, keys, names),
  }
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

function vehicleLeaves(tags: Tags, vehicle: VehicleProfile, read: Spelled): Leaves {
  const kind = tags.highway
  // one drives along a square's lanes where they are drawn, and not along its sides
  if (!kind || isFerry(tags) || isUnbuilt(tags) || tags.area === 'yes') return CLOSED
  if (vehicle.kmh[kind] === 0 || (vehicle.kmh[kind] ?? vehicle.whereAllowedKmh[kind]) === undefined) return CLOSED
  const isReserved = kind === 'service' && (tags.service === 'emergency_access' || tags.service === 'bus')
  const isRoad = vehicle.kmh[kind] !== undefined && !isReserved
  const forEmergencies = vehicle.openedBy.includes('emergency')
  const isPrivileged = !forEmergencies || tags.emergency !== 'no'
  const isAdmittedByOthers = isPrivileged && vehicle.openedBy.length > 0 && !isStop(tags)
  // who may not use motorways may not use what is signed like one
  const motorroad = tags.motorroad === 'yes' && vehicle.kmh.motorway === 0

  /** As this vehicle, km/h at most; 0 where it may not. */
  const own = (direction: Direction): number => {
    if (isPrivileged && forEmergencies && isReserved) return vehicle.fastestKmh
    if (isAdmittedByOthers && read.openedBy.some(({ key, names }) => permissionOf(tags[key[direction]] ?? tags[key.both], names) === 'open')) return vehicle.fastestKmh
    const found = permissionFor(tags, read.keys, read.names, direction)
    if (motorroad && !(found?.permission === 'open' && !found.general)) return 0
    if (found?.permission === 'closed' || (!isRoad && found?.permission !== 'open')) {
      // a ban on vehicles is not a wall, and `access=no` may be one
      const isWall = found?.permission === 'closed' && found.general
      return isPrivileged && !isWall && (isRoad || kind === 'pedestrian' || kind === 'busway') ? vehicle.restrictedKmh : 0
    }
    return found?.permission === 'slowly' ? vehicle.privateKmh : vehicle.fastestKmh
  }
  const { along, against, implied } = directionsOf(tags, isAdmittedByOthers ? read.admitted : read.usual)
  const { kmh, classes } = vehicle.againstOneWay
  const mayGoAgainst = kmh > 0 && isPrivileged && !implied && classes.includes(kind)
  const bicycle = vehicle.asBicycleKmh > 0 ? bicycleDirections(tags) : undefined
  const leave = (open: boolean, bicycleOpen: boolean | undefined, direction: Direction): Leave => {
    const most = open ? own(direction) : mayGoAgainst ? Math.min(kmh, own(direction)) : 0
    return most > 0 ? { most, asBicycle: false } : bicycleOpen ? { most: vehicle.asBicycleKmh, asBicycle: true } : NO
  }
  return [leave(along, bicycle?.along, 'forward'), leave(against, bicycle?.against, 'backward')]
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

/** Where somebody walks. */
function footLeaves(tags: Tags, foot: Profile['foot']): Leaves {
  const kind = walkedClass(tags)
  if (!kind || !(roadClasses as readonly string[]).includes(kind) || isFerry(tags) || isUnbuilt(tags)) return CLOSED
  const hasSidewalk = sidewalkKeys.some((key) => tags[key] !== undefined && !['no', 'none', 'separate'].includes(tags[key]))
  const kmh = kind === 'steps' ? foot.stepsKmh : foot.kmh
  const leave = (direction: Direction): Leave => {
    const found = permissionFor(tags, walkerKeys, walkerNames, direction)
    if (found?.permission === 'closed') return NO
    const isInvited = hasSidewalk || (found?.permission === 'open' && !found.general)
    return isInvited || (walked.has(kind) && tags.motorroad !== 'yes') ? { most: kmh, asBicycle: false } : NO
  }
  const said = tags['oneway:foot'] ?? (tags.conveying === 'forward' ? 'yes' : tags.conveying === 'backward' ? '-1' : 'no')
  return [said === '-1' ? NO : leave('forward'), said === 'yes' ? NO : leave('backward')]
}

/** What somebody on foot may walk on: roads, and platforms and piers. */
export function walkedClass(tags: Tags): string | undefined {
  if (tags.highway) return tags.highway
  if (tags.railway === 'platform' || tags.public_transport === 'platform') return 'platform'
  if (tags.man_made === 'pier') return 'pier'
  return undefined
}
