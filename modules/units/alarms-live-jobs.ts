/**
 * Alarms of devices on their way to the watch rooms: at once, to those who watch over the unit, on every node.
 *
 * An alarm is an observation, so no entry of the journal tells of it. The node that keeps one tells the others of which unit it is; each reads that
 * unit's alarms and shows them to its own clients. What a node could not hear it makes up from the table.
 */
import type { Role } from '#kernel/actor.ts'
import type { Instant } from '#kernel/names.ts'
import type { Bus } from '#platform/bus/bus.ts'
import type { Db } from '#platform/db/sql.ts'
import type { Thing } from '#platform/live/audience.ts'
import { recentEpisodes } from './alarms-store.ts'
import type { StandingAlarmView, UnitAlarmsView, UnitView } from './contract.ts'
import type { Devices } from './device.ts'
import type { LiveUnits } from './live.ts'
import { comingAlarms, standingBackMs } from './standing-alarms.ts'

/** Who watches over units on duty. */
export const alarmViewers = ['dispatcher', 'commander', 'station', 'administrator'] as const satisfies readonly Role[]

export type AlarmsLive = {
  /** Of these units, as they are shown now or will be when nothing more is heard; the grave ones first. */
  read(units: readonly UnitView[]): Promise<StandingAlarmView[]>
  /** An alarm of this unit's devices began or ended here. Returns at once. */
  changed(unit: string): void
  /** The alarms of these units may be others, as every node knows by itself. */
  look(units: Iterable<string>): void
  /** Something may have been missed. */
  lookAtAll(): void
  /** Look again at what could not be read. */
  round(): void
  start(tell: (things: readonly Thing[]) => void): void
  stop(): Promise<void>
}

const subject = 'units.alarms'
/** Read and told together; a message of NATS may have a megabyte. */
const unitsOfARound = 1_000

type Needs = { readonly db: Db; readonly bus: Bus; readonly live: LiveUnits; readonly devices: Devices; readonly now: () => Instant; readonly onFault: (what: string, cause: unknown) => void }

export function openAlarmsLive({ db, bus, live, devices, now, onFault }: Needs): AlarmsLive {
  /** To be looked at. */
  const waiting = new Set<string>()
  /** Kept here, not told to the other nodes yet. */
  const untold = new Set<string>()
  /** Units of which somebody's screen may show an alarm. */
  const showing = new Set<string>()
  let isAllWanted = false
  let tell: ((things: readonly Thing[]) => void) | undefined
  let telling: Promise<void> | undefined
  let stopped = false

  bus.subscribe(subject, (bytes) => look(JSON.parse(Buffer.from(bytes).toString()) as string[])) // what a node of the same program sent

  async function read(units: readonly UnitView[]): Promise<StandingAlarmView[]> {
    const onDuty = units.filter(({ id, state }) => state !== 'off-duty' && devices.of(id).length > 0)
    if (onDuty.length === 0) return []
    const byHandle = new Map(onDuty.map((unit) => [unit.handle, unit]))
    const episodes = await recentEpisodes(db, [...byHandle.keys()], now() - standingBackMs)
    const alarms = comingAlarms(episodes, now()).flatMap(({ device, unit, ...alarm }) => {
      const [of, from] = [byHandle.get(unit), devices.byNumber(device)]
      return of && from ? [{ device: from.id, label: from.label, unit: of.id, callSign: of.callSign, ...alarm }] : []
    })
    for (const { unit } of alarms) showing.add(unit)
    return alarms
  }

  function look(units: Iterable<string>) {
    if (!tell) return
    for (const unit of units) waiting.add(unit)
    round()
  }

  /** One after another, so that what was read earlier is never told later; what comes meanwhile is in the next. */
  function round() {
    if (stopped || telling || (waiting.size === 0 && untold.size === 0 && !isAllWanted)) return
    telling = tellOnce()
      .then(() => true)
      .catch((cause: unknown) => onFault('telling alarms of devices; tried again', cause))
      .then((isDone) => {
        telling = undefined
        if (isDone) round()
      })
  }

  async function tellOnce() {
    const told = [...untold].slice(0, unitsOfARound)
    for (const unit of told) untold.delete(unit)
    if (told.length > 0) bus.publish(subject, Buffer.from(JSON.stringify(told)))
    if (!tell) return
    if (isAllWanted) return findAll()
    const ids = [...waiting].slice(0, unitsOfARound)
    if (ids.length === 0) return
    for (const id of ids) waiting.delete(id)
    try {
      await tellOf(ids, tell)
    } catch (cause) {
      for (const id of ids) waiting.add(id)
      throw cause
    }
  }

  async function tellOf(ids: readonly string[], show: (things: readonly Thing[]) => void) {
    const views = ids.flatMap((id) => live.view(id) ?? [])
    const byUnit = Map.groupBy(await read(views), ({ unit }) => unit)
    for (const { id } of views) if (!byUnit.has(id)) showing.delete(id)
    show(views.map(({ id, agency }) => alarmsThing({ id, alarms: byUnit.get(id) ?? [] }, agency)))
  }

  /** To be looked at: those that have alarms, and those of which somebody may be shown some that are over. */
  async function findAll() {
    isAllWanted = false
    const before = [...showing]
    try {
      const having = await read(live.views())
      for (const unit of [...before, ...having.map(({ unit }) => unit)]) waiting.add(unit)
    } catch (cause) {
      isAllWanted = true
      throw cause
    }
  }

  return {
    read,
    changed(unit) {
      untold.add(unit)
      if (tell) waiting.add(unit)
      round()
    },
    look,
    lookAtAll() {
      if (!tell) return
      isAllWanted = true
      round()
    },
    round,
    start: (shows) => void (tell = shows),
    async stop() {
      stopped = true
      await telling
    },
  }
}

const alarmsThing = (view: UnitAlarmsView, agency: string): Thing => ({ kind: 'deviceAlarms', id: view.id, stream: `unit-alarms/${view.id}`, forms: [{ to: { roles: alarmViewers, agencies: [agency] }, view }] })
