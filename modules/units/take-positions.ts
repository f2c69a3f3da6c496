/** Take positions: whose they are, whether they can be right, whether anybody was on duty then. */
import { inScope, scopeOf, type Actor } from '#kernel/actor.ts'
import { refuse, sentence } from '#kernel/decision.ts'
import type { NewPosition, PositionsTaken } from './contract.ts'
import type { UnitsDeps } from './deps.ts'
import type { Device } from './device.ts'
import { wasOnDuty, type Duty } from './duty.ts'
import { implausible, wrongPlace, wrongTime, type FixRefusal } from './fix.ts'
import type { Observation } from './intake.ts'
import { passAlone, type Passing, type StepName } from './pipeline.ts'
import { refusals } from './refusals.ts'

type Language = 'zh' | 'en'

/** What a position comes to before it is stored. */
type Judged =
  | { readonly observe: Observation }
  /** Answered well and kept nowhere, where it is not rejected. */
  | { readonly stopped: StepName; readonly device: number; readonly reject?: Rejection }

type Rejection = FixRefusal | 'which-unit' | 'unit-not-found' | 'device-not-found' | 'not-your-unit'

/** Positions sent by somebody signed in: a program for the units of its tree, an officer for the unit that is theirs. */
export function takePositions(
  deps: UnitsDeps,
  caller: { readonly actor: Actor; readonly language: Language },
  positions: readonly NewPosition[],
): Promise<PositionsTaken> {
  return store(deps, caller.language, positions.map((position) => judge(deps, caller.actor, position)))
}

/** Positions sent by a device that showed its key, or its number. */
export function takeFromDevice(
  deps: UnitsDeps,
  language: Language,
  device: Device,
  positions: readonly NewPosition[],
): Promise<PositionsTaken> {
  const duty = deps.live.find(device.unit)
  deps.devices.noteSeen(device.number, deps.now())
  return store(
    deps,
    language,
    positions.map((position) => (duty ? plausible(deps, duty, device, position) : nobodys('unit-not-found', device.number))),
  )
}

function judge(deps: UnitsDeps, actor: Actor, position: NewPosition): Judged {
  const device = position.device === undefined ? undefined : deps.devices.find(position.device)
  if (position.device !== undefined && !device) return nobodys('device-not-found')
  if (device && position.unit !== undefined && device.unit !== position.unit) return nobodys('device-not-found')
  const named = device?.unit ?? position.unit

  const programs = scopeOf(actor, ['integrator'])
  if (programs.length > 0 && named !== undefined) {
    const duty = deps.live.find(named)
    if (duty && inScope(duty.agency, programs)) return plausible(deps, duty, device, position)
  }

  const member = actor.member
  if (member === undefined || scopeOf(actor, ['officer']).length === 0) {
    if (named === undefined) return nobodys('which-unit')
    return nobodys(device ? 'device-not-found' : 'unit-not-found')
  }
  const sat = deps.live.unitOf(member, position.fixAt)
  const own = sat && (named === undefined || named === sat.id) ? sat : undefined
  if (own) return plausible(deps, own, device, position)
  const now = deps.now()
  const reject = implausible(position, now, deps.intake.ageMs)
  if (reject) return { stopped: wrongPlace(position) ? 'range' : wrongTime(position, now, deps.intake.ageMs) ? 'time' : 'outlier', device: 0, reject }
  // Nobody's position before a shift, after it, or in a unit one has left: answered well, so that a phone does not try again.
  if (named === undefined || wasTheirs(deps.live.find(named), member)) return offDuty
  const duty = deps.live.find(named)
  const visible = duty && inScope(duty.agency, scopeOf(actor, ['officer']))
  return visible && !wasOnDuty(duty, position.fixAt) ? offDuty : nobodys('not-your-unit')
}

/** Whose it is, or whether whoever sent it may speak for that, is not known. */
const nobodys = (reject: Rejection, device = 0): Judged => ({ stopped: 'authenticate', device, reject })
const offDuty: Judged = { stopped: 'on-duty', device: 0 }

const wasTheirs = (duty: Duty | undefined, member: string) =>
  duty?.shifts.some((shift) => shift.crew.some((spell) => spell.id === member)) ?? false

const nothing: Observation['leftOut'] = []

/** A device's own word for its coordinates counts less than what the registry knows of it. */
function asKnown(position: NewPosition, crs: 'wgs84' | 'gcj02' | null | undefined): NewPosition {
  return crs === null || crs === undefined ? position : { ...position, crs }
}

function plausible(deps: UnitsDeps, duty: Duty, device: Device | undefined, position: NewPosition): Judged {
  const { number = 0, settings } = device ?? {}
  const now = deps.now()
  const leftOut = settings?.leftOut ?? nothing
  const passed = passAlone({ duty, now, ageMs: deps.intake.ageMs, position: asKnown(position, settings?.crs) }, leftOut)
  if (number > 0 && !leftOut.includes('time')) deps.clockDoubt.note(number, position.fixAt, now)
  if ('discard' in passed) return { stopped: passed.discard, device: number }
  if ('reject' in passed) return { stopped: passed.step, device: number, reject: passed.reject }
  return { observe: observationOf(passed, number, leftOut) }
}

function observationOf({ duty, position, now }: Passing, device: number, leftOut: Observation['leftOut']): Observation {
  const fix = {
    fixAt: Math.round(position.fixAt),
    takenAt: now,
    device,
    lon: position.lon,
    lat: position.lat,
    speedKmh: tenth(position.speedKmh),
    courseDeg: course(position.courseDeg),
    accuracyMeters: tenth(position.accuracyMeters),
  }
  return { unit: duty.handle, fix, altitudeMeters: altitude(position.altitudeMeters), leftOut }
}

/** To a tenth, as frames have it: the database's single precision gives that back digit for digit, so a restart changes nothing shown. */
const tenth = (value: number | null | undefined) => (value == null ? null : Math.round(value * 10) / 10)

/** North is 0, also when it is said as 360 or rounds to it. */
const course = (degrees: number | undefined) => (degrees === undefined ? null : tenth(degrees)! % 360)

/** Nobody is above 10 km or far below the sea: such a height is the receiver's nonsense, and no reason to lose the place. */
const altitude = (meters: number | undefined) => (meters !== undefined && meters > -1000 && meters < 10_000 ? meters : null)

async function store(deps: UnitsDeps, language: Language, judged: readonly Judged[]): Promise<PositionsTaken> {
  const counts = { accepted: 0, duplicate: 0, flagged: 0, discarded: 0 }
  const observations: Observation[] = []
  const rejected: PositionsTaken['rejected'] = []
  for (const [index, one] of judged.entries()) {
    if ('observe' in one) {
      observations.push(one.observe)
      continue
    }
    const { stopped, device, reject } = one
    deps.devices.stop(device, stopped)
    const { taken } = deps.devices.status(device)
    if (reject === undefined) {
      counts.discarded++
      taken.discarded++
    } else {
      rejected.push({ index, code: reject, because: sentence(refusals, refuse(reject), language) })
      taken.rejected++
    }
  }
  for (const taken of await deps.intake.add(observations)) counts[taken]++
  const { duplicate: duplicates, ...others } = counts
  const result: PositionsTaken = { ...others, duplicates, rejected }
  deps.onTaken?.(result)
  return result
}
