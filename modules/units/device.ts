/** A device 定位设备: a phone or a vehicle terminal that reports for one unit, and what is known of how it speaks. */
import type { Instant } from '#kernel/names.ts'
import type { DeviceSettings, Protocol } from './contract.ts'
import { noCounts, type StepName } from './pipeline.ts'

export type Device = {
  readonly id: string
  /** What position rows and live records know it by. */
  readonly number: number
  readonly unit: string
  readonly label: string
  readonly registeredAt: Instant
  readonly protocol: Protocol
  /** The number that a terminal says of itself; phones show a key instead. */
  readonly terminal: string | null
  readonly settings: DeviceSettings
}

export const usualSettings: DeviceSettings = { crs: null, zoneMinutes: null, version: null, requiresToken: false, leftOut: [], vehiclePlate: null, keepsFences: true, asksCrew: false }

/** The first bytes of a frame, and how many more there were. */
type ShownFrame = { readonly bytes: Uint8Array; readonly more: number }
/** A frame as it came, for whoever looks for what is wrong. */
export type RawFrame = { readonly at: Instant; readonly type: string; readonly shown: ShownFrame; readonly because: string | null }

/** What a node knows of a device since it started: it is lost with the process, but for `seenAt`. */
export type DeviceStatus = {
  seenAt: Instant | null
  fixAt: Instant | null
  /** How far its clock is from ours, ms, ahead is positive: the least of its last fixes, since what travels comes late. */
  readonly skewsMs: number[]
  battery: number | null
  dialect: string | null
  /** Connections, or addresses of UDP, that it speaks through now. */
  links: number
  frames: number
  malformed: number
  tokenRefused: number
  readonly taken: { accepted: number; flagged: number; duplicates: number; discarded: number; rejected: number; unusable: number }
  /** Positions that a step stopped, or that were spared it. */
  readonly stopped: Record<StepName, number>
  /** Its last frames; none before the first. */
  raw: LastFrames | undefined
}

export const newStatus = (): DeviceStatus => ({
  seenAt: null,
  fixAt: null,
  skewsMs: [],
  battery: null,
  dialect: null,
  links: 0,
  frames: 0,
  malformed: 0,
  tokenRefused: 0,
  taken: { accepted: 0, flagged: 0, duplicates: 0, discarded: 0, rejected: 0, unusable: 0 },
  stopped: noCounts(),
  raw: undefined,
})

const rawMax = 30
/** Of each frame; gateways show as many (`gateways/talk.ts`). */
const shownBytesMax = 64
const skewsMax = 20

/** The last frames of a device, in some 3 kB that are taken once: as objects, those of a city's fleet would be a million to keep an eye on. */
export type LastFrames = {
  keep(at: Instant, type: string, shown: ShownFrame, because: string | null): void
  /** Newest last. */
  list(): RawFrame[]
}

function lastFrames(): LastFrames {
  const bytes = new Uint8Array(rawMax * shownBytesMax)
  const lengths = new Uint8Array(rawMax)
  const more = new Uint32Array(rawMax)
  const times = new Float64Array(rawMax)
  const types: string[] = []
  const reasons: (string | null)[] = []
  let kept = 0
  return {
    keep(at, type, shown, because) {
      const slot = kept++ % rawMax
      const length = Math.min(shown.bytes.length, shownBytesMax)
      for (let n = 0; n < length; n++) bytes[slot * shownBytesMax + n] = shown.bytes[n]!
      lengths[slot] = length
      more[slot] = shown.more + shown.bytes.length - length
      times[slot] = at
      types[slot] = type
      reasons[slot] = because
    },
    list: () =>
      Array.from({ length: Math.min(kept, rawMax) }, (_, index): RawFrame => {
        const slot = (kept - Math.min(kept, rawMax) + index) % rawMax
        const from = slot * shownBytesMax
        return { at: times[slot]!, type: types[slot]!, shown: { bytes: bytes.slice(from, from + lengths[slot]!), more: more[slot]! }, because: reasons[slot]! }
      }),
  }
}

export const remember = (status: DeviceStatus, at: Instant, type: string, shown: ShownFrame, because: string | null): void =>
  (status.raw ??= lastFrames()).keep(at, type, shown, because)

/** The newest of what several nodes remember, newest first. */
export const newestFrames = (frames: readonly RawFrame[]): readonly RawFrame[] => frames.toSorted((a, b) => b.at - a.at).slice(0, rawMax)

/** What several nodes know of one device: counts are added, and of what changes the node counts that heard it last. Frames are left out. */
export function together(statuses: readonly DeviceStatus[]): DeviceStatus {
  const newest = statuses.reduce((a, b) => ((b.seenAt ?? -Infinity) > (a.seenAt ?? -Infinity) ? b : a), newStatus())
  const latest = (instants: readonly (Instant | null)[]) => instants.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null)
  const sum = (count: (status: DeviceStatus) => number) => statuses.reduce((total, status) => total + count(status), 0)
  const added = <Name extends string>(empty: Readonly<Record<Name, number>>, of: (status: DeviceStatus) => Readonly<Record<Name, number>>) =>
    Object.fromEntries((Object.keys(empty) as Name[]).map((name) => [name, sum((status) => of(status)[name])])) as Record<Name, number>
  const empty = newStatus()
  return {
    seenAt: newest.seenAt,
    fixAt: latest(statuses.map(({ fixAt }) => fixAt)),
    skewsMs: newest.skewsMs,
    battery: newest.battery ?? statuses.find(({ battery }) => battery !== null)?.battery ?? null,
    dialect: newest.dialect ?? statuses.find(({ dialect }) => dialect !== null)?.dialect ?? null,
    links: sum(({ links }) => links),
    frames: sum(({ frames }) => frames),
    malformed: sum(({ malformed }) => malformed),
    tokenRefused: sum(({ tokenRefused }) => tokenRefused),
    taken: added(empty.taken, ({ taken }) => taken),
    stopped: added(empty.stopped, ({ stopped }) => stopped),
    raw: undefined,
  }
}

