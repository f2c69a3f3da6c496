/** What other rooms and the apps may know of patrol: fences, and what happened at them. */
import { Type, type Static } from 'typebox'
import { At, CommandIdOf, Id, Nullable, Path } from '#kernel/contract.ts'
import { UnitKind } from '#modules/units/contract.ts'

const LonLat = Type.Array(Type.Number({ minimum: -180, maximum: 180 }), { minItems: 2, maxItems: 2, description: 'lon, lat' })

/** The outline of a fence: a GeoJSON polygon, holes allowed; a GeoJSON point with a radius, a circle; or a GeoJSON line with a width, a route. */
export const FenceOutline = Type.Union([
  Type.Object({ type: Type.Literal('Polygon'), coordinates: Type.Array(Type.Array(LonLat, { maxItems: 2000 }), { minItems: 1, maxItems: 20 }) }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('Point'), coordinates: LonLat, radiusMeters: Type.Number({ exclusiveMinimum: 0, maximum: 100_000 }) }, { additionalProperties: false }),
  Type.Object(
    { type: Type.Literal('LineString'), coordinates: Type.Array(LonLat, { minItems: 2, maxItems: 2000 }), widthMeters: Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: 'of the whole, half of it on either side' }) },
    { additionalProperties: false },
  ),
])
export type FenceOutline = Static<typeof FenceOutline>

/** For whom a fence is: units of its agency and below; all of them, those of some kinds, or some by name. */
export const AppliesTo = Type.Union([
  Type.Object({ to: Type.Literal('all') }, { additionalProperties: false }),
  Type.Object({ to: Type.Literal('kinds'), kinds: Type.Array(UnitKind, { minItems: 1, maxItems: 4 }) }, { additionalProperties: false }),
  Type.Object({ to: Type.Literal('units'), units: Type.Array(Id, { minItems: 1, maxItems: 200 }) }, { additionalProperties: false }),
])
export type AppliesTo = Static<typeof AppliesTo>

/** What a fence tells. */
export const FenceTells = Type.Object(
  {
    enter: Type.Boolean(),
    leave: Type.Boolean(),
    staySeconds: Nullable(Type.Integer({ minimum: 60, maximum: 86_400, description: 'inside for so long: told once a stay' })),
    speedLimitKmh: Nullable(Type.Integer({ minimum: 5, maximum: 200 })),
    overSeconds: Type.Integer({ minimum: 0, maximum: 255, description: 'over the limit for so long before it is told' }),
  },
  { additionalProperties: false },
)
export type FenceTells = Static<typeof FenceTells>

const ClockTime = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: '22:00, in the town’s time' })
/** When a fence tells: on these days from one time of day to another; a time that is not later lies on the day after. */
export const FenceHours = Type.Object(
  { days: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7, description: '1 Monday … 7 Sunday, by the day it begins' }), from: ClockTime, until: ClockTime },
  { additionalProperties: false },
)
export type FenceHours = Static<typeof FenceHours>

/** `alarm`: a dispatcher has to take note of each; `quiet`: in the list and the log only, as is what a fix showed that came more than ten minutes late. */
export const FenceSeverity = Type.Union([Type.Literal('alarm'), Type.Literal('quiet')])
export type FenceSeverity = Static<typeof FenceSeverity>

/** A place to visit: a unit that is inside for so long has visited it. Null: it is none. */
export const FenceVisit = Nullable(Type.Integer({ minimum: 10, maximum: 7_200 }))

const drawn = {
  name: Type.String({ minLength: 1, maxLength: 60 }),
  geometry: FenceOutline,
  appliesTo: AppliesTo,
  tells: FenceTells,
  hours: Nullable(FenceHours),
  severity: FenceSeverity,
  visitSeconds: Type.Optional(FenceVisit),
}
const FenceDrawing = Type.Object(drawn)
/** What somebody drew and decided. */
export type FenceDrawing = Static<typeof FenceDrawing>

export const NewFence = Type.Object(
  {
    commandId: CommandIdOf,
    agency: Type.Optional(Path),
    name: drawn.name,
    geometry: FenceOutline,
    appliesTo: Type.Optional(AppliesTo),
    tells: Type.Optional(FenceTells),
    hours: Type.Optional(Nullable(FenceHours)),
    severity: Type.Optional(FenceSeverity),
    visitSeconds: drawn.visitSeconds,
  },
  { additionalProperties: false },
)
/** What is not said stays as it is, of what it tells too. */
export const ChangeFence = Type.Object({ commandId: CommandIdOf, ...Type.Partial(FenceDrawing).properties, tells: Type.Optional(Type.Partial(FenceTells, { additionalProperties: false })) }, { additionalProperties: false })
export type ChangeFence = Static<typeof ChangeFence>

