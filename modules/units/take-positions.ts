/** Take positions: whose they are, whether they can be right, whether anybody was on duty then. */
import { toWgs84 } from '#core/geo/shifted.ts'
import { inScope, scopeOf, type Actor } from '#kernel/actor.ts'
import { refuse, sentence } from '#kernel/decision.ts'
import type { NewPosition, PositionsTaken } from './contract.ts'
import type { UnitsDeps } from './deps.ts'
import { findDevices, type Device } from './devices-store.ts'
import { wasOnDuty, type Duty } from './duty.ts'
import { implausible, type FixRefusal } from './fix.ts'
import type { Observation } from './intake.ts'
import { refusals } from './refusals.ts'

type Language = 'zh' | 'en'

/** What a position comes to before it is stored. */
type Judged =
  | { readonly observe: Observation }
  | { readonly discard: true }
  | { readonly reject: FixRefusal | 'which-unit' | 'unit-not-found' | 'device-not-found' | 'not-your-unit' }

/** Positions sent by somebody signed in: a program for the units of its tree, an officer for the unit that is theirs. */
export async function takePositions(
  deps: UnitsDeps,
  caller: { readonly actor: Actor; readonly language: Language },
  positions: readonly NewPosition[],
): Promise<PositionsTaken> {
  const ids = new Set(positions.flatMap(({ device }) => (device === undefined ? [] : [device])))
  const devices = new Map((ids.size === 0 ? [] : await findDevices(deps.db, [...ids])).map((device) => [device.id, device]))
  return store(deps, caller.language, positions.map((position) => judge(deps, caller.actor, position, devices)))
}

/** Positions sent by a device that showed its key. */
export function takeFromDevice(
  deps: UnitsDeps,
  language: Language,
  device: Device,
  positions: readonly NewPosition[],
): Promise<PositionsTaken> {
  const duty = deps.live.find(device.unit)
  return store(
    deps,
    language,
    positions.map((position) => (duty ? plausible(deps, duty, device.number, position) : { reject: 'unit-not-found' as const })),
  )
}

function judge(deps: UnitsDeps, actor: Actor, position: NewPosition, devices: ReadonlyMap<string, Device>): Judged {
  const device = position.device === undefined ? undefined : devices.get(position.device)
  if (position.device !== undefined && !device) return { reject: 'device-not-found' }
  if (device && position.unit !== undefined && device.unit !== position.unit) return { reject: 'device-not-found' }
  const named = device?.unit ?? position.unit

  const programs = scopeOf(actor, ['integrator'])
  if (programs.length > 0 && named !== undefined) {
    const duty = deps.live.find(named)
    if (duty && inScope(duty.agency, programs)) return plausible(deps, duty, device?.number ?? 0, position)
  }

  const member = actor.member
  if (member === undefined || scopeOf(actor, ['officer']).length === 0) {
    if (named === undefined) return { reject: 'which-unit' }
    return { reject: device ? 'device-not-found' : 'unit-not-found' }
  }
  const sat = deps.live.unitOf(member, position.fixAt)
  const own = sat && (named === undefined || named === sat.id) ? sat : undefined
  if (own) return plausible(deps, own, device?.number ?? 0, position)
  const code = implausible(position, deps.now(), deps.intake.ageMs)
  if (code) return { reject: code }
  // Nobody's position before a shift, after it, or in a unit one has left: answered well, so that a phone does not try again.
  if (named === undefined || wasTheirs(deps.live.find(named), member)) return { discard: true }
  const duty = deps.live.find(named)
  const visible = duty && inScope(duty.agency, scopeOf(actor, ['officer']))
  return visible && !wasOnDuty(duty, position.fixAt) ? { discard: true } : { reject: 'not-your-unit' }
}

const wasTheirs = (duty: Duty | undefined, member: string) =>
  duty?.shifts.some((shift) => shift.crew.some((spell) => spell.id === member)) ?? false

function plausible(deps: UnitsDeps, duty: Duty, device: number, position: NewPosition): Judged {
  const now = deps.now()
  const wrong = implausible(position, now, deps.intake.ageMs)
  if (wrong) return { reject: wrong }
  const [lon, lat] = toWgs84(position.crs, position.lon, position.lat)
  // The shifted systems have no sense near the poles.
  if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) return { reject: 'place-out-of-range' }
  const fixAt = Math.round(position.fixAt)
  if (!wasOnDuty(duty, fixAt)) return { discard: true }
  const fix = {
    fixAt,
    takenAt: now,
    device,
    lon,
    lat,
    speedKmh: tenth(position.speedKmh),
    courseDeg: course(position.courseDeg),
    accuracyMeters: tenth(position.accuracyMeters),
  }
  return { observe: { unit: duty.handle, fix, altitudeMeters: altitude(position.altitudeMeters) } }
}

/** To a tenth, as frames have it: the database's single precision gives that back digit for digit, so a restart changes nothing shown. */
const tenth = (value: number | null | undefined) => (value == null ? null : Math.round(value * 10) / 10)

/** North is 0, also when it is said as 360 or rounds to it. */
const course = (degrees: number | undefined) => (degrees === undefined ? null : tenth(degrees)! % 360)

/** Nobody is above 10 km or far below the sea: such a height is the receiver's nonsense, and no reason to lose the place. */
const altitude = (meters: number | undefined) => (meters !== undefined && meters > -1000 && meters < 10_000 ? meters : null)

async function store(deps: UnitsDeps, language: Language, judged: readonly Judged[]): Promise<PositionsTaken> {
  const taken = await deps.intake.add(judged.flatMap((one) => ('observe' in one ? [one.observe] : [])))
  const count = (kind: string) => taken.filter((one) => one === kind).length
  const result: PositionsTaken = {
    accepted: count('accepted'),
    duplicates: count('duplicate'),
    flagged: count('flagged'),
    discarded: judged.filter((one) => 'discard' in one).length,
    rejected: judged.flatMap((one, index) =>
      'reject' in one ? [{ index, code: one.reject, because: sentence(refusals, refuse(one.reject), language) }] : [],
    ),
  }
  deps.onTaken?.(result)
  return result
}
