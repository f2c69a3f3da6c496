/** How each kind of traveller uses the roads, from one file that can be read: `profile.json`, and what an operator lays over it. */
import usual from './profile.json' with { type: 'json' }
import type { TurnCosts } from '#core/graph/graph-input.ts'

export const drivenModes = ['car', 'emergency', 'bike'] as const
export type DrivenMode = (typeof drivenModes)[number]
type ByWord = Readonly<Record<string, number>>

/** What one kind of vehicle does. Speeds in km/h (0: closed), times in milliseconds. */
export type VehicleProfile = {
  /** Access tags that are about it, the general ones first; the most particular one that says anything counts. */
  readonly keys: readonly string[]
  /** Tags that open what those close, when they say yes or designated. */
  readonly openedBy: readonly string[]
  /** By road class where no limit is signed, outside and inside of built-up places. Signals and traffic are in it. */
  readonly kmh: ByWord
  readonly builtUpKmh: ByWord
  /** Classes that are open only where a tag says so. */
  readonly whereAllowedKmh: ByWord
  /** Where only bicycles may go (cycleways, paths, against one-ways): an e-bike's speed, 0 for vehicles that may not. */
  readonly asBicycleKmh: number
  /** Where vehicles are banned but the road is a road (a pedestrian street, "no motor vehicles"); 0: obeyed. */
  readonly restrictedKmh: number
  /** On private roads. */
  readonly privateKmh: number
  readonly fastestKmh: number
  /** The share of a signed limit that is driven. */
  readonly limitShare: number
  readonly againstOneWay: { readonly kmh: number; readonly classes: readonly string[] }
  readonly restrictions: 'obey' | 'ignore'
  readonly signalMs: number
  readonly gateMs: number
  readonly privateGateMs: number
  readonly tollMs: number
  readonly levelCrossingMs: number
  /** The sharpest turn across the other direction's traffic, and to the near side. */
  readonly turns: { readonly uTurnMs: number; readonly acrossMs: number; readonly besideMs: number; readonly freeDegrees: number }
}

export type Profile = {
  readonly drivesOn: 'right' | 'left'
  readonly modes: Readonly<Record<DrivenMode, VehicleProfile>>
  readonly foot: { readonly kmh: number; readonly stepsKmh: number; readonly signalMs: number; readonly gateMs: number }
  readonly serviceKmh: ByWord
  readonly surfaceKmh: ByWord
  readonly smoothnessKmh: ByWord
  readonly tracktypeKmh: ByWord
}

/** The profile cannot be used. The message says what was found, what was expected, and where. */
export class ProfileBroken extends Error {
  readonly code = 'profile-broken'
}

// `checked` holds it to the type, and a test does so with the file itself
export const usualProfile = usual as unknown as Profile

/**
 * An operator's profile: JSON that says only what differs from `profile.json`.
 *
 * @throws ProfileBroken
 */
export function readProfile(text: string): Profile {
  let own: unknown
  try {
    own = JSON.parse(text)
  } catch (cause) {
    throw new ProfileBroken(`profile: this is not JSON (${(cause as Error).message}).`)
  }
  return laidOver(usual, own, '') as Profile
}

/** The known file is the schema: same names, same kinds, numbers in their range. */
function laidOver(known: unknown, own: unknown, path: string): unknown {
  const at = path === '' ? 'profile' : `profile: ${path}`
  const wrong = (expected: string): never => {
    throw new ProfileBroken(`${at} is ${JSON.stringify(own)}, expected ${expected}.`)
  }
  if (own === undefined) return known
  if (typeof known === 'number') {
    const [least, most] = rangeOf(path)
    return typeof own === 'number' && own >= least && own <= most ? own : wrong(`a number from ${least} to ${most}`)
  }
  if (typeof known === 'string') {
    const words = path === 'drivesOn' ? ['right', 'left'] : ['obey', 'ignore']
    return words.includes(own as string) ? own : wrong(`one of ${words.join(', ')}`)
  }
  if (Array.isArray(known)) return Array.isArray(own) && own.every((word) => typeof word === 'string') ? own : wrong('a list of words')
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return wrong('an object')
  const names = Object.keys(known as object)
  for (const name of Object.keys(own)) {
    if (!names.includes(name)) throw new ProfileBroken(`${at} has "${name}", which is not known there; known are ${names.join(', ')}.`)
  }
  return Object.fromEntries(
    names.map((name) => [name, laidOver((known as Record<string, unknown>)[name], (own as Record<string, unknown>)[name], path === '' ? name : `${path}.${name}`)]),
  )
}

function rangeOf(path: string): [least: number, most: number] {
  if (/Ms$/.test(path)) return [0, 600_000]
  if (/Degrees$/.test(path)) return [0, 179]
  if (/Share$/.test(path)) return [0.1, 2]
  if (/^foot\.|fastestKmh$/.test(path)) return [0.5, 300]
  return [0, 300]
}

/** Who drives on the right turns left across the others' traffic. */
export function turnCostsOf({ drivesOn, modes }: Profile, mode: DrivenMode): TurnCosts {
  const { uTurnMs, acrossMs, besideMs, freeDegrees } = modes[mode].turns
  return drivesOn === 'right' ? { uTurnMs, leftMs: acrossMs, rightMs: besideMs, freeDegrees } : { uTurnMs, leftMs: besideMs, rightMs: acrossMs, freeDegrees }
}
