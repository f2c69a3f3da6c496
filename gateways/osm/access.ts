/**
 * What OpenStreetMap's tags mean for a car and for somebody on foot: may they, how fast, and what stands in the way.
 *
 * The car is a patrol car in ordinary service: it keeps to one-ways and signs, but a gate marked private opens for it, slowly.
 * Tag meanings: wiki.openstreetmap.org/wiki/Key:access, Key:oneway, Key:maxspeed, Key:barrier.
 */
import type { Tags } from './pbf.ts'

/** Kilometres per hour along a way and against it; 0 is closed. */
export type BothWays = readonly [along: number, against: number]
const CLOSED: BothWays = [0, 0]

/** The classes in the order of `edgeClass`, most important first. */
export const roadClasses = [
  'motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'unclassified', 'residential', 'living_street', 'service',
  'motorway_link', 'trunk_link', 'primary_link', 'secondary_link', 'tertiary_link', 'road', 'busway', 'track', 'pedestrian',
  'footway', 'path', 'steps', 'cycleway', 'bridleway', 'corridor', 'platform', 'pier',
] as const

/** Travel speed of a car by class where no limit is signed, km/h, as in built-up places: signals and traffic are in it. */
const carKmh: Readonly<Record<string, number>> = {
  motorway: 90, trunk: 60, primary: 45, secondary: 40, tertiary: 35, unclassified: 30, residential: 25, living_street: 12,
  service: 15, motorway_link: 50, trunk_link: 40, primary_link: 35, secondary_link: 30, tertiary_link: 30, road: 25, track: 12,
}
/** Where one may drive only because a tag says so. */
const onlyWhereAllowed: Readonly<Record<string, number>> = { pedestrian: 10, busway: 30, footway: 8, path: 8, cycleway: 8 }
/** Nobody drives at the limit all the way. */
const SHARE_OF_LIMIT = 0.85
const PRIVATE_KMH = 10
const serviceKmh: Readonly<Record<string, number>> = { parking_aisle: 8, 'drive-through': 8, driveway: 10, emergency_access: 20 }
const roughKmh: Readonly<Record<string, number>> = {
  unpaved: 30, compacted: 35, gravel: 25, fine_gravel: 30, dirt: 20, earth: 20, ground: 20, grass: 15, sand: 12, mud: 10,
  cobblestone: 25, unhewn_cobblestone: 20, sett: 30, pebblestone: 20, wood: 15,
}

const WALKING_KMH = 5
const STEPS_KMH = 2.5
const walked = new Set<string>(roadClasses.filter((kind) => !['motorway', 'motorway_link', 'busway'].includes(kind)))

const open = new Set(['yes', 'permissive', 'designated', 'official', 'public', 'allowed', 'destination'])
const slowly = new Set(['private', 'customers', 'delivery', 'permit', 'residents', 'employees', 'visitors'])
const closed = new Set(['no', 'agricultural', 'forestry', 'military', 'discouraged', 'restricted', 'use_sidepath', 'unknown_closed'])
type Permission = 'open' | 'slowly' | 'closed'
const permissionOf = (value: string | undefined): Permission | undefined =>
  value === undefined ? undefined
  : open.has(value) ? 'open'
  : slowly.has(value) ? 'slowly'
  : closed.has(value) ? 'closed'
  : undefined

const carKeys = ['motorcar', 'motor_vehicle', 'vehicle', 'access']

/** The most particular key that says anything wins; `emergency` beats them all, for it is about us. */
function carPermission(tags: Tags, direction: 'forward' | 'backward' | undefined): Permission | undefined {
  const emergency = permissionOf(tags.emergency === 'yes' || tags.emergency === 'designated' ? 'yes' : undefined)
  if (emergency) return emergency
  for (const key of carKeys) {
    const said = (direction && permissionOf(tags[`${key}:${direction}`])) ?? permissionOf(tags[key])
    if (said) return said
  }
  return undefined
}

/** A car's speed on a way. */
export function carSpeeds(tags: Tags): BothWays {
  const kind = tags.highway
  if (!kind || tags.route === 'ferry' || isUnbuilt(tags)) return CLOSED
  const usual = carKmh[kind]
  if (usual === undefined && onlyWhereAllowed[kind] === undefined) return CLOSED
  if (tags.area === 'yes' && usual === undefined) return CLOSED

  const speed = (direction: 'forward' | 'backward'): number => {
    const permission = carPermission(tags, direction)
    if (permission === 'closed') return 0
    if (usual === undefined && permission !== 'open') return 0
    let kmh = usual ?? onlyWhereAllowed[kind]!
    const limit = kmhOf(tags[`maxspeed:${direction}`] ?? tags.maxspeed)
    if (limit !== undefined) kmh = limit * SHARE_OF_LIMIT
    else if (kind === 'service') kmh = serviceKmh[tags.service ?? ''] ?? kmh
    const rough = roughKmh[tags.surface ?? '']
    if (rough !== undefined) kmh = Math.min(kmh, rough)
    if (permission === 'slowly') kmh = Math.min(kmh, PRIVATE_KMH)
    return Math.max(kmh, 3)
  }
  const { along, against } = carDirections(tags)
  return [along ? speed('forward') : 0, against ? speed('backward') : 0]
}

