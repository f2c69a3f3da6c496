/**
 * Where a crew is and where it goes: it patrols its part of town, stops at places, and turns to an order when it has
 * pressed "on my way". Pure: it asks for ways and is told them; the clock comes in.
 */
import { distanceMeters } from '#core/geo/distance.ts'
import type { TravelMode } from '#modules/roads/contract.ts'
import type { UnitKind } from '#modules/units/contract.ts'
import { between, pick, sourceFor } from './draw.ts'
import { planTrip, type Moment, type Pace, type Point, type Trip } from './drive.ts'
import type { TownUnit } from './town-file.ts'

/** What the crew is at, as the watch room knows it. */
export type Duty =
  | { readonly kind: 'patrol' }
  /** Ordered or acknowledged: it finishes the stretch it is on. */
  | { readonly kind: 'attend' }
  | { readonly kind: 'respond'; readonly incident: string; readonly to: Point; readonly urgent: boolean }
  /** At the scene, or as good as. */
  | { readonly kind: 'stay' }

/** A way that the crew would like to know. */
export type WayWanted = { readonly from: Point; readonly to: Point; readonly mode: TravelMode }

export type Way = { readonly geometry: readonly Point[]; readonly seconds: number; readonly meters: number }

export type Crew = {
  readonly unit: TownUnit
  /** Hear what it is at now. */
  hear(duty: Duty, now: number): void
  /** Notice that a stretch is over. */
  advance(now: number): void
  /** The way it needs next; undefined while it needs none or has asked already. */
  wants(now: number): WayWanted | undefined
  /** Be told the way asked for; undefined: there is none. `share`: be that far along it already (when the town wakes). */
  take(wanted: WayWanted, way: Way | undefined, now: number, share?: number): void
  /** The answer did not come (the server was away): ask again later. */
  forget(): void
  /** Stand somewhere: where the server last saw it. `until`: and stay a while, unless there is an order. */
  place(at: Point, until?: number): void
  at(now: number): Moment
  /** Seconds since it stands at this incident's place; undefined while it does not. */
  thereFor(incident: string, now: number): number | undefined
  /** Whether it moves now: a moving unit reports more often. */
  moving(now: number): boolean
}

const paces: Readonly<Record<UnitKind, { patrol: number; respond: number; top: number; acceleration: number; range: number }>> = {
  // km/h on a straight; patrols are slow on purpose; `range` is how far (m) the next patrol stop may be
  car: { patrol: 32, respond: 52, top: 95, acceleration: 1.8, range: 2500 },
  motorcycle: { patrol: 32, respond: 56, top: 95, acceleration: 2.2, range: 2500 },
  'e-bike': { patrol: 15, respond: 23, top: 25, acceleration: 1, range: 1200 },
  foot: { patrol: 4.6, respond: 7, top: 8, acceleration: 1, range: 500 },
}

/** Everything above this is a town that runs on time-lapse; a car at three times its speed is still below what the server takes for a jump. */
const hurryMax = 3
const kmhMax = 190

/**
 * @param stops   where it may patrol, at least one
 * @param speed   the town's speed: movement follows it up to three times
 */
