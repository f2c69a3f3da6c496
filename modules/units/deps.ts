/** What the units room needs from the world; `server/compose.ts` supplies it. */
import type { Actor } from '#kernel/actor.ts'
import type { AgencyPath, CommandId, Instant, UnitId } from '#kernel/names.ts'
import type { Command, Journal } from '#kernel/journal.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { AreaFence } from '#gateways/jt808/areas.ts'
import type { Bus } from '#platform/bus/bus.ts'
import type { Allowance } from '#platform/http/allowance.ts'
import type { Db } from '#platform/db/sql.ts'
import type { PositionsTaken, TerminalPorts, UnitKind } from './contract.ts'
import type { SaidAlarm } from './alarm.ts'
import type { AlarmsLive } from './alarms-live-jobs.ts'
import type { Beside } from './beside-jobs.ts'
import type { ClockDoubt } from './clock-doubt.ts'
import type { Device, Devices } from './device.ts'
import type { Fix } from './fix.ts'
import type { LiveUnits } from './live.ts'
import type { Strangers } from './strangers.ts'
import type { Intake } from './intake.ts'
import type { StepName } from './pipeline.ts'
import type { FenceSet } from './terminal-fences-store.ts'

/** A fix of a unit on duty, for other rooms. */
export type Placed = { readonly unit: UnitId; readonly handle: number; readonly agency: AgencyPath; readonly kind: UnitKind; readonly fix: Fix; /** Its device is spared the counting of visits. */ readonly withoutVisits?: boolean }

/** From compose. */
export type UnitsNeeds = {
  readonly journal: Journal
  readonly db: Db
  readonly now: () => Instant
  readonly newId: () => string
  /** Secrets are made of these: from the system's cryptographic source. */
  readonly randomBytes: (count: number) => Uint8Array
  readonly findAgency: (path: AgencyPath) => Promise<AgencyView | undefined>
  /** The nodes beside this one. */
  readonly bus?: Bus
  /** Names of the members that exist among these ids. */
  readonly memberNames: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** How long positions are kept, in whole UTC days. */
  readonly retentionDays?: number
  /** Told what became of each batch of positions, for the metrics. */
  readonly onTaken?: (taken: PositionsTaken) => void
  /** Told how many positions a step of the way in stopped, or were spared it. */
  readonly onStopped?: (step: StepName, count: number) => void
  /**
   * Somebody in a unit calls for help by a button. Answers the incident that it became, the same for the same command; undefined where it
   * could not become one.
   */
  readonly onEmergency?: (call: EmergencyCall) => Promise<string | undefined>
  /** A picture or a sound that a terminal sent; false: not kept, it may send it again. */
  readonly onPicture?: (sent: { readonly unit: string; readonly device: string; readonly media: 'picture' | 'sound' | 'video'; readonly bytes: Uint8Array }) => Promise<boolean>
  /** What an incident's crew is to hear in the car. */
  readonly orderInWords?: (incident: string) => Promise<string | undefined>
  /** The terminal in the car says that it has read an order out. */
  readonly onOrderSpoken?: (spoken: { readonly assignment: string; readonly incident: string; readonly unit: string; readonly at: Instant }) => Promise<void>
  /**
   * The crew acknowledges an order on its terminal. Resolves when that is decided: undefined, or what to say to a crew whose order is no more.
   */
  readonly onOrderAcknowledged?: (said: { readonly commandId: CommandId; readonly assignment: string; readonly incident: string; readonly unit: string }) => Promise<string | undefined>
  /** Told of fixes that are on disk and believed, on this node or one beside it, with the unit that they are of; must return at once. */
  readonly onPlaced?: (placed: readonly Placed[]) => void
  /** The fences that are for a unit. */
  readonly fencesFor?: (unit: string) => readonly AreaFence[]
  /** Of the town’s hours; UTC when absent. */
  readonly timeZone?: () => string
  /** Told of work that failed in the background and will be tried again. */
  readonly onFault?: (what: string, cause: unknown) => void
}

export type EmergencyCall = {
  readonly commandId: CommandId
  readonly unit: string
  readonly callSign: string
  readonly agency: AgencyPath
  readonly at: Instant
  /** Where the device itself says that it was. */
  readonly place: { readonly lon: number; readonly lat: number } | undefined
}

/** What routes and handlers get. */
export type UnitsDeps = UnitsNeeds & {
  readonly live: LiveUnits
  readonly devices: Devices
  /** Read a unit's devices again, after they changed. */
  readonly refreshDevices: (unit: string) => Promise<void>
  readonly keepSeen: (seen: readonly { readonly number: number; readonly seenAt: Instant }[]) => Promise<void>
  /** Who knocked here. */
  readonly strangers: Strangers
  /** What the nodes know together. */
  readonly beside: Beside
  /** Where terminals are heard. */
  readonly ports: () => TerminalPorts
  /** What makes a terminal keep the fences that are for its unit, or none where it shall keep none, in place of those it has. */
  readonly fenceSet: (device: Pick<Device, 'unit' | 'settings'>) => FenceSet
  /** Alarms of a device that came with its positions. Resolves when they are durable. */
  readonly takeAlarms: (device: Device, alarms: readonly SaidAlarm[], at: Instant, place: { readonly lon: number; readonly lat: number } | undefined) => Promise<boolean>
  /** Alarms as the watch rooms are shown them. */
  readonly alarmsLive: AlarmsLive
  readonly intake: Intake
  /** Whether the clock of this machine is behind. */
  readonly clockDoubt: ClockDoubt
  /** How often an address may show keys that open nothing. */
  readonly wrongKeys: Allowance
}

/** What is asked for, as the journal wants it: the same id with another request is another command, and refused. */
export const commandOf = (deps: UnitsDeps, actor: Actor, verb: string, id: CommandId, request: object = {}): Command => ({
  id,
  actor,
  at: deps.now(),
  fingerprint: `${verb} ${JSON.stringify(request)}`,
})