/** A live fix tells of the clock: it can have travelled for long, but not have come before it left. */
export function noteSkew(status: DeviceStatus, fixAt: Instant, now: Instant): void {
  status.skewsMs.push(fixAt - now)
  if (status.skewsMs.length > skewsMax) status.skewsMs.shift()
}
export const skewOf = ({ skewsMs }: DeviceStatus): number | null => (skewsMs.length === 0 ? null : Math.max(...skewsMs))

/** Devices in memory, as the registry's tables have them. */
export type Devices = {
  /** Everything anew. */
  load(devices: readonly Device[]): void
  /** The devices of one unit anew. */
  replace(unit: string, devices: readonly Device[]): void
  all(): Iterable<Device>
  find(id: string): Device | undefined
  byNumber(number: number): Device | undefined
  byTerminal(protocol: Protocol, terminal: string): Device | undefined
  of(unit: string): readonly Device[]
  /** One listener is told of each that is no more, once it is not found any more. */
  onRemoved(tell: (device: Device) => void): void
  status(number: number): DeviceStatus
  /** Count what a step of the way in stopped. @param number  0 for what is of no known device */
  stop(number: number, step: StepName, count?: number): void
  /** Numbers of devices heard since this was last asked, with when. */
  takeSeen(): readonly { readonly number: number; readonly seenAt: Instant }[]
  noteSeen(number: number, at: Instant): void
}

/** @param onStopped  told of all that `stop` counts, for the metrics */
export function devicesInMemory(onStopped?: (step: StepName, count: number) => void): Devices {
  const byId = new Map<string, Device>()
  const byNumber = new Map<number, Device>()
  const byTerminal = new Map<Protocol, Map<string, Device>>()
  const byUnit = new Map<string, readonly Device[]>()
  const statuses = new Map<number, DeviceStatus>()
  let seen = new Set<number>()
  let tellRemoved: (device: Device) => void = () => {}

  const terminalsOf = (protocol: Protocol) => {
    const known = byTerminal.get(protocol) ?? new Map<string, Device>()
    byTerminal.set(protocol, known)
    return known
  }
  const add = (device: Device) => {
    byId.set(device.id, device)
    byNumber.set(device.number, device)
    if (device.terminal !== null) terminalsOf(device.protocol).set(device.terminal, device)
  }
  const remove = (device: Device) => {
    byId.delete(device.id)
    byNumber.delete(device.number)
    if (device.terminal !== null) terminalsOf(device.protocol).delete(device.terminal)
  }
  const tellOfRemoved = (before: readonly Device[]) => {
    for (const device of before) if (!byNumber.has(device.number)) tellRemoved(device)
  }
  const replace = (unit: string, devices: readonly Device[]) => {
    const before = byUnit.get(unit) ?? []
    for (const device of before) remove(device)
    if (devices.length > 0) byUnit.set(unit, devices)
    else byUnit.delete(unit)
    for (const device of devices) add(device)
    tellOfRemoved(before)
    for (const number of statuses.keys()) if (number !== 0 && !byNumber.has(number)) statuses.delete(number)
  }
  const status = (number: number) => {
    const known = statuses.get(number)
    if (known) return known
    const fresh = newStatus()
    statuses.set(number, fresh)
    return fresh
  }

  return {
    load(devices) {
      const before = [...byNumber.values()]
      for (const map of [byId, byNumber, byTerminal, byUnit]) map.clear()
      for (const [unit, own] of Map.groupBy(devices, (device) => device.unit)) {
        byUnit.set(unit, own)
        for (const device of own) add(device)
      }
      tellOfRemoved(before)
    },
    replace,
    all: () => byId.values(),
    find: (id) => byId.get(id),
    byNumber: (number) => byNumber.get(number),
    byTerminal: (protocol, terminal) => byTerminal.get(protocol)?.get(terminal),
    of: (unit) => byUnit.get(unit) ?? [],
    onRemoved: (tell) => void (tellRemoved = tell),
    status,
    stop(number, step, count = 1) {
      if (count === 0) return
      status(number).stopped[step] += count
      onStopped?.(step, count)
    },
    noteSeen(number, at) {
      const one = status(number)
      one.seenAt = Math.max(one.seenAt ?? 0, at)
      seen.add(number)
    },
    takeSeen() {
      const taken = [...seen].flatMap((number) => {
        const seenAt = statuses.get(number)?.seenAt ?? null
        return seenAt === null ? [] : [{ number, seenAt }]
      })
      seen = new Set()
      return taken
    },
  }
}

/** Have what was seen kept; what could not be is said again the next time. */
export async function handOverSeen(devices: Pick<Devices, 'takeSeen' | 'noteSeen'>, keep: (seen: ReturnType<Devices['takeSeen']>) => Promise<void>): Promise<void> {
  const seen = devices.takeSeen()
  if (seen.length === 0) return
  try {
    await keep(seen)
  } catch (cause) {
    for (const { number, seenAt } of seen) devices.noteSeen(number, seenAt)
    throw cause
  }
}
