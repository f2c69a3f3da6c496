/** The units room at work: opened from its tables, kept by the journal's tail, swept by the clock. */
import type { AgencyPath, Instant, MemberId, UnitId } from '#kernel/names.ts'
import type { Entry, Tx } from '#kernel/journal.ts'
import { aloneBus } from '#platform/bus/bus.ts'
import { allowance } from '#platform/http/allowance.ts'
import type { PositionSource } from '#platform/live/contract.ts'
import type { Thing } from '#platform/live/audience.ts'
import { openAlarmsLive } from './alarms-live-jobs.ts'
import { dropAlarms } from './alarms-store.ts'
import { openBeside } from './beside-jobs.ts'
import { openBroker } from './broker-jobs.ts'
import { clockDoubt } from './clock-doubt.ts'
import type { TerminalPorts, UnitFacts, UnitView } from './contract.ts'
import type { Placed, UnitsDeps, UnitsNeeds } from './deps.ts'
import { devicesInMemory } from './device.ts'
import { keepSeen, listDevices, loadDevices } from './devices-store.ts'
import { openShift } from './duty.ts'
import { ageMsMax, noTrack, type Track } from './fix.ts'
import { decodeFixes, encodeFixes, type StoredFix } from './fix-wire.ts'
import { openIntake } from './intake.ts'
import { liveUnits } from './live.ts'
import { listenToBroker, type MqttListener } from './mqtt-jobs.ts'
import { listenForPhones, type PhonePort } from './phones-jobs.ts'
import { dayKeeper, daysAround, dropDays, expiredDays, listDays, loadTracks, readTrack, sweepOffDuty } from './positions-store.ts'
import { loadDuties } from './store.ts'
import { strangersInMemory } from './strangers.ts'
import { fenceSetOf } from './terminal-fences-jobs.ts'
import { openTerminals } from './terminals-jobs.ts'
import { unitFacts } from './unit-facts.ts'

const retentionDaysUsual = 90
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const tickMs = 1000
/** What a pause is measured by: a wall clock that is set back would stop it. */
const clock = () => performance.now()
/** While other nodes cannot be heard, the database is asked this often where their units are; no more often for what one of them never told. */
const deafMs = 5_000
/** Where nodes tell each other of fixes that they have stored. */
const placedSubject = 'units.placed'
/** Two hours of a fix a second. */
const DRIVE_FIXES_MAX = 7_200

/** After these a unit's alarms are others, or others see them. */
const alarmEvents: ReadonlySet<string> = new Set(['device-alarm-seen', 'shift-started', 'unit-changed'])
const deviceEvents: ReadonlySet<string> = new Set(['device-registered', 'device-changed', 'device-removed', 'unit-retired'])

export type Units = {
  /** For `mount(routes, deps)`. */
  readonly deps: UnitsDeps
  /** For `journal.listen(hear)`, before anybody who asks for views of what was heard. A gap is made up from the tables. */
  hear(entries: readonly Entry[]): void | Promise<void>
  /** Read everything again from the tables, as after a restart. */
  rebuild(): Promise<void>
  /** The database was put back to an earlier state: tables of days that were made since are not there. */
  startAnew(): Promise<void>
  /** Fences were drawn, changed or retired: terminals that keep them are told. */
  fencesChanged(): void
  /** Open ports for terminals and phones; 0 takes any free one. @throws the system's error when one is taken */
  listen(host: string, ports: Readonly<Partial<Record<keyof TerminalPorts, number>>>): Promise<TerminalPorts>
  /** Take what phones publish at an outside MQTT broker. @param name  of this node, the same after a restart */
  listenToBroker(url: string, name: string): void
  /** Begin to look for stale units each second and for old positions each hour. */
  start(): void
  /** Tell alarms of devices to the live feed from now on. @param tell  shows things to everybody on this node who may see them */
  showAlarms(tell: (things: readonly Thing[]) => void): void
  /** Stop, after what was taken is on disk. */
  stop(): Promise<void>
  /** Make tables for the days ahead and drop what is too old. `start` does it hourly; once a day would do. */
  keepPositions(): Promise<void>
  /** For dispatch: a unit's facts, the unit locked until the transaction ends. */
  unitFacts(tx: Tx, unit: UnitId): Promise<UnitFacts | undefined>
  /** For dispatch: units as they are now, in these subtrees (all without one). */
  liveUnits(scope?: readonly AgencyPath[]): UnitView[]
  /** Most devices are ahead of this machine's clock. */
  isClockDoubted(): boolean
  /** For roads, which keep sums of them and no places: where a unit was on a drive, oldest first; what was an impossible jump is left out. */
  driveFixes(unit: number, from: Instant, to: Instant): Promise<{ ms: number; lon: number; lat: number; accuracyMeters: number | null; headingDegrees: number | null; metersPerSecond: number | null }[]>
  /** For dispatch: the unit on duty in which a member sits. */
  unitOfMember(member: MemberId): UnitId | undefined
  /** For the live feed: the present views; a retired unit has none. */
  describeUnits(ids: readonly UnitId[]): UnitView[]
  /** For the live feed. */
  readonly positions: PositionSource
}

