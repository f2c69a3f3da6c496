/** What other rooms and the apps may know about units, shifts and positions. */
import { Type, type Static } from 'typebox'
import { At, CommandIdOf, Crs, Id, Latitude, Longitude, Nullable, Path } from '#kernel/contract.ts'

export const UnitKind = Type.Union([
  Type.Literal('car'),
  Type.Literal('motorcycle'),
  Type.Literal('e-bike'),
  Type.Literal('foot'),
])
export type UnitKind = Static<typeof UnitKind>

/**
 * Derived, never set: off duty without an open shift; free on duty without an active assignment; else the
 * state of its one active assignment.
 */
export const UnitState = Type.Union([
  Type.Literal('off-duty'),
  Type.Literal('free'),
  Type.Literal('ordered'),
  Type.Literal('acknowledged'),
  Type.Literal('en-route'),
  Type.Literal('on-scene'),
  Type.Literal('reported'),
])
export type UnitState = Static<typeof UnitState>

export const Capability = Type.String({ minLength: 1, maxLength: 32, pattern: '^[a-z0-9-]+$' })

/** A crew with a vehicle or on foot 警力单元, as it is now. */
export const UnitView = Type.Object({
  id: Id,
  handle: Type.Integer({ description: 'the number that stands for this unit in binary position frames' }),
  callSign: Type.String(),
  kind: UnitKind,
  agency: Path,
  capabilities: Type.Array(Capability),
  state: UnitState,
  stateSince: At,
  incident: Nullable(Id),
  assignment: Nullable(Id),
  crew: Type.Array(Type.Object({ id: Id, name: Type.String() })),
  onDutySince: Nullable(At),
  lon: Nullable(Longitude),
  lat: Nullable(Latitude),
  fixAt: Nullable(At),
  speedKmh: Nullable(Type.Number()),
  courseDeg: Nullable(Type.Number()),
  accuracyMeters: Nullable(Type.Number()),
  stale: Type.Boolean({ description: 'no fix, or one older than this kind of unit may have' }),
})
export type UnitView = Static<typeof UnitView>

/** After how many seconds without a fix a unit is stale, by kind. */
export const staleSeconds: Readonly<Record<UnitKind, number>> = { car: 30, motorcycle: 30, 'e-bike': 60, foot: 120 }

export const NewUnit = Type.Object(
  {
    commandId: CommandIdOf,
    callSign: Type.String({ minLength: 1, maxLength: 16 }),
    kind: UnitKind,
    agency: Path,
    capabilities: Type.Optional(Type.Array(Capability, { maxItems: 16 })),
  },
  { additionalProperties: false },
)

export const ChangeUnit = Type.Object(
  {
    commandId: CommandIdOf,
    callSign: Type.Optional(Type.String({ minLength: 1, maxLength: 16 })),
    kind: Type.Optional(UnitKind),
    capabilities: Type.Optional(Type.Array(Capability, { maxItems: 16 })),
  },
  { additionalProperties: false },
)

/** A body that says nothing but which command it is. */
export const JustCommand = Type.Object({ commandId: CommandIdOf }, { additionalProperties: false })

const pressedAt = Type.Optional(Type.Integer({ description: 'when a phone without a network took it, ms since 1970 UTC; at most 72 h ago, and never later than now. In force from when it is heard' }))
export const StartShift = Type.Object(
  { commandId: CommandIdOf, crew: Type.Array(Id, { maxItems: 12 }), madeAt: pressedAt },
  { additionalProperties: false },
)
export const EndShift = Type.Object({ commandId: CommandIdOf, madeAt: pressedAt }, { additionalProperties: false })

