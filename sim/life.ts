/**
 * The life of a town, one step after another: callers call, the desk helps, crews answer and drive, terminals report.
 *
 * Everything it decides comes from pure parts (`call`, `desk`, `officer`, `crew`); this file only brings them together
 * with what the server shows and asks the server's doors. It has no clock of its own, so an hour can be lived in a second.
 */
import { distanceMeters } from '#core/geo/distance.ts'
import type { AssignmentView, IncidentView } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import type { Call, CallStream } from './call.ts'
import type { Answer } from './client.ts'
import { crew, type Duty, type WayWanted } from './crew.ts'
import { deskNext, isActive, waitsForUnit } from './desk.ts'
import type { Doors, Fix } from './doors.ts'
import { between, sourceFor } from './draw.ts'
import type { Point } from './drive.ts'
import { officerNext, temperOf } from './officer.ts'
import type { Picture } from './picture.ts'
import { accountsFor, officerOf, type TownFile, type TownUnit } from './town-file.ts'

export type LifeOptions = {
  readonly town: TownFile
  readonly seed: number
  readonly speed: number
  readonly doors: Doors
  readonly picture: Picture
  readonly calls: CallStream
  /** Where each unit may patrol. */
  readonly stopsOf: (unit: TownUnit) => readonly Point[]
  /** Callers call. */
  readonly calling: boolean
  /** The desk helps where nobody does. */
  readonly helping: boolean
  readonly note: (what: string, details: Record<string, unknown>) => void
}

export type LifeCount = {
  readonly calls: number
  /** Steps during which a due call was held back because enough people were waiting. */
  readonly held: number
  readonly sent: number
  readonly closed: number
  readonly presses: number
  readonly positions: number
  /** Fixes waiting to be sent. */
  readonly unsent: number
  /** What the server refused, by code. */
  readonly refusals: Readonly<Record<string, number>>
  readonly waiting: number
  readonly open: number
  /** History's own time, where the calls have one. */
  readonly townTime: string | null
  readonly over: boolean
}

export type Life = {
  /** Live until `now` (ms since 1970 UTC, the server's clock). Call it a few times a second. */
  step(now: number): void
  /** When nothing is under way. */
  settled(): Promise<void>
  count(): LifeCount
}

/** A fresh town has had this many calls before anybody looks; all but the last are seen to at once. */
const openingCalls = 4
/** Fixes kept per unit while the server is away: half an hour of a moving car. */
const unsentMax = 900
const batchMax = 1000