export const FencePassageKind = Type.Union([Type.Literal('entered'), Type.Literal('left'), Type.Literal('stayed'), Type.Literal('speeding')])
export type FencePassageKind = Static<typeof FencePassageKind>

/** Something that a unit did at a fence. */
export const FenceEventView = Type.Object({
  id: Id,
  fence: Id,
  fenceName: Type.String(),
  agency: Path,
  unit: Id,
  kind: FencePassageKind,
  fixAt: At,
  since: Type.Number({ description: 'entered, left: when the unit was last seen on the other side, so it crossed between `since` and `fixAt`; stayed: since when it is inside; speeding: since when it is too fast' }),
  afterSilence: Type.Boolean({ description: 'nothing was heard of the unit between `since` and `fixAt`' }),
  seconds: Nullable(Type.Integer({ description: 'stayed: for how long it was seen inside' })),
  peakKmh: Nullable(Type.Number({ description: 'speeding: the fastest so far' })),
  severity: FenceSeverity,
  toldAt: At,
  seenAt: Nullable(At),
  seenBy: Nullable(Type.String()),
})
export type FenceEventView = Static<typeof FenceEventView>

/** An electronic fence 电子围栏. */
export const FenceView = Type.Object({
  id: Id,
  agency: Path,
  ...drawn,
  drawnAt: At,
  drawnBy: Type.String(),
  changedAt: At,
  retiredAt: Nullable(At),
  alarms: Type.Array(FenceEventView, { description: 'those of which nobody took note yet, newest first, at most 20' }),
})
export type FenceView = Static<typeof FenceView>

/** A unit on duty was at a place to visit 到点. Which place and when; never where in it. */
export const VisitView = Type.Object({
  fence: Id,
  fenceName: Type.String(),
  unit: Id,
  callSign: Nullable(Type.String({ description: 'null: the unit is retired' })),
  arrivedAt: At,
  leftAt: Nullable(At),
  seenAt: At,
  seconds: Type.Integer({ description: 'from arriving to leaving, or to the last fix while it is there' }),
  fixes: Type.Integer({ description: 'how many fixes say so' }),
})
export type VisitView = Static<typeof VisitView>

const Properties = Type.Optional(Nullable(Type.Record(Type.String(), Type.Unknown())))
/** Fences from a file. Properties that are read: name, radiusMeters, widthMeters, enter, leave, staySeconds, speedLimitKmh, severity. */
export const ImportFences = Type.Object(
  {
    commandId: CommandIdOf,
    agency: Type.Optional(Path),
    geojson: Type.Object({
      type: Type.Literal('FeatureCollection'),
      features: Type.Array(Type.Object({ type: Type.Literal('Feature'), properties: Properties, geometry: Type.Unknown() }), { minItems: 1, maxItems: 500 }),
    }),
  },
  { additionalProperties: false },
)

/** Events of fences, for other rooms' listeners. Streams are `fence/ID`. No place of a unit is in them beyond which fence it was. */
export type FenceEvent =
  | ({ readonly type: 'fence-drawn'; readonly at: number } & FenceDrawing)
  | ({ readonly type: 'fence-changed'; readonly at: number } & FenceDrawing)
  | { readonly type: 'fence-retired'; readonly at: number }
  | { readonly type: 'fence-entered'; readonly at: number; readonly passage: string; readonly unit: string; readonly fixAt: number; readonly since: number; readonly afterSilence: boolean; readonly severity: FenceSeverity }
  | { readonly type: 'fence-left'; readonly at: number; readonly passage: string; readonly unit: string; readonly fixAt: number; readonly since: number; readonly afterSilence: boolean; readonly severity: FenceSeverity }
  | { readonly type: 'fence-stayed'; readonly at: number; readonly passage: string; readonly unit: string; readonly fixAt: number; readonly since: number; readonly seconds: number; readonly severity: FenceSeverity }
  | { readonly type: 'fence-speeding'; readonly at: number; readonly passage: string; readonly unit: string; readonly fixAt: number; readonly since: number; readonly peakKmh: number; readonly severity: FenceSeverity }
  | { readonly type: 'fence-alarm-seen'; readonly at: number; readonly passage: string }