export const NewPosition = Type.Object(
  {
    unit: Type.Optional(Id),
    device: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    fixAt: At,
    lon: Type.Number(),
    lat: Type.Number(),
    crs: Type.Optional(Crs),
    speedKmh: Type.Optional(Type.Number()),
    courseDeg: Type.Optional(Type.Number()),
    altitudeMeters: Type.Optional(Type.Number()),
    accuracyMeters: Type.Optional(Type.Number()),
  },
  { additionalProperties: false },
)
export type NewPosition = Static<typeof NewPosition>
export const NewPositions = Type.Object(
  { positions: Type.Array(NewPosition, { minItems: 1, maxItems: 2000 }) },
  { additionalProperties: false },
)

/** What became of a batch. Everything counted here, except `rejected`, is durable or rightly gone: do not send it again. */
export const PositionsTaken = Type.Object({
  accepted: Type.Integer(),
  duplicates: Type.Integer({ description: 'the same device and time again' }),
  discarded: Type.Integer({ description: 'the unit is off duty: nothing is kept' }),
  flagged: Type.Integer({ description: 'kept, but an impossible jump: not used as the unit’s place' }),
  rejected: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), because: Type.String() })),
})
export type PositionsTaken = Static<typeof PositionsTaken>

/** How a device speaks. `phone`: OsmAnd, Traccar Client, OwnTracks, Overland, GPSLogger; each shows its key. */
export const Protocol = Type.Union([Type.Literal('phone'), Type.Literal('jt808'), Type.Literal('gt06'), Type.Literal('h02')])
export type Protocol = Static<typeof Protocol>
export const TerminalProtocol = Type.Union([Type.Literal('jt808'), Type.Literal('gt06'), Type.Literal('h02')])
export type TerminalProtocol = Static<typeof TerminalProtocol>

/** What is known of how a device speaks; null: as its frames say. */
export const DeviceSettings = Type.Object(
  {
    crs: Nullable(Type.Union([Type.Literal('wgs84'), Type.Literal('gcj02')], { description: 'coordinates that it sends' })),
    zoneMinutes: Nullable(Type.Integer({ minimum: -840, maximum: 840, description: 'minutes east of UTC that its clock is set to' })),
    version: Nullable(Type.Union([Type.Literal('2013'), Type.Literal('2019')], { description: 'of JT/T 808, where its header lies' })),
    requiresToken: Type.Boolean({ description: 'a JT/T 808 terminal must show the token that it was given when it registered' }),
    leftOut: Type.Array(Type.Union([Type.Literal('time'), Type.Literal('coordinates'), Type.Literal('outlier'), Type.Literal('fences'), Type.Literal('visits')]), {
      uniqueItems: true,
      description: 'steps that its positions do not go through; without `time` they are of when they come',
    }),
    vehiclePlate: Nullable(Type.String({ minLength: 1, maxLength: 16, description: 'of the agency’s own vehicle; a terminal that says another is refused' })),
    keepsFences: Type.Boolean({ description: 'fences that are for its unit are sent to a JT/T 808 terminal by themselves' }),
    asksCrew: Type.Boolean({ description: 'orders are asked as a question (0x8302, of 2011 and 2013) whose answer acknowledges them; a terminal of 2019, or one that knows no questions, reads them out' }),
  },
  { additionalProperties: false },
)
export type DeviceSettings = Static<typeof DeviceSettings>

