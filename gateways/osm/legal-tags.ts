/**
 * Whether the map's tags let somebody use a way or pass a point: a second reading of the rules, slow and plain, that shares nothing with
 * the one the graph is built by. For `legality.ts` alone.
 */
import type { TravelMode } from '#core/graph/graph-input.ts'
import type { Tags } from './pbf.ts'

const welcomes = /^(yes|permissive|designated|official|public|allowed|destination)$/
const tolerates = /^(private|customers|delivery|permit|residents|employees|visitors)$/
const bans = /^(no|agricultural|forestry|military|discouraged|restricted|use_sidepath|dismount)$/
const somebodyElse =
  /^(foot|bicycle|horse|vehicle|motor_vehicle|motorcar|motorcycle|moped|mofa|emergency|psv|bus|minibus|tourist_bus|coach|taxi|share_taxi|hgv|goods|hov|carpool|trailer|caravan|motorhome|tram|disabled|agricultural_vehicle|golf_cart|atv|snowmobile|carriage)$/

type Answer = 'welcome' | 'tolerated' | 'banned' | undefined
type Said = { readonly answer: Answer; readonly key: string; readonly value: string }

/** A tag's answer to somebody with these names. "agricultural;destination": one kind word is enough. */
function answerOf(value: string | undefined, names: readonly string[]): Answer {
  const words = (value ?? '').split(/[;,]/).map((word) => word.trim().toLowerCase())
  if (words.some((word) => welcomes.test(word) || names.includes(word))) return 'welcome'
  if (words.some((word) => tolerates.test(word))) return 'tolerated'
  return words.some((word) => bans.test(word) || somebodyElse.test(word)) ? 'banned' : undefined
}

/** What the first of the keys that has an answer says. */
function said(tags: Tags, keys: readonly string[], names: readonly string[], side?: 'forward' | 'backward'): Said | undefined {
  for (const key of keys) {
    for (const full of side ? [`${key}:${side}`, key] : [key]) {
      const answer = answerOf(tags[full], names)
      if (answer) return { answer, key, value: tags[full]! }
    }
  }
  return undefined
}

const keysOf = {
  car: ['motorcar', 'motor_vehicle', 'vehicle', 'access'],
  emergency: ['motorcar', 'motor_vehicle', 'vehicle', 'access'],
  bike: ['motorcycle', 'motor_vehicle', 'vehicle', 'access'],
} as const
const privileged = ['emergency', 'bus', 'psv', 'taxi']
const namesOf = { car: keysOf.car.slice(0, 3), emergency: [...keysOf.car.slice(0, 3), ...privileged], bike: keysOf.bike.slice(0, 3) }
const hasPrivileges = (tags: Tags, mode: TravelMode) => mode === 'emergency' && tags.emergency !== 'no'
const isStop = (tags: Tags) => tags.public_transport !== undefined || tags.highway === 'bus_stop' || tags.highway === 'platform' || tags.railway === 'platform'
const privileges = (tags: Tags, mode: TravelMode) => (hasPrivileges(tags, mode) && !isStop(tags) ? privileged : [])

const roads = /^(motorway|trunk|primary|secondary|tertiary)(_link)?$|^(unclassified|residential|living_street|service|road|track)$/
const byInvitation = /^(pedestrian|busway|footway|path|cycleway)$/
const paths = /^(trunk|primary|secondary|tertiary)(_link)?$|^(unclassified|residential|living_street|service|road|track|pedestrian|footway|path|steps|cycleway|bridleway|corridor|platform|pier)$/

/** Why somebody may not go along a way (or against the order of its points); undefined where they may. */
export function closedTo(tags: Tags, mode: TravelMode, along: boolean): string | undefined {
  if (tags.route === 'ferry' || tags.route === 'shuttle_train') return 'a ferry'
  if (/^(construction|proposed|planned|razed|abandoned|disused|demolished|dismantled|removed)$/.test(tags.highway ?? '')) return `highway=${tags.highway}`
  if (!/^(no|minor)?$/.test(tags.construction ?? '') || [tags.proposed, tags.disused, tags.abandoned].includes('yes')) return 'not there yet, or no more'
  if (mode === 'foot') return closedToWalkers(tags, along)
  if (tags.area === 'yes') return 'the side of an area'
  const asVehicle = closedToVehicle(tags, mode, along)
  return asVehicle !== undefined && mode === 'bike' && mayCycle(tags, along) ? undefined : asVehicle
}

