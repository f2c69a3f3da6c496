/** The moment that a question is about: what differs now from the map's profile. Pure. */
import type { Extras } from '#core/graph/graph-file.ts'
import { travelModes } from '#core/graph/graph-input.ts'
import type { Now } from '#core/graph/engine.ts'
import type { Closures, Stretch } from '#core/graph/streets.ts'
import type { TravelMode } from './contract.ts'

/**
 * Small, so that it goes along with every question: the next one is about the next moment. It belongs to one map, whose edges it
 * numbers, and is never asked of another.
 */
export type Moment = {
  /** Grows with every change; 0 is the profile with nothing closed. */
  readonly version: number
  /** By mode: edge, from, to, edge, from, to … */
  readonly closed: Readonly<Partial<Record<TravelMode, Int32Array>>>
  /** By mode: milliseconds on each arc, in memory that threads share; the profile's where absent. */
  readonly driveMs: Readonly<Partial<Record<TravelMode, Uint32Array>>>
}

/** A plan that was made for a moment. */
export type MomentPlan = { readonly version: number; readonly extras: Extras }

export const profileMoment: Moment = { version: 0, closed: {}, driveMs: {} }

/**
 * @param parts    for each closure in force whom it concerns, and edge, from, to, edge, from, to … on the map
 * @param driveMs  speeds of the hour on the same map
 */
export function momentOf(version: number, parts: readonly { readonly modes: readonly TravelMode[]; readonly stretches: Int32Array }[], driveMs: Moment['driveMs'] = {}): Moment {
  const closed: Partial<Record<TravelMode, Int32Array>> = {}
  for (const mode of travelModes) {
    const stretches = parts.filter(({ modes }) => modes.includes(mode)).flatMap((part) => [...part.stretches])
    if (stretches.length > 0) closed[mode] = Int32Array.from(stretches)
  }
  return Object.keys(closed).length === 0 && Object.keys(driveMs).length === 0 ? profileMoment : { version, closed, driveMs }
}

/** The moment's version for one mode: 0 where that one goes by the profile, whatever there is for others. Its kept plan is exact then. */
export const versionOf = ({ version, closed, driveMs }: Moment, mode: TravelMode): number => (closed[mode] || driveMs[mode] ? version : 0)

/** The same moment, at its speeds, as if nothing were closed. */
export const openedUp = (moment: Moment): Moment => ({ ...moment, closed: {} })

/** What an engine, or a plan, must be told of the moment. Everything that changes streets is put in here. */
export function nowOf({ closed, driveMs }: Moment, mode: TravelMode): Now {
  const [flat, speeds] = [closed[mode], driveMs[mode]]
  return { ...(flat ? { closures: closuresFrom(flat) } : {}), ...(speeds ? { driveMs: speeds } : {}) }
}

function closuresFrom(flat: Int32Array): Closures {
  const closures = new Map<number, Stretch[]>()
  for (let i = 0; i < flat.length; i += 3) {
    const stretch: Stretch = [flat[i + 1]!, flat[i + 2]!]
    const before = closures.get(flat[i]!)
    if (before) before.push(stretch)
    else closures.set(flat[i]!, [stretch])
  }
  return closures
}
