/** What other rooms and the apps may know about dispatch: categories, incidents, assignments, timers. */
import { Type, type Static } from 'typebox'
import type { AgencyPath, IncidentId, Instant, UnitId } from '#kernel/names.ts'
import { At, CommandIdOf, Crs, Id, Latitude, Longitude, Nullable, Path } from '#kernel/contract.ts'

export const Priority = Type.Integer({ minimum: 1, maximum: 4, description: '1 is the most urgent' })

export const Question = Type.Object({ id: Id, text: Type.String({ maxLength: 200 }), textEn: Type.String({ maxLength: 200 }) })

/** A kind of incident 警情类别. The set is the agency's own; the seed is the public top level of the 110 rules. */
export const CategoryView = Type.Object({
  id: Id,
  name: Type.String(),
  nameEn: Type.String(),
  pinyin: Type.String({ description: 'initials, for the command line: "jf"' }),
  glyph: Type.String({ description: 'one character shown on the map' }),
  priority: Priority,
  arriveSeconds: Type.Integer({ description: 'target from order to on scene' }),
  needs: Type.Array(Type.String(), { description: 'capabilities a unit should have' }),
  questions: Type.Array(Question),
  order: Type.Integer(),
  active: Type.Boolean(),
})
export type CategoryView = Static<typeof CategoryView>

/** Ordered 下达 → acknowledged 签收 → en route 出警 → on scene 到场 → reported 反馈 → cleared; or ended early. */
export const AssignmentState = Type.Union([
  Type.Literal('ordered'),
  Type.Literal('acknowledged'),
  Type.Literal('en-route'),
  Type.Literal('on-scene'),
  Type.Literal('reported'),
  Type.Literal('cleared'),
  Type.Literal('refused'),
  Type.Literal('diverted'),
  Type.Literal('cancelled'),
])
export type AssignmentState = Static<typeof AssignmentState>

export const activeStates = ['ordered', 'acknowledged', 'en-route', 'on-scene', 'reported'] as const satisfies readonly AssignmentState[]

export const AssignmentView = Type.Object({
  id: Id,
  incident: Id,
  unit: Id,
  callSign: Type.String(),
  state: AssignmentState,
  stateSince: At,
  orderedAt: At,
  orderedBy: Type.String(),
  /** When the terminal in the car said that it had read the order out. */
  spokenAt: Nullable(At),
  acknowledgedAt: Nullable(At),
  enRouteAt: Nullable(At),
  onSceneAt: Nullable(At),
  reportedAt: Nullable(At),
  endedAt: Nullable(At),
  because: Nullable(Type.String({ description: 'why it ended early' })),
})
export type AssignmentView = Static<typeof AssignmentView>

/** What must have happened by when. `escalation` counts how often the limit passed and the next in line was told. */
export const TimerKind = Type.Union([
  Type.Literal('send'), // nobody has been sent yet
  Type.Literal('acknowledge'),
  Type.Literal('move'),
  Type.Literal('arrive'),
  Type.Literal('settle'),
])
export const TimerView = Type.Object({
  id: Id,
  kind: TimerKind,
  assignment: Nullable(Id),
  startedAt: At,
  dueAt: At,
  escalation: Type.Integer({ description: '0: in time; 1: the dispatchers were alerted; 2: the commander; 3: the agency above' }),
  escalatedAt: Nullable(At),
  seenBy: Nullable(Type.String({ description: 'who acknowledged the alert' })),
})
export type TimerView = Static<typeof TimerView>

export const IncidentStatus = Type.Union([
  Type.Literal('waiting'), // open, no unit
  Type.Literal('active'), // open, units on it
  Type.Literal('handed-over'), // open, with the station
  Type.Literal('closed'),
])

export const IncidentView = Type.Object({
  id: Id,
  number: Type.Integer({ description: 'short number, starting at 1 each day: what people say' }),
  day: Type.String({ description: 'the day the number belongs to, in the town’s time: 2026-11-22' }),
  category: Id,
  priority: Priority,
  status: IncidentStatus,
  agency: Path,
  lon: Longitude,
  lat: Latitude,
  place: Type.String(),
  placeEn: Type.String(),
  summary: Type.String(),
  reporter: Nullable(Type.String()),
  phone: Nullable(Type.String()),
  answers: Type.Record(Type.String(), Type.String()),
  openedAt: At,
  openedBy: Type.String(),
  reportedAt: Type.Optional(Type.Number({ description: 'where an officer reported it: when, as the phone said, ms since 1970 UTC' })),
  closedAt: Nullable(At),
  outcome: Nullable(Type.String()),
  mergedInto: Nullable(Id),
  handedTo: Nullable(Path),
  assignments: Type.Array(AssignmentView),
  timers: Type.Array(TimerView),
  notes: Type.Integer(),
  changedAt: At,
})
export type IncidentView = Static<typeof IncidentView>