function closedToVehicle(tags: Tags, mode: 'car' | 'emergency' | 'bike', along: boolean): string | undefined {
  const kind = tags.highway ?? ''
  if (!roads.test(kind) && !byInvitation.test(kind)) return `highway=${kind} is no road`
  if (mode === 'bike' && /^motorway/.test(kind)) return 'a motorway'
  return bannedFrom(tags, mode, along) ?? againstSign(tags, mode, along)
}

function bannedFrom(tags: Tags, mode: 'car' | 'emergency' | 'bike', along: boolean): string | undefined {
  const side = along ? 'forward' : 'backward'
  const isReserved = tags.highway === 'service' && /^(emergency_access|bus)$/.test(tags.service ?? '')
  if (hasPrivileges(tags, mode) && isReserved) return undefined
  for (const who of privileges(tags, mode)) if (answerOf(tags[`${who}:${side}`] ?? tags[who], [who]) === 'welcome') return undefined
  const found = said(tags, keysOf[mode], namesOf[mode], side)
  if (mode === 'bike' && tags.motorroad === 'yes' && !(found?.answer === 'welcome' && found.key !== 'access')) return 'motorroad=yes'
  // emergencies go, slowly, where only vehicles are banned from a road, and down pedestrian streets
  const isRoad = roads.test(tags.highway!) && !isReserved
  const isStreet = isRoad || tags.highway === 'pedestrian' || tags.highway === 'busway'
  if (found?.answer === 'banned') return hasPrivileges(tags, mode) && found.key !== 'access' && isStreet ? undefined : `${found.key}=${found.value}`
  if (isRoad || found?.answer === 'welcome' || (hasPrivileges(tags, mode) && isStreet)) return undefined
  return `highway=${tags.highway} without an invitation`
}

const isRoundabout = (tags: Tags) => tags.junction === 'roundabout' || tags.junction === 'circular'
/** Who may go: along, against, both or neither; undefined for a word we do not know. */
const oneWayWord = (value: string | undefined) =>
  /^(yes|true|1)$/.test(value ?? '') ? 'along'
  : /^(-1|reverse)$/.test(value ?? '') ? 'against'
  : /^(no|false|0)$/.test(value ?? '') ? 'both'
  : /^(reversible|alternating)$/.test(value ?? '') ? 'neither'
  : undefined
const signFor = (tags: Tags, keys: readonly string[]) =>
  keys.map((key) => oneWayWord(tags[key])).find((word) => word !== undefined) ?? (isRoundabout(tags) || tags.highway === 'motorway' ? 'along' : 'both')
const opens = (word: string | undefined, along: boolean) => word === 'both' || word === (along ? 'along' : 'against')

function againstSign(tags: Tags, mode: 'car' | 'emergency' | 'bike', along: boolean): string | undefined {
  const word = signFor(tags, [...keysOf[mode].slice(0, 3).map((key) => `oneway:${key}`), 'oneway'])
  if (opens(word, along)) return undefined
  for (const who of privileges(tags, mode)) {
    if (opens(oneWayWord(tags[`oneway:${who}`]), along) || (!along && /^(yes|designated)$/.test(tags[`${who}:backward`] ?? ''))) return undefined
  }
  if (privileges(tags, mode).length > 0 && !along && [tags.busway, tags['busway:left'], tags['busway:right']].some((value) => value?.startsWith('opposite'))) return undefined
  const isSmall = /^(residential|living_street|service|unclassified|pedestrian|busway)$/.test(tags.highway!)
  return hasPrivileges(tags, mode) && isSmall && !isRoundabout(tags) && word !== 'neither' ? undefined : 'against a one-way'
}

/** Where the map invites bicycles, e-bikes may go as bicycles. */
function mayCycle(tags: Tags, along: boolean): boolean {
  const kind = tags.highway ?? ''
  const own = answerOf(tags.bicycle, ['bicycle'])
  const general = said(tags, ['vehicle', 'access'], ['vehicle', 'bicycle'])
  const isInvited = own === 'welcome' || (own === undefined && kind === 'cycleway' && general?.answer !== 'banned')
  if (!isInvited || (!roads.test(kind) && !byInvitation.test(kind)) || /^motorway/.test(kind)) return false
  if (answerOf(tags[`bicycle:${along ? 'forward' : 'backward'}`], ['bicycle']) === 'banned') return false
  const mayReturn = !along && !isRoundabout(tags) && tags['oneway:bicycle'] !== 'yes' && tags.cycleway?.startsWith('opposite')
  return mayReturn === true || opens(signFor(tags, ['oneway:bicycle', 'oneway:vehicle', 'oneway']), along)
}