/** A phone or terminal that reports the place of one unit. A phone’s key is a secret, shown once. */
export const DeviceView = Type.Object({
  id: Id,
  unit: Id,
  callSign: Type.String(),
  label: Type.String(),
  registeredAt: At,
  lastSeenAt: Nullable(At),
  protocol: Protocol,
  terminal: Nullable(Type.String({ description: 'the number that a terminal says of itself' })),
  settings: DeviceSettings,
  status: Type.Object(
    {
      online: Type.Boolean({ description: 'it holds a connection, or was heard within the last minutes' }),
      lastFixAt: Nullable(At),
      dialect: Nullable(Type.String()),
      batteryPercent: Nullable(Type.Number()),
      clockSkewMs: Nullable(Type.Number({ description: 'its clock against ours, ahead is positive; what travels makes it look late' })),
      frames: Type.Integer(),
      malformed: Type.Integer(),
      tokenRefused: Type.Integer(),
      accepted: Type.Integer(),
      flagged: Type.Integer(),
      duplicates: Type.Integer(),
      discarded: Type.Integer({ description: 'measured off duty' }),
      rejected: Type.Integer(),
      unusable: Type.Integer({ description: 'the device itself said that it had no fix' }),
      stopped: Type.Record(Type.String(), Type.Integer(), { description: 'positions, by the step that stopped them, or that they were spared (fences, visits)' }),
    },
    { description: 'counted since the nodes that run now were started, all of them together' },
  ),
  fences: Nullable(
    Type.Object({
      state: Type.Union([Type.Literal('held'), Type.Literal('on-its-way'), Type.Literal('refused'), Type.Literal('unanswered')], { description: 'of the set that it was told last' }),
      count: Nullable(Type.Integer({ description: 'fences that it holds; null: none of ours yet' })),
      since: Nullable(At),
      toldCount: Type.Integer(),
      toldAt: At,
      leftOut: Type.Integer({ description: 'fences for its unit that no terminal can keep; they are watched here' }),
    }, { description: 'which of our fences a JT/T 808 terminal keeps; null: it was told none' }),
  ),
})
export type DeviceView = Static<typeof DeviceView>

/** Which devices, in which order. Without `limit` all that match. */
export const DeviceQuery = Type.Object({
  unit: Type.Optional(Id),
  ids: Type.Optional(Type.String({ maxLength: 6_500, pattern: '^[A-Za-z0-9_-]{1,64}(,[A-Za-z0-9_-]{1,64}){0,99}$', description: 'these, at most 100, with commas between; those that are gone or not to be seen are left out' })),
  q: Type.Optional(Type.String({ maxLength: 80, description: 'a part of its name, its terminal’s number or its unit’s call sign' })),
  protocol: Type.Optional(Protocol),
  state: Type.Optional(Type.Union([Type.Literal('online'), Type.Literal('silent'), Type.Literal('never')])),
  sort: Type.Optional(
    Type.Union([Type.Literal('number'), Type.Literal('label'), Type.Literal('callSign'), Type.Literal('seen'), Type.Literal('battery'), Type.Literal('clock'), Type.Literal('accepted')], {
      description: 'number: as they were registered, and so without this',
    }),
  ),
  order: Type.Optional(Type.Union([Type.Literal('ascending'), Type.Literal('descending')])),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
})
export type DeviceQuery = Static<typeof DeviceQuery>

export const NewDevice = Type.Object(
  {
    commandId: CommandIdOf,
    unit: Id,
    label: Type.String({ minLength: 1, maxLength: 80 }),
    protocol: Type.Optional(Protocol),
    terminal: Type.Optional(Type.String({ minLength: 1, maxLength: 20, pattern: '^[0-9A-Za-z]+$', description: 'needed of all but phones' })),
    settings: Type.Optional(Type.Partial(DeviceSettings)),
  },
  { additionalProperties: false },
)
export const ChangeDevice = Type.Object(
  {
    commandId: CommandIdOf,
    label: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    settings: Type.Optional(Type.Partial(DeviceSettings)),
  },
  { additionalProperties: false },
)

/** What a device needs to be told, once. Asking again with the same command makes a new key; the one before is dead. */
export const PairedDevice = Type.Object({
  ...DeviceView.properties,
  key: Nullable(Type.String({ description: 'of a phone: the device identifier to type into Traccar Client or OsmAnd, and the password in OwnTracks; not shown again' })),
  path: Type.String({ description: 'of a phone: where it reports to, on this server: /api/units/osmand?id=KEY' }),
})