export function life(options: LifeOptions): Life {
  const { town, seed, speed, doors, picture, calls, note } = options
  const simulated = new Set(accountsFor(town, 'simulator').flatMap((account) => [account.name, account.displayName]))
  const told = new Map<string, Call>() // incident id → the call it came from
  const prompt = new Set<string>()
  const refusals: Record<string, number> = {}
  const totals = { calls: 0, held: 0, sent: 0, closed: 0, presses: 0, positions: 0 }
  let townTime: string | null = null
  let over = false
  let awake = false
  let clock = 0

  // ── what is under way ─────────────────────────────────────────────────────────────────────────────────────────
  const underWay = new Set<Promise<void>>()
  const notBefore = new Map<string, number>()

  /** Do one thing at a time under a key; not again for some seconds after it is done, longer after a refusal. */
  function once(key: string, coolSeconds: number, work: () => Promise<Answer<unknown> | undefined>): void {
    if ((notBefore.get(key) ?? 0) > clock) return
    notBefore.set(key, Infinity)
    const doing = work()
      .then((answer) => {
        if (answer && !answer.ok && answer.code !== 'stopped') {
          refusals[answer.code] = (refusals[answer.code] ?? 0) + 1
          note('refused', { what: key, code: answer.code, because: answer.because })
        }
        notBefore.set(key, clock + (answer && !answer.ok ? Math.max(coolSeconds, 5) : coolSeconds) * 1000)
      })
      .finally(() => underWay.delete(doing))
    underWay.add(doing)
  }
  function forgetOld(): void {
    for (const [key, until] of notBefore) if (until <= clock) notBefore.delete(key)
    for (const id of told.keys()) if (!picture.incidents().has(id) && told.size > 500) told.delete(id)
  }

  // ── crews ─────────────────────────────────────────────────────────────────────────────────────────────────────
  const crews = town.units
    .filter((unit) => unit.driver !== 'nobody')
    .map((unit) => ({
      crew: crew({ unit, seed, speed, stops: options.stopsOf(unit) }),
      unit,
      unsent: [] as Fix[],
      nextFixAt: 0,
      /** Where in its first stretch it wakes; used up by the first way it takes. */
      wakeShare: 0 as number,
      temper: undefined as { key: string; is: ReturnType<typeof temperOf> } | undefined,
    }))
  type Driven = (typeof crews)[number]

  function viewsByCallSign(): Map<string, UnitView> {
    return new Map([...picture.units().values()].map((view) => [view.callSign, view]))
  }

  function orderOf(view: UnitView): { incident: IncidentView; assignment: AssignmentView } | undefined {
    for (const incident of picture.incidents().values()) {
      const assignment = incident.assignments.find((each) => each.unit === view.id && isActive(each))
      if (assignment) return { incident, assignment }
    }
    return undefined
  }

  function dutyOf(order: ReturnType<typeof orderOf>): Duty {
    if (!order) return { kind: 'patrol' }
    const { incident, assignment } = order
    switch (assignment.state) {
      case 'ordered':
      case 'acknowledged':
        return { kind: 'attend' }
      case 'en-route':
        return { kind: 'respond', incident: incident.id, to: [incident.lon, incident.lat], urgent: incident.priority <= 2 }
      default:
        return { kind: 'stay' }
    }
  }

  function answer(driven: Driven, order: NonNullable<ReturnType<typeof orderOf>>): void {
    const { incident, assignment } = order
    const key = `${incident.id}/${assignment.id}`
    if (driven.temper?.key !== key) {
      const call = told.get(incident.id)
      const scene = call?.onSceneSeconds ?? between(sourceFor(seed, 'scene', incident.number), [60, 150])
      const guest = driven.unit.driver === 'guest'
      const how = { speed, onSceneSeconds: scene, guest, brisk: prompt.has(incident.id) }
      driven.temper = { key, is: temperOf(seed, driven.unit.callSign, incident.number, how) }
    }
    const { is } = driven.temper
    const pressed = officerNext(
      { state: assignment.state, forSeconds: (clock - assignment.stateSince) / 1000, thereSeconds: driven.crew.thereFor(incident.id, clock) },
      is,
    )
    if (!pressed) return
    const word = pressed === 'refused' ? is.refuses?.[town.language] : pressed === 'reported' ? foundAt(incident) : undefined
    once(`press ${assignment.id} ${pressed}`, 4, async () => {
      const done = await doors.press(driven.unit.callSign, assignment.id, pressed, word)
      if (done.ok) totals.presses++
      return done
    })
  }

  const foundAt = (incident: IncidentView): string =>
    told.get(incident.id)?.found ?? (town.language === 'zh' ? '现场已处置完毕。' : 'Dealt with at the scene.')

  function ask(driven: Driven): void {
    const key = `way ${driven.unit.callSign}`
    if ((notBefore.get(key) ?? 0) > clock) return // an older question is not answered yet
    const wanted = driven.crew.wants(clock)
    if (!wanted) return
    once(key, 0, async () => {
      const got = await doors.way(wanted)
      if (!got.ok && (got.status === 0 || got.status >= 500 || got.status === 429 || got.status === 401 || got.code === 'map-not-found')) {
        driven.crew.forget()
        return got
      }
      const geometry = got.ok ? got.body.geometry.map(([lon, lat]): Point => [lon, lat]) : []
      const way = got.ok && geometry.length > 0 ? { ...got.body, geometry } : undefined
      driven.crew.take(wanted, way, clock, driven.wakeShare)
      if (way) driven.wakeShare = 0
      return undefined // no road to a patrol stop is no event
    })
  }

  // ── terminals ─────────────────────────────────────────────────────────────────────────────────────────────────
  /** Seconds between fixes; a car is stale after 30 s, so a parked one still says every 10 s that it is there. */
  const fixSeconds = (driven: Driven): number => {
    const moving = driven.crew.moving(clock)
    if (driven.unit.kind === 'foot') return moving ? 5 : 15
    return moving ? 2 : 10
  }

  /** A tunnel, a cellar garage: about once in an hour and a half a terminal is out of reach for a minute or two, and sends later what it kept. */
  function outOfReach(driven: Driven): boolean {
    const slot = Math.floor(clock / 600_000)
    const random = sourceFor(seed, 'tunnel', driven.unit.callSign, slot)
    if (random() > 0.11) return false
    const start = slot * 600_000 + random() * 480_000
    return clock >= start && clock < start + between(random, [45_000, 110_000])
  }

  function fix(driven: Driven, unit: string): Fix {
    const at = driven.crew.at(clock)
    const random = sourceFor(seed, 'noise', driven.unit.callSign, Math.floor(clock / 1000))
    const metre = 1 / 111_195
    const noise = at.speedKmh > 0 ? 2 : 0
    const round = (value: number, places: number) => Math.round(value * 10 ** places) / 10 ** places
    return {
      unit,
      fixAt: Math.round(clock),
      lon: round(at.lon + ((random() - 0.5) * 2 * noise * metre) / Math.cos((at.lat * Math.PI) / 180), 7),
      lat: round(at.lat + (random() - 0.5) * 2 * noise * metre, 7),
      speedKmh: round(at.speedKmh, 1),
      ...(at.speedKmh > 0 ? { courseDeg: round(at.courseDeg, 1) % 360 } : {}),
      accuracyMeters: round(3 + random() * 4, 1),
    }
  }

  function report(views: ReadonlyMap<string, UnitView>): void {
    for (const driven of crews) {
      const view = views.get(driven.unit.callSign)
      if (!view || view.state === 'off-duty' || clock < driven.nextFixAt) continue
      // Its place is not known until it has its first way: a start in the middle of a street is no leap then.
      if (driven.wakeShare > 0 && view.fixAt === null && clock - wokeAt < 8000) continue
      driven.unsent.push(fix(driven, view.id))
      if (driven.unsent.length > unsentMax) driven.unsent.shift()
      driven.nextFixAt = clock + fixSeconds(driven) * 1000
    }
    const batch: { driven: Driven; fix: Fix }[] = []
    for (const driven of crews) {
      if (outOfReach(driven)) continue
      for (const fix of driven.unsent) if (batch.length < batchMax) batch.push({ driven, fix })
    }
    if (batch.length === 0) return
    once('positions', 0, async () => {
      const done = await doors.report(batch.map(({ fix }) => fix))
      if (done.ok || (done.status >= 400 && done.status < 500 && done.status !== 401 && done.status !== 429)) {
        // taken, or never to be taken: gone either way
        const sent = new Set(batch.map(({ fix }) => fix))
        for (const driven of crews) driven.unsent = driven.unsent.filter((fix) => !sent.has(fix))
      }
      if (!done.ok) return done
      totals.positions += done.body.accepted
      for (const { code, because, index } of done.body.rejected.slice(0, 3)) note('position-rejected', { code, because, fix: batch[index]?.fix })
      return undefined
    })
  }

  // ── callers and the desk ──────────────────────────────────────────────────────────────────────────────────────
  let next: Call | undefined
  let nextAt = Infinity
  let opening: { call: Call; at: number; atOnce: boolean }[] = []

  function draw(): void {
    next = calls.next()
    if (!next) {
      over = true
      nextAt = Infinity
      note('calls-over', { calls: totals.calls })
    }
  }

  const waitingNow = (): number => [...picture.incidents().values()].filter(waitsForUnit).length

  function phone(call: Call, atOnce: boolean): void {
    once(`call ${call.key}`, 600, async () => {
      const done = await doors.open(call)
      if (done.ok) {
        told.set(done.body.id, call)
        if (atOnce) prompt.add(done.body.id)
        totals.calls++
        townTime = call.townTime ?? townTime
      }
      return done
    })
  }

  function callers(): void {
    for (const { call, at, atOnce } of opening) if (clock >= at) phone(call, atOnce)
    opening = opening.filter(({ at }) => clock < at)
    if (!options.calling || !next || clock < nextAt) return
    if (waitingNow() >= town.calls.waitingMax) {
      totals.held++
      nextAt = clock + 1000 // everybody's clock waits: the pause to the call after counts from when this one is made
      return
    }
    phone(next, false)
    draw()
    if (next) nextAt = clock + (next.afterSeconds * 1000) / speed
  }

  function desk(): void {
    for (const incident of picture.incidents().values()) {
      const act = deskNext(incident, {
        now: clock,
        ours: (name) => simulated.has(name),
        unitsFor: ({ id }) => told.get(id)?.units ?? 1,
        prompt: (id) => prompt.has(id),
        speed,
      })
      if (!act) continue
      if (act.act === 'close') {
        once(`close ${incident.id}`, 10, async () => {
          const done = await doors.close(incident.id, told.get(incident.id)?.outcome ?? 'settled')
          if (done.ok) totals.closed++
          return done
        })
      } else once(`send ${incident.id}`, 4, () => send(incident))
    }
  }

  /** The first recommended unit that has not refused this very incident; the guest's own unit is left to the person. */
  async function send(incident: IncidentView): Promise<Answer<unknown> | undefined> {
    const asked = await doors.recommendation(incident.id, 8)
    if (!asked.ok) return asked
    const guests = new Set(town.units.filter((unit) => unit.driver === 'guest').map((unit) => unit.callSign))
    const tried = new Set(incident.assignments.filter((each) => each.state === 'refused' || isActive(each)).map((each) => each.unit))
    const item = asked.body.find(({ unit, callSign }) => !guests.has(callSign) && !tried.has(unit))
    if (!item) return undefined // nobody free: somebody will be
    const done = await doors.assign(incident.id, item.unit)
    if (done.ok) totals.sent++
    return done
  }

  // ── waking ────────────────────────────────────────────────────────────────────────────────────────────────────
  let wokeAt = 0

  /** Take up what is there; on a fresh town, be in the middle of things already. */
  function wake(views: ReadonlyMap<string, UnitView>): void {
    awake = true
    wokeAt = clock
    for (const driven of crews) {
      const view = views.get(driven.unit.callSign)
      if (view?.lon != null && view.lat != null) driven.crew.place([view.lon, view.lat])
      else driven.wakeShare = between(sourceFor(seed, 'wake', driven.unit.callSign), [0.15, 0.7])
    }
    if (!options.calling) return
    const open = picture.incidents().size
    const missing = open >= openingCalls ? (waitingNow() > 0 ? 0 : 1) : openingCalls - open
    const near = new Set<Driven>()
    for (let index = 0; index < missing; index++) {
      draw()
      if (!next) break
      const call = next
      opening.push({ call, at: clock + 3000 + index * 2000, atOnce: index < missing - 1 })
      // Somebody was around the corner of the first two: within seconds one crew is there and another on its way.
      if (index >= 2 || open > 0) continue
      const closest = crews
        .filter((driven) => driven.unit.kind === 'car' && driven.unit.driver === 'crew' && !near.has(driven) && driven.wakeShare > 0)
        .sort((a, b) => distance(a, call) - distance(b, call))[0]
      if (!closest) continue
      near.add(closest)
      const share = index === 0 ? 0.9 : 0.6
      once(`wake ${closest.unit.callSign}`, 0, async () => {
        const wanted: WayWanted = { from: [closest.unit.lon, closest.unit.lat], to: [call.lon, call.lat], mode: 'car' }
        const got = await doors.way(wanted)
        if (got.ok && got.body.geometry.length > 1) {
          const point = got.body.geometry[Math.min(got.body.geometry.length - 1, Math.floor(got.body.geometry.length * share))]
          closest.crew.place([point[0], point[1]], clock + 45_000)
          closest.wakeShare = 0
        }
        return undefined
      })
    }
    draw()
    if (next) nextAt = clock + 3000 + missing * 2000 + (next.afterSeconds * 1000) / speed
  }
  const distance = (driven: Driven, call: Call) => distanceMeters(driven.unit.lon, driven.unit.lat, call.lon, call.lat)

  const shiftDone = new Set<string>()
  /** Put to work who is not yet: once. A crew that somebody sends home later stays at home. */
  function shifts(views: ReadonlyMap<string, UnitView>): void {
    const off = crews.filter(({ unit }) => views.get(unit.callSign)?.state === 'off-duty' && !shiftDone.has(unit.callSign))
    for (const { unit } of crews) if (views.get(unit.callSign) && views.get(unit.callSign)!.state !== 'off-duty') shiftDone.add(unit.callSign)
    if (off.length === 0) return
    once('shifts', 10, async () => {
      const members = await doors.members()
      if (!members.ok) return members
      for (const { unit } of off) {
        const ids = unit.crew.flatMap((staffNumber) => members.body.get(staffNumber) ?? [])
        const started = await doors.startShift(views.get(unit.callSign)!.id, ids)
        if (started.ok) shiftDone.add(unit.callSign)
        else return started
      }
      return undefined
    })
  }

  return {
    step(now) {
      clock = now
      forgetOld()
      if (!picture.ready()) return
      const views = viewsByCallSign()
      if (!awake) {
        if (views.size === 0) return
        wake(views)
      }
      shifts(views)
      callers()
      if (options.helping) desk()
      for (const driven of crews) {
        const view = views.get(driven.unit.callSign)
        if (!view || view.state === 'off-duty') continue
        const order = orderOf(view)
        driven.crew.hear(dutyOf(order), clock)
        driven.crew.advance(clock)
        if (order) answer(driven, order)
        if (!underWaking(driven)) ask(driven)
      }
      report(views)
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    count: () => ({
      ...totals,
      unsent: crews.reduce((sum, driven) => sum + driven.unsent.length, 0),
      refusals: { ...refusals },
      waiting: waitingNow(),
      open: picture.incidents().size,
      townTime,
      over,
    }),
  }

  function underWaking(driven: Driven): boolean {
    return notBefore.get(`wake ${driven.unit.callSign}`) === Infinity
  }
}

/** Units of the town whose buttons somebody of ours presses. */
export const answeredByUs = (town: TownFile) =>
  town.units.flatMap((unit) => {
    const account = officerOf(town, unit)
    return account?.for === 'simulator' ? [{ unit, account }] : []
  })