/** One-way rules. A roundabout and a motorway are one-way unless they say otherwise. */
function carDirections(tags: Tags): { along: boolean; against: boolean } {
  const implied =
    tags.junction === 'roundabout' || tags.junction === 'circular' || tags.highway === 'motorway' ? 'yes' : 'no'
  const said = tags['oneway:motorcar'] ?? tags['oneway:motor_vehicle'] ?? tags['oneway:vehicle'] ?? tags.oneway ?? implied
  switch (said) {
    case 'yes':
    case 'true':
    case '1':
      return { along: true, against: false }
    case '-1':
    case 'reverse':
      return { along: false, against: true }
    case 'reversible': // open the other way at other hours; nobody can count on either
      return { along: false, against: false }
    default:
      return { along: true, against: true }
  }
}

/** Somebody's speed on foot. */
export function footSpeeds(tags: Tags): BothWays {
  const kind = footClass(tags)
  if (!kind || tags.route === 'ferry' || isUnbuilt(tags)) return CLOSED
  const own = permissionOf(tags.foot === 'use_sidepath' ? 'no' : tags.foot) ?? (tags.sidewalk && !['no', 'none', 'separate'].includes(tags.sidewalk) ? 'open' : undefined)
  if (!walked.has(kind) && own !== 'open') return CLOSED
  if (tags.motorroad === 'yes' && own !== 'open') return CLOSED
  if (own === 'closed') return CLOSED
  if (own === undefined && permissionOf(tags.access) === 'closed') return CLOSED
  const kmh = kind === 'steps' ? STEPS_KMH : WALKING_KMH
  const said = tags['oneway:foot'] ?? (tags.conveying === 'forward' ? 'yes' : tags.conveying === 'backward' ? '-1' : 'no')
  return [said === '-1' ? 0 : kmh, said === 'yes' ? 0 : kmh]
}

function footClass(tags: Tags): string | undefined {
  if (tags.highway) return tags.highway
  if (tags.railway === 'platform' || tags.public_transport === 'platform') return 'platform'
  if (tags.man_made === 'pier') return 'pier'
  return undefined
}

const isUnbuilt = (tags: Tags) =>
  tags.highway === 'construction' || tags.highway === 'proposed' || tags.highway === 'razed' || tags.highway === 'abandoned' ||
  (tags.construction !== undefined && tags.construction !== 'no' && tags.construction !== 'minor') || tags.proposed === 'yes'

/** Place of a way's class in `roadClasses`; a class we do not know counts as `road`. */
export function classOf(tags: Tags): number {
  const index = (roadClasses as readonly string[]).indexOf(footClass(tags) ?? 'road')
  return index < 0 ? roadClasses.indexOf('road') : index
}

const walkingPace = new Set(['walk', 'DE:walk', 'AT:walk', 'RU:living_street', 'DE:living_street'])

/** A speed limit in km/h: "50", "30 mph", "CN:urban"; undefined where it says nothing useful. */
export function kmhOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (walkingPace.has(text)) return 8
  if (/:urban$/.test(text)) return 50
  if (/:rural$/.test(text)) return 80
  if (/:motorway$/.test(text)) return 120
  const found = /^(\d+(?:\.\d+)?)\s*(mph|km\/h|kmh|kph|knots)?$/.exec(text.trim())
  if (!found) return undefined
  const value = Number(found[1])
  const kmh = found[2] === 'mph' ? value * 1.609344 : found[2] === 'knots' ? value * 1.852 : value
  return kmh >= 3 && kmh <= 200 ? kmh : undefined
}

/** What a point on the road does to those who pass. */
export type Passage = { readonly blocked: boolean; readonly delayMs: number }
const FREE: Passage = { blocked: false, delayMs: 0 }
/** Half of what one waits on average at a signal that is red half of the time. */
const SIGNAL_MS = 4_000
const GATE_MS = 10_000
const PRIVATE_GATE_MS = 20_000

const gates = new Set(['gate', 'lift_gate', 'swing_gate', 'sliding_gate', 'hampshire_gate', 'wicket_gate', 'toll_booth', 'border_control', 'checkpoint', 'bump_gate', 'security_control'])
const noHindrance = new Set(['entrance', 'cattle_grid', 'kerb', 'height_restrictor', 'no', 'sump_buster', 'bus_trap'])

/** Whether a car gets past a node, and what it costs. */
export function carPassage(tags: Tags): Passage {
  const permission = carPermission(tags, undefined)
  const { barrier } = tags
  if (barrier && !noHindrance.has(barrier)) {
    if (tags.locked === 'yes' || permission === 'closed') return { blocked: true, delayMs: 0 }
    if (gates.has(barrier)) return { blocked: false, delayMs: permission === 'slowly' ? PRIVATE_GATE_MS : GATE_MS }
    // bollards, blocks, stiles, turnstiles: closed unless somebody says that cars pass
    return permission === 'open' ? { blocked: false, delayMs: GATE_MS } : { blocked: true, delayMs: 0 }
  }
  if (permission === 'closed' && !tags.barrier && !tags.highway && !tags.railway) return { blocked: true, delayMs: 0 }
  return tags.highway === 'traffic_signals' || tags.crossing === 'traffic_signals' ? { blocked: false, delayMs: SIGNAL_MS } : FREE
}

const footStops = new Set(['fence', 'wall', 'hedge', 'debris'])

/** Whether somebody on foot gets past a node. Walls and what forbids walking stop them, little else does. */
export function footPassage(tags: Tags): Passage {
  if (!tags.barrier) return FREE
  const own = permissionOf(tags.foot)
  if (own === 'open') return FREE
  if (own === 'closed' || tags.locked === 'yes' || footStops.has(tags.barrier)) return { blocked: true, delayMs: 0 }
  return own === undefined && permissionOf(tags.access) === 'closed' ? { blocked: true, delayMs: 0 } : FREE
}
