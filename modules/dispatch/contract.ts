/** What other rooms and the apps may know about dispatch: categories, incidents, assignments, timers. */
import { Type, type Static } from 'typebox'
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

/** One line of an incident's log: the journal's entry, as it is. */
export const LogLine = Type.Object({
  position: Type.Integer(),
  at: At,
  actor: Type.String(),
  type: Type.String(),
  command: Id,
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

export const outcomes = ['settled', 'handed-over', 'unfounded', 'duplicate', 'cancelled-by-caller', 'mistake'] as const
export const Outcome = Type.Union(outcomes.map((outcome) => Type.Literal(outcome)))

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

/** Events of an incident. Streams are `incident/ID`. Other rooms hear them; the log shows them. */
export type DispatchEvent =
  | {
      readonly type: 'incident-opened'
      readonly at: number
      readonly id: string
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
    }
  | { readonly type: 'incident-changed'; readonly at: number; readonly changes: Readonly<Record<string, unknown>> }
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
      /** The next limit that starts with this state, if any. */
      readonly next: { readonly kind: 'move' | 'arrive' | 'settle'; readonly dueAt: number } | null
    }
  | { readonly type: 'limit-passed'; readonly at: number; readonly timer: string; readonly kind: Static<typeof TimerKind>; readonly assignment: string | null; readonly escalation: number; readonly dueAt: number | null }
  | { readonly type: 'limit-seen'; readonly at: number; readonly timer: string }
  | { readonly type: 'note-added'; readonly at: number; readonly text: string }
  | { readonly type: 'picture-added'; readonly at: number; readonly picture: string; readonly mediaType: string; readonly bytes: number; readonly sha256: string; readonly caption: string }
  | { readonly type: 'incident-handed-over'; readonly at: number; readonly to: string }
  | { readonly type: 'incident-closed'; readonly at: number; readonly outcome: string; readonly note: string; readonly mergedInto: string | null }
  | { readonly type: 'incident-reopened'; readonly at: number; readonly because: string; readonly sendDueAt: number }
  | { readonly type: 'command-undone'; readonly at: number; readonly command: string; readonly what: string }