/** An officer's own phone that reports in the background for the unit in which the officer sits. */
export const CrewPhone = Type.Object({
  label: Type.String(),
  registeredAt: At,
  lastSeenAt: Nullable(At),
})
export type CrewPhone = Static<typeof CrewPhone>
export const PairedCrewPhone = Type.Object({
  ...CrewPhone.properties,
  key: Type.String({ description: 'the device identifier in Traccar Client; not shown again' }),
  path: Type.String({ description: 'where the phone reports to, on this server' }),
})
export type PairedCrewPhone = Static<typeof PairedCrewPhone>

/** Somebody who knocked at a node and is not known. Kept in memory only, the newest 500. */
export const StrangerView = Type.Object({
  id: Id,
  protocol: Protocol,
  name: Type.String({ description: 'the number that a terminal says of itself; of a phone the beginning of its key' }),
  type: Type.String({ description: 'what it said last' }),
  firstAt: At,
  lastAt: At,
  times: Type.Integer(),
})
export type StrangerView = Static<typeof StrangerView>

export const AdoptStranger = Type.Object(
  { commandId: CommandIdOf, unit: Id, label: Type.String({ minLength: 1, maxLength: 80 }) },
  { additionalProperties: false },
)

/** A frame as it came, without what may hold identifiers. */
export const RawFrameView = Type.Object({ at: At, type: Type.String(), hex: Type.String(), because: Nullable(Type.String()) })

/** Ports on which terminals are heard; null where none was asked for. */
export const TerminalPorts = Type.Object({
  jt808: Nullable(Type.Integer()),
  gt06: Nullable(Type.Integer()),
  h02: Nullable(Type.Integer()),
  osmand: Nullable(Type.Integer()),
  mqtt: Nullable(Type.Integer()),
})
export type TerminalPorts = Static<typeof TerminalPorts>

/** An alarm of a device, from edge to edge. */
export const AlarmView = Type.Object({ device: Id, label: Type.String(), unit: Id, callSign: Type.String(), name: Type.String(), beganAt: At, endedAt: Nullable(At) })
export type AlarmView = Static<typeof AlarmView>

/** An alarm of a device that lasts or has just happened, and of which nobody took note; one however often it flaps. */
export const StandingAlarmView = Type.Object({
  device: Id,
  label: Type.String(),
  unit: Id,
  callSign: Type.String(),
  name: Type.String(),
  since: At,
  endedAt: Nullable(At),
  times: Type.Integer({ description: 'how often it came and went' }),
  isGrave: Type.Boolean({ description: 'harm to people or the car' }),
  shownFrom: At,
  shownUntil: Nullable(At),
})
export type StandingAlarmView = Static<typeof StandingAlarmView>
/** The alarms of one unit's devices, as the live feed tells them under `deviceAlarms`. Some are shown only from `shownFrom` on: a blink never is. */
export type UnitAlarmsView = { readonly id: string; readonly alarms: readonly StandingAlarmView[] }
export const SeeAlarm = Type.Object({ commandId: CommandIdOf, name: Type.String({ minLength: 1, maxLength: 40 }), since: At }, { additionalProperties: false })

/** What a terminal is asked to do or to say. */
export const TerminalCommand = Type.Union([
  Type.Object({ type: Type.Literal('text'), text: Type.String({ minLength: 1, maxLength: 400 }), urgent: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('locate') }, { additionalProperties: false }),
  Type.Object(
    { type: Type.Literal('track'), everySeconds: Type.Integer({ minimum: 0, maximum: 3600 }), forSeconds: Type.Integer({ minimum: 0, maximum: 86_400 }) },
    { additionalProperties: false, description: 'every 0 seconds ends it' },
  ),
  Type.Object(
    { type: Type.Literal('interval'), seconds: Type.Integer({ minimum: 1, maximum: 3600 }) },
    { additionalProperties: false, description: 'seconds between reports from now on (parameter 0x0029)' },
  ),
  Type.Object({ type: Type.Literal('areas') }, { additionalProperties: false, description: 'keep the fences that are for this unit, in place of those it has; none where it shall keep none' }),
])
export type TerminalCommand = Static<typeof TerminalCommand>
export const NewTerminalCommand = Type.Object({ commandId: CommandIdOf, command: TerminalCommand }, { additionalProperties: false })
export const DownlinkView = Type.Object({
  id: Id,
  command: TerminalCommand,
  madeAt: At,
  expiresAt: At,
  state: Type.Union([Type.Literal('waiting'), Type.Literal('sent'), Type.Literal('done'), Type.Literal('refused'), Type.Literal('expired')]),
  attempts: Type.Integer(),
  changedAt: At,
})
export type DownlinkView = Static<typeof DownlinkView>