function closedToWalkers(tags: Tags, along: boolean): string | undefined {
  const kind = tags.highway ?? (isStop(tags) && /platform/.test(`${tags.railway} ${tags.public_transport}`) ? 'platform' : tags.man_made === 'pier' ? 'pier' : '')
  const found = said(tags, ['foot', 'access'], ['foot'], along ? 'forward' : 'backward')
  if (found?.answer === 'banned') return `${found.key}=${found.value}`
  const hasSidewalk = ['', ':both', ':left', ':right'].some((side) => !/^(|no|none|separate)$/.test(tags[`sidewalk${side}`] ?? ''))
  const isInvited = hasSidewalk || (found?.key === 'foot' && found.answer === 'welcome')
  if (!paths.test(kind) && !(isInvited && /^(motorway|motorway_link|busway)$/.test(kind))) return `highway=${kind} is no way to walk`
  if (tags.motorroad === 'yes' && !isInvited) return 'motorroad=yes'
  const sign = tags['oneway:foot'] ?? { forward: 'yes', backward: '-1' }[tags.conveying ?? '']
  return sign === (along ? '-1' : 'yes') ? 'against the way one walks there' : undefined
}

/** Whether one may walk across an area with these tags. */
export function isWalkedAcross(tags: Tags): boolean {
  const isArea = tags.area === 'yes' || tags.type === 'multipolygon' || tags.place === 'square'
  const isFor = /^(pedestrian|footway|path|living_street|service|platform|corridor)$/.test(tags.highway ?? tags['area:highway'] ?? '') || tags.place === 'square' || tags.railway === 'platform' || tags.public_transport === 'platform'
  return isArea && isFor && said(tags, ['foot', 'access'], ['foot'])?.answer !== 'banned'
}

const letsThrough = /^(gate|(lift|swing|sliding|hampshire|wicket|bump)_gate|entrance|toll_booth|border_control|checkpoint|security_control|cattle_grid|kerb|chain|sliding_beam|height_restrictor|sump_buster|no)$/
const isNothing = /^(|entrance|cattle_grid|kerb|height_restrictor|sump_buster|no)$/
const letsCyclistsThrough = /^(bollard|cycle_barrier|block|planter|jersey_barrier|bus_trap|chain)$/

/** Why somebody may not pass a point; undefined where they may. */
export function closedAt(tags: Tags, mode: TravelMode): string | undefined {
  const barrier = tags.barrier ?? ''
  if (mode === 'foot') {
    const own = answerOf(tags.foot, ['foot'])
    if (own === 'welcome' || (barrier === '' && (tags.highway || tags.railway))) return undefined
    if (own === 'banned') return `foot=${tags.foot}`
    if (barrier === '') return undefined
    if (/wall|fence|hedge|debris/.test(barrier) || tags.locked === 'yes') return `barrier=${barrier}`
    return own === undefined && answerOf(tags.access, ['foot']) === 'banned' ? `access=${tags.access}` : undefined
  }
  if (privileges(tags, mode).some((who) => answerOf(tags[who], [who]) === 'welcome')) return undefined
  const found = said(tags, keysOf[mode], namesOf[mode])
  const slips = mode === 'bike' && letsCyclistsThrough.test(barrier) && answerOf(tags.bicycle, ['bicycle']) !== 'banned' && (tags.bicycle !== undefined || answerOf(tags.access, namesOf.bike) !== 'banned')
  if (isNothing.test(barrier)) return found?.answer === 'banned' && !tags.highway && !tags.railway ? `${found.key}=${found.value}` : undefined
  if (tags.locked === 'yes' && found?.answer !== 'welcome') return 'locked'
  if (found?.answer === 'banned') return slips ? undefined : `barrier=${barrier}, ${found.key}=${found.value}`
  return letsThrough.test(barrier) || found?.answer === 'welcome' || slips ? undefined : `barrier=${barrier}`
}