/** Open the room. The tables must be there, and the journal's projections up to date with it. */
export async function openUnits(needs: UnitsNeeds): Promise<Units> {
  const { db, now } = needs
  const retentionDays = Math.max(1, needs.retentionDays ?? retentionDaysUsual)
  const bus = needs.bus ?? aloneBus
  const onFault = needs.onFault ?? (() => {})
  const live = liveUnits({ now })
  const days = dayKeeper(db)
  const devices = devicesInMemory(needs.onStopped)
  const strangers = strangersInMemory(needs)
  const tellPlaced = (stored: readonly StoredFix[]) => {
    const placed = stored.flatMap(({ unit: handle, fix, flagged }): Placed[] => {
      const leftOut = devices.byNumber(fix.device)?.settings.leftOut
      const isSpared = leftOut?.includes('fences')
      const duty = flagged || isSpared ? undefined : live.findByHandle(handle)
      return duty ? [{ unit: duty.id, handle, agency: duty.agency, kind: duty.kind, fix, ...(leftOut?.includes('visits') ? { withoutVisits: true } : {}) }] : []
    })
    if (placed.length > 0) needs.onPlaced?.(placed)
  }
  function countSpared(stored: readonly StoredFix[]) {
    for (const { fix, flagged } of stored) {
      const leftOut = flagged ? undefined : devices.byNumber(fix.device)?.settings.leftOut
      if (leftOut?.includes('fences')) devices.stop(fix.device, 'fences') // where visits are found out, too
      else if (leftOut?.includes('visits')) devices.stop(fix.device, 'visits')
    }
  }
  const onStored = (stored: readonly StoredFix[]) => {
    countSpared(stored)
    if (bus !== aloneBus) bus.publish(placedSubject, encodeFixes(stored))
    tellPlaced(stored)
  }
  const intake = openIntake({ db, live, devices, days, ageMs: Math.min(ageMsMax, retentionDays * DAY_MS), onStored, onUntold: () => void (isUntold = true) })
  const alarmsLive = openAlarmsLive({ db, bus, live, devices, now, onFault })
  const deps: UnitsDeps = {
    ...needs,
    alarmsLive,
    live,
    devices,
    intake,
    clockDoubt: clockDoubt({
      clock,
      onDoubt: (ahead, heard) => onFault('the clock of this machine', new Error(`${ahead} of ${heard} devices that were heard are more than 60 s ahead of it: set it by NTP. Their places are not taken meanwhile; terminals of JT/T 808 are asked to send them again.`)),
    }),
    wrongKeys: allowance({ perMinute: 60, now }),
    strangers,
    beside: openBeside({ bus, db, devices, strangers, now }),
    refreshDevices: (unit) => inTurn(() => readDevices([unit])),
    keepSeen: (seen) => keepSeen(db, seen),
    ports: () => ({ jt808: null, gt06: null, h02: null, osmand: phones?.port ?? null, mqtt: ownBroker?.port ?? null, ...terminals.ports() }),
    takeAlarms: (...alarms) => terminals.takeAlarms(...alarms),
    fenceSet: ({ unit, settings }) => fenceSetOf(settings.keepsFences ? (needs.fencesFor?.(unit) ?? []) : [], now(), needs.timeZone?.() ?? 'UTC'),
  }
  let phones: PhonePort | undefined
  let broker: MqttListener | undefined
  let ownBroker: PhonePort | undefined
  let sweeps = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let keptAt = -Infinity
  let caughtAt = -Infinity
  let isUntold = false

  // ——— kept by the journal ———

  /** What could not be read when it changed, because the database was away. */
  const unread = { everything: false, units: new Set<string>() }
  // one reading after another, so that an older one never overwrites a newer one
  let reading = Promise.resolve()
  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = reading.then(work)
    reading = turn.catch(() => {})
    return turn
  }

  async function readDevices(units: readonly string[]) {
    for (const unit of units) unread.units.add(unit)
    const byUnit = Map.groupBy(await listDevices(db, units), ({ unit }) => unit)
    for (const unit of units) {
      devices.replace(unit, byUnit.get(unit) ?? [])
      unread.units.delete(unit)
    }
  }

  /** Read again what could not be read. */
  let isReadingAgain = false
  function readAgain() {
    if (isReadingAgain || (!unread.everything && unread.units.size === 0)) return
    isReadingAgain = true
    const again = unread.everything ? rebuild() : inTurn(() => readDevices([...unread.units]))
    again.catch((cause: unknown) => onFault('reading units and devices', cause)).finally(() => (isReadingAgain = false))
  }

  const rebuild = () => inTurn(readAll)
  async function readAll() {
    unread.everything = true
    const heard = live.heardUpTo()
    // The position first: what is heard again is known again, what is missed would be lost.
    const position = await needs.journal.head()
    const duties = await loadDuties(db, now() - ageMsMax - HOUR_MS)
    const shifts = duties.flatMap((duty) => openShift(duty)?.startedAt ?? [])
    const tracks = shifts.length > 0 ? await loadTracks(db, Math.min(...shifts)) : new Map<number, Track>()
    const registered = await loadDevices(db)
    // What was heard meanwhile is not in what was read.
    if (live.heardUpTo() > Math.max(heard, position)) return readAll()
    devices.load(registered)
    live.load({ position, units: duties.map((duty) => ({ duty, track: tracks.get(duty.handle) ?? noTrack })) })
    unread.everything = false
  }

  // ——— kept by the other nodes ———

  /** One at a time; what is asked for meanwhile is the next. */
  let catching: Promise<void> | undefined
  let isCaughtAgain = false
  function catchUp() {
    caughtAt = clock()
    isUntold = false
    alarmsLive.lookAtAll()
    isCaughtAgain = catching !== undefined
    catching ??= placeAll()
      .catch((cause: unknown) => onFault('catching up with the other nodes', cause))
      .finally(() => {
        catching = undefined
        if (isCaughtAgain) catchUp()
      })
  }

  /** Read where units were last: what other nodes told while nobody could be heard. A place never goes back. */
  async function placeAll() {
    const open = live.onDuty()
    if (open.length === 0) return
    const tracks = await loadTracks(db, Math.min(...open.map(({ since }) => since)))
    for (const { handle } of open) {
      const track = tracks.get(handle)
      if (track?.place) live.place(handle, track.place, false)
      if (track?.suspect) live.place(handle, track.suspect, true)
    }
  }

  /** After the fixes that were on their way have come to rest. */
  function sweep(since: Instant) {
    sweeps = sweeps
      .then(() => intake.settled())
      .then(() => sweepOffDuty(db, since))
      .catch((cause: unknown) => onFault('forgetting positions after a shift', cause))
  }

  async function keepPositions() {
    await days.ensure(daysAround(now()))
    const old = expiredDays(await listDays(db), now(), retentionDays)
    if (old.length > 0) {
      days.forget()
      await dropDays(db, old, onFault)
    }
    await sweepOffDuty(db, now() - 2 * HOUR_MS)
    await dropAlarms(db, now() - retentionDays * DAY_MS)
  }

  function tick() {
    live.tick()
    readAgain()
    alarmsLive.round()
    if ((isUntold || !bus.isConnected()) && clock() - caughtAt >= deafMs) catchUp()
    if (clock() - keptAt < HOUR_MS) return
    keptAt = clock()
    keepPositions().catch((cause: unknown) => onFault('keeping positions', cause))
  }

  await rebuild()
  await days.ensure(daysAround(now()))
  const terminals = await openTerminals(deps)
  bus.subscribe(placedSubject, (bytes) => {
    const stored = decodeFixes(bytes)
    for (const { unit, fix, flagged } of stored) live.place(unit, fix, flagged)
    tellPlaced(stored)
  })
  bus.onGap(catchUp)
  if (needs.bus) catchUp() // what was told between our reading and our hearing

  return {
    deps,
    hear(entries) {
      terminals.hear(entries)
      const missed = entries.length > 0 && entries[0]!.position > live.heardUpTo() + 1
      if (!missed) live.hear(entries)
      const ended = entries.filter((entry) => entry.type === 'shift-ended').map((entry) => entry.at)
      if (ended.length > 0) sweep(Math.min(...ended))
      const readLater = (cause: unknown) => onFault('reading units and devices; tried again', cause)
      // Another node wrote between our opening and our listening.
      if (missed) return rebuild().catch(readLater)
      const unitsOf = (types: ReadonlySet<string>) => new Set(entries.filter(({ type }) => types.has(type)).map(({ stream }) => stream.slice('unit/'.length)))
      const changed = unitsOf(deviceEvents)
      alarmsLive.look([...unitsOf(alarmEvents)].filter((unit) => devices.of(unit).length > 0))
      return changed.size > 0 ? inTurn(() => readDevices([...changed])).then(() => alarmsLive.look(changed), readLater) : undefined
    },
    rebuild,
    async startAnew() {
      days.forget()
      await days.ensure(daysAround(now()))
      await rebuild()
      alarmsLive.lookAtAll()
    },
    showAlarms: (tell) => alarmsLive.start(tell),
    fencesChanged: () => terminals.lookAtFences(),
    listenToBroker: (url, name) => void (broker ??= listenToBroker(deps, url, name)),
    async listen(host, { osmand, mqtt, ...ports }) {
      await terminals.listen(host, ports)
      if (osmand !== undefined) phones = await listenForPhones(deps, host, osmand)
      if (mqtt !== undefined) ownBroker = await openBroker(deps, host, mqtt)
      return deps.ports()
    },
    start() {
      tick()
      timer ??= setInterval(tick, tickMs).unref()
    },
    async stop() {
      clearInterval(timer)
      await Promise.all([terminals.stop(), phones?.stop(), broker?.stop(), ownBroker?.stop()])
      await intake.settled()
      await Promise.all([sweeps, catching, reading, alarmsLive.stop()])
    },
    keepPositions,
    unitFacts: unitFacts(live),
    liveUnits: (scope) => live.views(scope),
    isClockDoubted: () => deps.clockDoubt.isDoubted(),
    driveFixes: async (unit, from, to) =>
      (await readTrack(db, unit, from, to + 1, DRIVE_FIXES_MAX, now())).flatMap(({ fixAt, lon, lat, accuracyMeters, courseDeg, speedKmh, flagged }) =>
        flagged ? [] : [{ ms: fixAt, lon, lat, accuracyMeters, headingDegrees: courseDeg, metersPerSecond: speedKmh === null ? null : speedKmh / 3.6 }],
      ),
    unitOfMember: (member) => live.unitOf(member, now())?.id,
    describeUnits: (ids) => [...new Set(ids)].flatMap((id) => live.view(id) ?? []),
    positions: live.positions,
  }
}