export const TrackPoint = Type.Object({
  fixAt: At,
  lon: Longitude,
  lat: Latitude,
  speedKmh: Nullable(Type.Number()),
  courseDeg: Nullable(Type.Number()),
  accuracyMeters: Nullable(Type.Number()),
  flagged: Type.Boolean({ description: 'an impossible jump: kept, never shown as the unit’s place' }),
})
export type TrackPoint = Static<typeof TrackPoint>

/** Where a unit on duty has been. Every look is in the journal, with its reason. */
export const TrackView = Type.Object({
  unit: Id,
  from: At,
  to: At,
  items: Type.Array(TrackPoint),
  nextFrom: Nullable(At),
})
export type TrackView = Static<typeof TrackView>

/** Events of units, for other rooms' listeners. Streams are `unit/ID`. */
export type UnitEvent =
  | { readonly type: 'unit-created'; readonly at: number; readonly id: string; readonly handle: number; readonly callSign: string; readonly kind: UnitKind; readonly agency: string; readonly capabilities: readonly string[] }
  | { readonly type: 'unit-changed'; readonly at: number; readonly callSign: string; readonly kind: UnitKind; readonly capabilities: readonly string[] }
  | { readonly type: 'unit-retired'; readonly at: number }
  /** `madeAt`: it was pressed on a phone without a network, then. So in `crew-changed` and `shift-ended`. */
  | { readonly type: 'shift-started'; readonly at: number; readonly crew: readonly { readonly id: string; readonly name: string }[]; readonly madeAt?: number }
  | { readonly type: 'crew-changed'; readonly at: number; readonly crew: readonly { readonly id: string; readonly name: string }[]; readonly madeAt?: number }
  | { readonly type: 'shift-ended'; readonly at: number; readonly madeAt?: number }
  | { readonly type: 'device-registered'; readonly at: number; readonly device: string; readonly number: number; readonly label: string; readonly protocol?: Protocol; readonly terminal?: string; readonly settings?: DeviceSettings }
  | { readonly type: 'device-changed'; readonly at: number; readonly device: string; readonly label: string; readonly settings: DeviceSettings }
  | { readonly type: 'device-key-renewed'; readonly at: number; readonly device: string }
  | { readonly type: 'device-commanded'; readonly at: number; readonly device: string; readonly command: TerminalCommand }
  /** Somebody took note of an alarm of a device, first heard of at `since`. */
  | { readonly type: 'device-alarm-seen'; readonly at: number; readonly device: string; readonly number: number; readonly name: string; readonly since: number }
  | { readonly type: 'device-removed'; readonly at: number; readonly device: string }
  | { readonly type: 'track-viewed'; readonly at: number; readonly from: number; readonly to: number; readonly reason: string }

/** What another room may know of a unit inside its own transaction: locked until it ends, so that nobody else changes it meanwhile. */
export type UnitFacts = {
  readonly id: string
  readonly callSign: string
  readonly kind: UnitKind
  readonly agency: string
  readonly capabilities: readonly string[]
  readonly onDuty: boolean
  readonly stale: boolean
  readonly lon: number | null
  readonly lat: number | null
}

/** How long positions are kept, in whole days: where no agency says otherwise, and the longest that any may say. */
export const retentionDaysUsual = 90
export const retentionDaysMax = 180