/** Incidents of the past: those of these parts of the tree, and those that these units were sent to, open in some moment of [from, to). */
export type IncidentsAsked = {
  readonly scope: readonly AgencyPath[]
  readonly units: readonly UnitId[]
  readonly from: Instant
  readonly to: Instant
  readonly limit: number
  /** Of these only. */
  readonly ids?: readonly IncidentId[]
  /** Behind this one, in the order of their opening. */
  readonly after?: { readonly openedAt: Instant; readonly id: IncidentId }
}

/** One line of an incident's log: the journal's entry, as it is. */
export const LogLine = Type.Object({
  position: Type.Integer(),
  at: At,
  actor: Type.String(),
  type: Type.String(),
  command: CommandIdOf,
  data: Type.Record(Type.String(), Type.Unknown()),
})
export type LogLine = Static<typeof LogLine>

const summary = Type.String({ maxLength: 2000 })

export const NewIncident = Type.Object(
  {
    commandId: CommandIdOf,
    category: Id,
    priority: Type.Optional(Priority),
    lon: Longitude,
    lat: Latitude,
    crs: Type.Optional(Crs),
    place: Type.Optional(Type.String({ maxLength: 200 })),
    summary: Type.Optional(summary),
    reporter: Type.Optional(Type.String({ maxLength: 80 })),
    phone: Type.Optional(Type.String({ maxLength: 32 })),
    answers: Type.Optional(Type.Record(Id, Type.String({ maxLength: 500 }))),
    agency: Type.Optional(Path),
  },
  { additionalProperties: false },
)

/** What an officer reports. The command's id becomes the incident's, so that what follows can name it before it was sent. */
export const NewReport = Type.Object(
  {
    commandId: Id,
    madeAt: Type.Integer({ description: 'when the phone took it, ms since 1970 UTC; at most 72 h ago, and never later than now, whatever the phone says' }),
    category: Type.Optional(Id),
    panic: Type.Optional(Type.Boolean({ description: 'the officer calls for help: priority 1, no category needed' })),
    lon: Type.Optional(Longitude),
    lat: Type.Optional(Latitude),
    crs: Type.Optional(Crs),
    place: Type.Optional(Type.String({ maxLength: 200, description: 'in words, where the phone does not know' })),
    summary: Type.Optional(summary),
  },
  { additionalProperties: false },
)
export const ReportTaken = Type.Object({ id: Id, number: Type.Integer(), day: Type.String() })

export const ChangeIncident = Type.Object(
  {
    commandId: CommandIdOf,
    category: Type.Optional(Id),
    priority: Type.Optional(Priority),
    lon: Type.Optional(Longitude),
    lat: Type.Optional(Latitude),
    crs: Type.Optional(Crs),
    place: Type.Optional(Type.String({ maxLength: 200 })),
    summary: Type.Optional(summary),
    reporter: Type.Optional(Type.String({ maxLength: 80 })),
    phone: Type.Optional(Type.String({ maxLength: 32 })),
    answers: Type.Optional(Type.Record(Id, Type.String({ maxLength: 500 }))),
  },
  { additionalProperties: false },
)

export const Assign = Type.Object(
  {
    commandId: CommandIdOf,
    unit: Id,
    divert: Type.Optional(Type.Boolean({ description: 'take the unit off its present incident' })),
  },
  { additionalProperties: false },
)

/** The states that a person may ask for; the others follow from other acts. */
export const AskedState = Type.Union([
  Type.Literal('acknowledged'),
  Type.Literal('en-route'),
  Type.Literal('on-scene'),
  Type.Literal('reported'),
  Type.Literal('cleared'),
  Type.Literal('refused'),
  Type.Literal('cancelled'),
])
export const ChangeAssignment = Type.Object(
  { commandId: CommandIdOf, state: AskedState, note: Type.Optional(Type.String({ maxLength: 2000 })) },
  { additionalProperties: false },
)

/** A line for the incident's log. */
export const AddNote = Type.Object({ commandId: CommandIdOf, text: Type.String({ minLength: 1, maxLength: 4000 }) }, { additionalProperties: false })