export function crew(options: { unit: TownUnit; seed: number; speed: number; stops: readonly Point[] }): Crew {
  const { unit, seed, speed, stops } = options
  const pace = paces[unit.kind]
  const hurry = Math.min(Math.max(speed, 0.25), hurryMax)
  const mode: TravelMode = unit.kind === 'foot' ? 'foot' : 'car'

  let duty: Duty = { kind: 'patrol' }
  let here: Moment = { lon: unit.lon, lat: unit.lat, speedKmh: 0, courseDeg: 0 }
  let trip: { readonly plan: Trip; readonly startedAt: number; readonly incident: string | null } | undefined
  let asked = false
  let dwellUntil = 0
  let stretch = 0 // how many patrol stretches so far: names the draws
  let cameBy: readonly Point[] | undefined
  let lost = 0 // patrol stops in a row to which no road led
  let there: { readonly incident: string; readonly since: number } | undefined

  const over = (now: number) => trip !== undefined && now >= trip.startedAt + trip.plan.seconds * 1000
  const halt = (now: number) => {
    here = { ...self.at(now), speedKmh: 0 }
    trip = undefined
  }

  const self: Crew = {
    unit,
    hear(next, now) {
      const same = duty.kind === next.kind && (next.kind !== 'respond' || (duty.kind === 'respond' && duty.incident === next.incident))
      if (same) return
      if (next.kind === 'stay' || next.kind === 'respond' || trip?.incident) halt(now) // leaves what it was on
      if (next.kind === 'patrol') dwellUntil = now + (3000 + 5000 * sourceFor(seed, 'off', unit.callSign, stretch)()) / speed
      if (next.kind === 'respond') there = undefined
      duty = next
      asked = false
    },
    advance(now) {
      if (!over(now)) return
      const arrived = trip!
      halt(now)
      if (arrived.incident) there = { incident: arrived.incident, since: arrived.startedAt + arrived.plan.seconds * 1000 }
      else dwellUntil = now + (between(sourceFor(seed, 'dwell', unit.callSign, stretch), [15, 75]) * 1000) / speed
    },
    wants(now) {
      self.advance(now)
      if (asked || trip) return undefined
      const from: Point = [here.lon, here.lat]
      if (duty.kind === 'respond') {
        if (there?.incident === duty.incident) return undefined
        asked = true
        return { from, to: duty.to, mode }
      }
      if (duty.kind !== 'patrol' || now < dwellUntil) return undefined
      asked = true
      return { from, to: nextStop(from), mode }
    },
    take(wanted, way, now, share = 0) {
      asked = false
      if (duty.kind === 'respond') {
        if (wanted.to[0] !== duty.to[0] || wanted.to[1] !== duty.to[1]) return // an older question's answer
        // No road leads there: leave the car and walk.
        const walk = way === undefined
        const line = way ? way.geometry : [wanted.from, wanted.to]
        const usual = way && way.seconds > 0 ? (way.meters / way.seconds) * 3.6 : pace.respond
        const kmh = walk ? 6 : Math.min(pace.top, Math.max(pace.respond, usual) * (duty.urgent ? 1.25 : 1))
        set(line, { kmh, acceleration: pace.acceleration, waits: { share: 0, seconds: [0, 0] } }, duty.incident, now, share)
        return
      }
      if (duty.kind !== 'patrol') return
      if (!way || way.geometry.length < 2) {
        dwellUntil = now + 5000
        // Somewhere that roads lead to but not from, as the map has it: back the way it came.
        if (++lost < 3 || !cameBy) return
        set([...cameBy].reverse(), { kmh: pace.patrol / 2, acceleration: pace.acceleration, waits: { share: 0, seconds: [0, 0] } }, null, now, 0)
        cameBy = undefined
        return
      }
      set(way.geometry, { kmh: pace.patrol, acceleration: pace.acceleration, waits: { share: 0.25, seconds: [4, 18] } }, null, now, share)
    },
    forget() {
      asked = false
    },
    place(at, until = 0) {
      dwellUntil = until
      trip = undefined
      there = undefined
      here = { lon: at[0], lat: at[1], speedKmh: 0, courseDeg: here.courseDeg }
    },
    at: (now) => (trip ? trip.plan.at((now - trip.startedAt) / 1000) : here),
    thereFor: (incident, now) => (there?.incident === incident ? Math.max(0, (now - there.since) / 1000) : undefined),
    moving: (now) => trip !== undefined && !over(now),
  }

  function set(line: readonly Point[], at: Pace, incident: string | null, now: number, share: number) {
    const hurried = { ...at, kmh: Math.min(at.kmh * hurry, kmhMax), acceleration: at.acceleration * hurry }
    const plan = planTrip(line, hurried, sourceFor(seed, 'trip', unit.callSign, stretch++))
    lost = 0
    cameBy = line
    trip = { plan, startedAt: now - plan.seconds * share * 1000, incident }
  }

  /** A stop within range, but not where it stands; the nearest other one when none is. */
  function nextStop(from: Point): Point {
    const random = sourceFor(seed, 'stop', unit.callSign, stretch)
    const away = stops.map((stop) => ({ stop, meters: distanceMeters(...from, ...stop) })).filter(({ meters }) => meters > 60)
    const near = away.filter(({ meters }) => meters <= pace.range)
    if (near.length > 0) return pick(random, near).stop
    return away.sort((a, b) => a.meters - b.meters)[0]?.stop ?? stops[0]
  }

  return self
}