export const ChangeRetention = Type.Object(
  {
    commandId: CommandIdOf,
    agency: Path,
    days: Nullable(Type.Integer({ minimum: 1, maximum: retentionDaysMax, description: 'null: as the agency above' })),
    reason: Type.String({ minLength: 2, maxLength: 500, pattern: '\\S.*\\S' }),
  },
  { additionalProperties: false },
)

/** How long positions are kept, what is there, and what the last sweep did. */
export const RetentionView = Type.Object({
  agencies: Type.Array(
    Type.Object({
      agency: Path,
      own: Nullable(Type.Integer({ description: 'what the agency said; null: nothing' })),
      days: Type.Integer({ description: 'what counts: the fewest of its own and those above it' }),
      most: Type.Integer({ description: 'what it may say at most' }),
      units: Type.Integer({ description: 'its own units, retired ones too' }),
      oldestAt: Nullable(Type.Number({ description: 'the oldest position of its units that is still in the database; milliseconds since 1970 UTC' })),
    }),
  ),
  daily: Type.Array(Type.Object({ day: Type.String({ description: 'UTC: 2026-11-22' }), rows: Type.Integer({ description: 'about how many positions' }), bytes: Type.Integer() })),
  sweep: Nullable(
    Type.Object({
      at: At,
      tookMs: Type.Integer(),
      daysDropped: Type.Integer(),
      rowsDeleted: Type.Integer(),
      fault: Nullable(Type.String({ description: 'why it did not end; it is tried again within the hour' })),
    }),
  ),
})
export type RetentionView = Static<typeof RetentionView>

/** Events of retention. Streams are `retention/AGENCY`, the agency by its path. */
export type RetentionEvent = { readonly type: 'retention-changed'; readonly at: number; readonly days: number | null; readonly was: number | null; readonly reason: string }

// Binary position frames (WebSocket, server to client), version 2. Little endian; every part is a multiple of 4 bytes long.
//
// A level cuts the world into square tiles of 360° / 2^level: column 0 begins at 180° W, row 0 at 90° S. A tile is cut into
// 2^22 × 2^22 cells, and a place is the middle of its cell (at level 3, the coarsest sent, a cell is 1.2 m; at level 12, 2 mm).
//
// frame, 24 bytes: u8 version | u8 flags (bit 0: every tile held until now is no longer followed) | u16 tiles | u32 tick
//                  | f64 server time (ms since 1970 UTC) | u32 the tick that this builds on, that of the frame before (0 with bit 0)
//                  | u32 records in all its tiles together
// then its tiles, 16 bytes each: u8 level | u8 kind (1 changes, 2 the whole tile, 3 no longer followed) | u16 column | u16 row
//                  | u16 0 | u32 records | u32 gone
//   its records, 12 bytes each:
//                  u32: bits 0–23 handle | 24–31 speed (0…200 km/h; 201…254: 200 + 4 × (n − 200) km/h; 255 unknown)
//                  u32: bits 0–21 cell eastwards | 22–30 course (whole degrees, 511 unknown) | 31 stale
//                  u32: bits 0–21 cell northwards | 22–31 age of the fix: whole tenths of a second of the server time less
//                       those of the fix; 1023: a u32 with the age follows the record
//   then a u32 handle for each unit that is gone from the tile: from the view, unless another of its tiles has it
//
// Units with a handle beyond 24 bits are not in frames. What is of a tick is the same for all who look at the same tiles
// with the same rights and had the same tick before.
export const frameVersion = 2
export const frameHeaderBytes = 24
export const tileHeaderBytes = 16
export const frameRecordBytes = 12
/** A record names its unit in 24 bits. */
export const handleMax = 2 ** 24 - 1
export const frameForgets = 1
export const tileKinds = { changes: 1, whole: 2, dropped: 3 } as const
/** Bits of a cell's number within its tile, each way. */
export const cellBits = 22
export const speedUnknown = 255
export const courseUnknown = 511
export const ageFollows = 1023