/** A picture for the incident's log: JPEG, PNG or WebP, at most 8 MiB, as base64 text. */
export const AddPicture = Type.Object(
  {
    commandId: CommandIdOf,
    data: Type.String({ minLength: 16, maxLength: 11_184_812, pattern: '^[A-Za-z0-9+/]+={0,2}$', description: 'base64 of the file' }),
    caption: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
)

export const HandOver = Type.Object(
  { commandId: CommandIdOf, to: Path, note: Type.Optional(Type.String({ maxLength: 2000 })) },
  { additionalProperties: false },
)

export const outcomes = ['settled', 'handed-over', 'unfounded', 'duplicate', 'cancelled-by-caller', 'mistake'] as const
export const Outcome = Type.Union(outcomes.map((outcome) => Type.Literal(outcome)))

export const CloseIncident = Type.Object(
  { commandId: CommandIdOf, outcome: Outcome, note: Type.Optional(Type.String({ maxLength: 2000 })) },
  { additionalProperties: false },
)
/** Closed incidents are opened again; handed-over ones are taken back by the watch room. */
export const ReopenIncident = Type.Object(
  { commandId: CommandIdOf, because: Type.Optional(Type.String({ maxLength: 500 })) },
  { additionalProperties: false },
)
export const MergeIncident = Type.Object({ commandId: CommandIdOf, into: Id }, { additionalProperties: false })
/** For acts that say nothing more: undo, seen. */
export const Just = Type.Object({ commandId: CommandIdOf }, { additionalProperties: false })

/** How long a command can be undone, milliseconds. */
export const undoMs = 10_000

/** An id as `because` of an assignment that ended early, in words. Anything else in `because` is what a person wrote. */
export const endReasons: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  'incident-closed': { zh: '警情已结', en: 'the incident was closed' },
  'incident-merged': { zh: '警情已并入另一起', en: 'the incident was merged into another' },
  diverted: { zh: '改派另一起警情', en: 'sent to another incident' },
  undone: { zh: '已撤销', en: 'undone' },
}

/** Why a unit is recommended, or not first. `code` for programs; `text` in the caller's language. */
export const Reason = Type.Object({ code: Type.String(), text: Type.String() })

export const RecommendationItem = Type.Object({
  unit: Id,
  callSign: Type.String(),
  travelSeconds: Type.Number(),
  distanceMeters: Type.Number(),
  reasons: Type.Array(Reason),
})
export type RecommendationItem = Static<typeof RecommendationItem>

/** A unit that cannot be recommended now, and why. */
export const UnusableUnit = Type.Object({ unit: Id, callSign: Type.String(), reasons: Type.Array(Reason) })

export const Recommendation = Type.Object({
  items: Type.Array(RecommendationItem),
  unusable: Type.Optional(Type.Array(UnusableUnit, { description: 'with ?all=true' })),
})

/** Something near that helps: for now the stations 派出所, fastest to the incident first. */
export const ResourceView = Type.Object({
  id: Id,
  kind: Type.Union([Type.Literal('station')]),
  agency: Path,
  name: Type.String(),
  nameEn: Nullable(Type.String()),
  lon: Longitude,
  lat: Latitude,
  travelSeconds: Nullable(Type.Number({ description: 'by car; null when the roads do not lead there' })),
  distanceMeters: Type.Number({ description: 'by road; in a straight line where travelSeconds is null' }),
})
export type ResourceView = Static<typeof ResourceView>

/** A near duplicate or an earlier incident at the same place. */
export const NearIncident = Type.Object({
  id: Id,
  number: Type.Integer(),
  day: Type.String(),
  category: Id,
  priority: Priority,
  status: IncidentStatus,
  place: Type.String(),
  placeEn: Type.String(),
  summary: Type.String(),
  openedAt: At,
  distanceMeters: Type.Number(),
})
export type NearIncident = Static<typeof NearIncident>

export const NewCategory = Type.Object(
  {
    commandId: CommandIdOf,
    id: Type.String({ minLength: 1, maxLength: 32, pattern: '^[a-z0-9-]+$' }),
    name: Type.String({ minLength: 1, maxLength: 40 }),
    nameEn: Type.String({ minLength: 1, maxLength: 80 }),
    pinyin: Type.Optional(Type.String({ maxLength: 16, pattern: '^[a-z0-9]*$' })),
    glyph: Type.String({ minLength: 1, maxLength: 4 }),
    priority: Priority,
    arriveSeconds: Type.Integer({ minimum: 60, maximum: 86_400 }),
    needs: Type.Optional(Type.Array(Type.String({ maxLength: 32, pattern: '^[a-z0-9-]+$' }), { maxItems: 8 })),
    questions: Type.Optional(Type.Array(Question, { maxItems: 20 })),
    order: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
  },
  { additionalProperties: false },
)
export type NewCategory = Static<typeof NewCategory>
export const ChangeCategory = Type.Object(
  {
    commandId: CommandIdOf,
    ...Type.Partial(Type.Omit(NewCategory, ['commandId', 'id'])).properties,
    active: Type.Optional(Type.Boolean({ description: 'inactive kinds are no longer offered; old incidents keep them' })),
  },
  { additionalProperties: false },
)
export type ChangeCategory = Static<typeof ChangeCategory>

/** Events of a category. Streams are `category/ID`. */
export type CategoryEvent =
  | ({ readonly type: 'category-created'; readonly at: number } & Omit<CategoryView, 'active'>)
  | { readonly type: 'category-changed'; readonly at: number; readonly changes: Readonly<Partial<Omit<CategoryView, 'id'>>> }

