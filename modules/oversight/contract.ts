/** What other rooms and the apps may know about looks at the past 回放: what is asked, what is shown, what is written down. */
import { Type, type Static } from 'typebox'
import { At, CommandIdOf, Id, Nullable, Path } from '#kernel/contract.ts'
import { IncidentView, LogLine } from '#modules/dispatch/contract.ts'
import { UnitKind } from '#modules/units/contract.ts'

export const Reason = Type.String({ minLength: 2, maxLength: 500, pattern: '\\S.*\\S', description: 'why; written to the journal before anything is shown' })

/** A look at the past: exactly one of units, an agency (all of it that were on duty) and an incident (those that were sent to it). */
export const NewPlayback = Type.Object(
  {
    commandId: CommandIdOf,
    from: At,
    to: At,
    reason: Reason,
    units: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 200, uniqueItems: true })),
    agency: Type.Optional(Path),
    incident: Type.Optional(Id),
  },
  { additionalProperties: false },
)
export type NewPlayback = Static<typeof NewPlayback>

/** Longest looks: at several units, and at a single one. */
export const hoursMax = 24
export const daysMaxOfOneUnit = 31

export const PlaybackUnit = Type.Object({
  id: Id,
  handle: Type.Integer({ description: 'the number that stands for this unit in positions' }),
  callSign: Type.String(),
  kind: UnitKind,
  agency: Path,
  shifts: Type.Array(Type.Tuple([At, Nullable(At)]), { description: 'from, to (null: still on duty) of the shifts that touch the window; outside them there are no positions' }),
})
export type PlaybackUnit = Static<typeof PlaybackUnit>

export const PlaybackView = Type.Object({
  id: Id,
  from: At,
  to: At,
  reason: Type.String(),
  agency: Nullable(Path),
  incident: Nullable(Id),
  openedAt: At,
  until: Type.Number({ description: 'after this instant it gives nothing more; milliseconds since 1970 UTC' }),
  keptSince: Type.Number({ description: 'older positions of some of these units are gone by their agency’s retention; milliseconds since 1970 UTC' }),
  fixes: Type.Integer({ description: 'about how many positions these are: of many units, reckoned from some of them' }),
  units: Type.Array(PlaybackUnit),
})
export type PlaybackView = Static<typeof PlaybackView>

const Row = (description: string) => Type.Array(Type.Integer(), { description })

/** Positions of one unit as rows of whole numbers of one length, oldest first. In `t`, `lon` and `lat` the first is whole, each other what it adds to the one before. */
export const PlaybackTrack = Type.Object({
  handle: Type.Integer(),
  t: Row('milliseconds since the window’s beginning'),
  lon: Row('10⁻⁶ degrees'),
  lat: Row('10⁻⁶ degrees'),
  speed: Row('0.1 km/h; −1 where the receiver did not say'),
  course: Row('degrees; −1 where the receiver did not say'),
  flagged: Row('places in the rows of impossible jumps: kept, never shown as the unit’s place'),
})
export type PlaybackTrack = Static<typeof PlaybackTrack>

export const PlaybackPositions = Type.Object({
  tracks: Type.Array(PlaybackTrack),
  done: Type.Integer({ description: 'units that are complete' }),
  of: Type.Integer({ description: 'units in all' }),
  next: Nullable(Type.String({ description: 'ask for `after` it; null: that was all' })),
})
export type PlaybackPositions = Static<typeof PlaybackPositions>

/** An entry of the journal, about an incident, a unit, a message, a call, a fence or a closed road, as the caller may read it. */
export const PlaybackEntry = Type.Object({ ...LogLine.properties, stream: Type.String() })
export type PlaybackEntry = Static<typeof PlaybackEntry>

export const PlaybackEvents = Type.Object({
  items: Type.Array(PlaybackEntry),
  next: Nullable(Type.Integer({ description: 'ask for `after` it; null: that was all' })),
})
export type PlaybackEvents = Static<typeof PlaybackEvents>

/** Incidents that were open in some moment of the window, with the steps of their orders, by their opening. */
export const PlaybackIncidents = Type.Object({
  items: Type.Array(IncidentView),
  next: Nullable(Type.String({ description: 'ask for `after` it; null: that was all' })),
})
export type PlaybackIncidents = Static<typeof PlaybackIncidents>

export const ExportFormat = Type.Union([Type.Literal('gpx'), Type.Literal('geojson'), Type.Literal('csv')])
export type ExportFormat = Static<typeof ExportFormat>

export const NewExport = Type.Object({ commandId: CommandIdOf, format: ExportFormat, reason: Reason }, { additionalProperties: false })

/** Who looked at what, and why: for auditors, of their part of the tree. */
export const LookView = Type.Object({
  id: Id,
  openedAt: At,
  actor: Type.String(),
  reason: Type.String(),
  from: At,
  to: At,
  agency: Nullable(Path),
  incident: Nullable(Id),
  units: Type.Array(Id, { description: 'units of the caller’s part of the tree that were looked at' }),
  exports: Type.Integer(),
})
export type LookView = Static<typeof LookView>

/**
 * Events of a look. Streams are `playback/ID`; each is written once for every agency whose units are looked at, with those
 * units, so that every part of the tree finds the looks at its own.
 */
export type OversightEvent =
  | {
      readonly type: 'playback-opened'
      readonly at: number
      readonly from: number
      readonly to: number
      readonly reason: string
      readonly units: readonly string[]
      readonly asked: { readonly agency: string } | { readonly incident: string } | 'units'
      readonly until: number
    }
  | { readonly type: 'playback-exported'; readonly at: number; readonly format: ExportFormat; readonly reason: string }
  | { readonly type: 'playback-ended'; readonly at: number }
