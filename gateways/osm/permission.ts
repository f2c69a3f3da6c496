/**
 * What the words of an access tag say to one kind of traveller.
 *
 * Words: wiki.openstreetmap.org/wiki/Key:access. Of several words ("agricultural;destination") the kindest counts; a word that we do
 * not know says nothing; a vehicle's name as a word ("access=psv") lets that vehicle in and nobody else.
 */
import type { Tags } from './pbf.ts'

/** `slowly`: with a reason to be there, as on private ground. */
export type Permission = 'open' | 'slowly' | 'closed'
export type Direction = 'forward' | 'backward'

const words: ReadonlyMap<string, Permission> = new Map([
  ...['yes', 'permissive', 'designated', 'official', 'public', 'allowed', 'destination'].map((word) => [word, 'open'] as const),
  ...['private', 'customers', 'delivery', 'permit', 'residents', 'employees', 'visitors'].map((word) => [word, 'slowly'] as const),
  ...['no', 'agricultural', 'forestry', 'military', 'discouraged', 'restricted', 'use_sidepath', 'dismount'].map((word) => [word, 'closed'] as const),
])
/** Travellers who may stand as a word where others would say yes or no. */
const travellers: ReadonlySet<string> = new Set([
  'foot', 'bicycle', 'horse', 'vehicle', 'motor_vehicle', 'motorcar', 'motorcycle', 'moped', 'mofa', 'emergency', 'psv', 'bus', 'minibus', 'tourist_bus', 'coach',
  'taxi', 'share_taxi', 'hgv', 'goods', 'hov', 'carpool', 'trailer', 'caravan', 'motorhome', 'tram', 'disabled', 'agricultural_vehicle', 'golf_cart', 'atv', 'snowmobile', 'carriage',
])
const kindness: Readonly<Record<Permission, number>> = { closed: 0, slowly: 1, open: 2 }

/** @param names  what the traveller is called in tags; as a word of the value it lets him in */
export function permissionOf(value: string | undefined, names: readonly string[]): Permission | undefined {
  if (value === undefined) return undefined
  const known = words.get(value)
  if (known) return known
  let kindest: Permission | undefined
  for (const part of value.split(/[;,]/)) {
    const word = part.trim().toLowerCase()
    const said = words.get(word) ?? (names.includes(word) ? 'open' : travellers.has(word) ? 'closed' : undefined)
    if (said && (!kindest || kindness[said] > kindness[kindest])) kindest = said
  }
  return kindest
}

/** A key with what it says of one direction, spelled once: a town asks for them a hundred thousand times. */
export type DirectedKey = Readonly<Record<'both' | Direction, string>>
export const directed = (keys: readonly string[]): readonly DirectedKey[] => keys.map((key) => ({ both: key, forward: `${key}:forward`, backward: `${key}:backward` }))

/**
 * The most particular of the keys that says anything, and whether it is the most general one.
 *
 * @param keys  the general ones first
 */
export function permissionFor(
  tags: Tags,
  keys: readonly DirectedKey[],
  names: readonly string[],
  direction: Direction | undefined,
): { readonly permission: Permission; readonly general: boolean } | undefined {
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i]!
    const permission = (direction && permissionOf(tags[key[direction]], names)) ?? permissionOf(tags[key.both], names)
    if (permission) return { permission, general: i === 0 }
  }
  return undefined
}