/** Events of an incident. Streams are `incident/ID`. Other rooms hear them; the log shows them. */
/** By which button somebody calls for help. */
export type HelpMeans = 'phone' | 'terminal'

export type DispatchEvent =
  | {
      readonly type: 'incident-opened'
      readonly at: number
      readonly id: string
      readonly agency: string
      readonly number: number
      readonly day: string
      readonly category: string
      readonly priority: number
      readonly lon: number
      readonly lat: number
      readonly place: string
      readonly placeEn: string
      readonly summary: string
      readonly reporter: string | null
      readonly phone: string | null
      readonly answers: Readonly<Record<string, string>>
      readonly sendDueAt: number
      /** Where an officer reported it, rather than the watch room took it: whose account, in which unit, when as the phone said, and whose place it is drawn at. */
      readonly report?: {
        readonly by: string
        readonly unit: string | null
        readonly madeAt: number
        readonly drawnAt: 'phone' | 'terminal' | 'unit' | 'agency' | 'town' | 'nowhere'
        readonly panic: boolean
        /** Of a call for help: by which button, where not a phone's. */
        readonly means?: HelpMeans
      }
    }
  | { readonly type: 'incident-changed'; readonly at: number; readonly changes: Readonly<Record<string, unknown>>; /** The same keys as they were. */ readonly was: Readonly<Record<string, unknown>> }
  | {
      readonly type: 'unit-assigned'
      readonly at: number
      readonly assignment: string
      readonly unit: string
      readonly callSign: string
      readonly acknowledgeDueAt: number
      readonly arriveSeconds: number
    }
  | {
      readonly type: 'assignment-changed'
      readonly at: number
      readonly assignment: string
      readonly unit: string
      readonly state: AssignmentState
      readonly because: string | null
      readonly was: AssignmentState
      /** The next limit of this assignment that starts with this state, if any. */
      readonly next: { readonly kind: 'acknowledge' | 'move' | 'arrive' | 'settle'; readonly startedAt: number; readonly dueAt: number } | null
      /** What the incident itself waits for, when this was its last unit: another unit, or to be settled. */
      readonly left: { readonly kind: 'send' | 'settle'; readonly dueAt: number } | null
      /** Said on the terminal in the car. */
      readonly means?: 'terminal'
    }
  | { readonly type: 'limit-passed'; readonly at: number; readonly timer: string; readonly kind: Static<typeof TimerKind>; readonly assignment: string | null; readonly escalation: number; readonly dueAt: number | null }
  /** Somebody took the alert upon himself: the next in line is told later, at `dueAt`, or never when null. */
  | { readonly type: 'limit-seen'; readonly at: number; readonly timer: string; readonly dueAt: number | null }
  /** The terminal in the car has read the order out. Whether anybody listened is theirs to say. */
  | { readonly type: 'order-spoken'; readonly at: number; readonly assignment: string; readonly unit: string }
  /** The button was pressed again while the call was open. */
  | {
      readonly type: 'help-called-again'
      readonly at: number
      readonly madeAt: number
      readonly unit: string | null
      readonly by: string
      readonly means: HelpMeans
      readonly lon: number
      readonly lat: number
      readonly place: string
      readonly placeEn: string
      readonly drawnAt: 'phone' | 'terminal' | 'unit' | 'agency' | 'town' | 'nowhere'
      readonly summary: string
    }
  | { readonly type: 'note-added'; readonly at: number; readonly text: string }
  | { readonly type: 'picture-added'; readonly at: number; readonly picture: string; readonly mediaType: string; readonly bytes: number; readonly sha256: string; readonly caption: string }
  | { readonly type: 'incident-handed-over'; readonly at: number; readonly to: string; readonly from: string; readonly note: string; /** Units on scene: they are to be cleared by then. */ readonly settling: readonly { readonly assignment: string; readonly dueAt: number }[] }
  /** Another incident was found to be the same one and merged into this one. */
  | { readonly type: 'incident-joined'; readonly at: number; readonly from: string; readonly number: number; readonly day: string }
  | { readonly type: 'incident-closed'; readonly at: number; readonly outcome: string; readonly note: string; readonly mergedInto: string | null }
  | { readonly type: 'incident-reopened'; readonly at: number; readonly because: string; /** Null when units are on it. */ readonly sendDueAt: number | null; readonly was: { readonly status: 'closed' | 'handed-over'; readonly agency: string; readonly outcome: string | null; readonly note: string; readonly mergedInto: string | null } }
  | { readonly type: 'command-undone'; readonly at: number; readonly command: string; /** The type of its chief event. */ readonly what: string; /** How many notes and pictures are withdrawn with it. */ readonly notes: number }
