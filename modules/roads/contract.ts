/** What other rooms and the apps may know of travel by road: modes, arrivals, ways, areas reached, closures. */
import { Type, type Static } from 'typebox'
import { At, CommandIdOf, Crs, Id, Latitude, Longitude, Nullable, Path } from '#kernel/contract.ts'
import { UnitKind, UnitState } from '#modules/units/contract.ts'

/** How somebody travels: `bike` is a motorcycle or e-bike, `emergency` a patrol car on an emergency. */
export const TravelMode = Type.Union([Type.Literal('car'), Type.Literal('emergency'), Type.Literal('bike'), Type.Literal('foot')])
export type TravelMode = Static<typeof TravelMode>

/** Which engine answered: one that was prepared for this very moment, or a search on the streets as they are. Both are exact. */
export const EngineName = Type.Union([Type.Literal('planned'), Type.Literal('live')])

const Line = Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), { description: 'lon, lat' })

export const RouteStep = Type.Object({
  turn: Type.Union([
    Type.Literal('depart'), Type.Literal('straight'), Type.Literal('slight-left'), Type.Literal('left'), Type.Literal('sharp-left'),
    Type.Literal('slight-right'), Type.Literal('right'), Type.Literal('sharp-right'), Type.Literal('u-turn'), Type.Literal('arrive'),
  ]),
  street: Nullable(Type.String()),
  streetEn: Nullable(Type.String()),
  seconds: Type.Number(),
  meters: Type.Number(),
  lon: Longitude,
  lat: Latitude,
})
export const RouteView = Type.Object({
  seconds: Type.Number(),
  meters: Type.Number(),
  geometry: Line,
  steps: Type.Array(RouteStep),
  engine: EngineName,
  snappedFromMeters: Type.Number({ description: 'from the point asked for to the road where the way begins' }),
  snappedToMeters: Type.Number({ description: 'from the road where the way ends to the point asked for' }),
})
export type RouteView = Static<typeof RouteView>

export const MatrixPoint = Type.Object({ id: Type.Optional(Type.String({ maxLength: 100 })), lon: Longitude, lat: Latitude }, { additionalProperties: false })
export const NewMatrix = Type.Object({
  mode: Type.Optional(TravelMode),
  from: Type.Array(MatrixPoint, { minItems: 1, maxItems: 1000 }),
  to: Type.Array(MatrixPoint, { minItems: 1, maxItems: 1000 }),
  crs: Type.Optional(Crs),
}, { additionalProperties: false })
const Cells = Type.Array(Type.Array(Nullable(Type.Number())), { description: 'row by row; null where there is no way' })
export const MatrixView = Type.Object({ from: Type.Array(Type.String()), to: Type.Array(Type.String()), seconds: Cells, meters: Cells, engine: EngineName })
export type MatrixView = Static<typeof MatrixView>

export const Direction = Type.Union([Type.Literal('from'), Type.Literal('to')])
/** Areas reached, the largest first, as GeoJSON. */
export const IsochroneView = Type.Object({
  type: Type.Literal('FeatureCollection'),
  features: Type.Array(
    Type.Object({
      type: Type.Literal('Feature'),
      properties: Type.Object({ minutes: Type.Number(), seconds: Type.Number(), mode: TravelMode, direction: Direction, roadMeters: Type.Number() }),
      geometry: Type.Object({ type: Type.Literal('MultiPolygon'), coordinates: Type.Array(Type.Array(Line)) }),
    }),
  ),
  at: At,
  sources: Type.Integer({ description: 'from how many places' }),
  closures: Type.Integer({ description: 'closures in force that were counted' }),
})
export type IsochroneView = Static<typeof IsochroneView>

const Position = Type.Array(Type.Number({ minimum: -180, maximum: 180 }), { minItems: 2, maxItems: 2 })
export const DrawnShape = Type.Union([
  Type.Object({ type: Type.Literal('Point'), coordinates: Position }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('LineString'), coordinates: Type.Array(Position, { minItems: 2, maxItems: 500 }) }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('Polygon'), coordinates: Type.Array(Type.Array(Position, { minItems: 4, maxItems: 500 }), { minItems: 1, maxItems: 20 }) }, { additionalProperties: false }),
])
export type DrawnShape = Static<typeof DrawnShape>

export const NewClosure = Type.Object({
  commandId: CommandIdOf,
  agency: Type.Optional(Path),
  geometry: DrawnShape,
  reason: Type.String({ minLength: 1, maxLength: 200 }),
  modes: Type.Optional(Type.Array(TravelMode, { minItems: 1, maxItems: 4, description: 'car, emergency and bike when absent' })),
  until: Type.Optional(Nullable(At)),
}, { additionalProperties: false })
/** A road that is closed 封路: nobody passes, who stands inside may leave, who must go inside may enter. */
export const ClosureView = Type.Object({
  id: Id,
  agency: Path,
  geometry: DrawnShape,
  lines: Type.Array(Line, { description: 'the closed stretches on the road; a cut is a short piece of it' }),
  streets: Type.Array(Type.String()),
  edges: Type.Integer({ description: 'pieces of road concerned on the present map' }),
  reason: Type.String(),
  modes: Type.Array(TravelMode),
  createdAt: At,
  createdBy: Type.String(),
  until: Nullable(At),
  liftedAt: Nullable(At),
})
export type ClosureView = Static<typeof ClosureView>

export const NearestUnits = Type.Object({
  at: At,
  items: Type.Array(Type.Object({ unit: Id, callSign: Type.String(), kind: UnitKind, state: UnitState, mode: TravelMode, seconds: Type.Number(), meters: Type.Number(), fixAt: At })),
})
export type NearestUnits = Static<typeof NearestUnits>

/** Somebody or something that could travel. */
export type Traveller = {
  readonly id: string
  readonly lon: number
  readonly lat: number
  readonly mode: TravelMode
  /** Never faster than this, whatever the roads allow. */
  readonly metersPerSecondMax?: number
}
export type Arrival = { readonly id: string; readonly seconds: number; readonly meters: number }
export type ArrivalsAsked = {
  /** Only so many, the first to arrive; of those who come at once the shorter way, then the lower id. */
  readonly countMax?: number
  /** Only those who are there by then. */
  readonly secondsMax?: number
  /** As if nothing were closed. */
  readonly openRoads?: boolean
}

/** An e-bike takes a motorcycle's roads, but is never faster than the law lets it be. */
const eBikeMetersPerSecond = 25 / 3.6

/** By what a unit of a kind travels, and how fast at most; a patrol car, where it is urgent, as an emergency. */
export function travelOf(kind: UnitKind, isUrgent = false): { readonly mode: TravelMode; readonly metersPerSecondMax?: number } {
  if (kind === 'foot') return { mode: 'foot' }
  if (kind === 'car') return { mode: isUrgent ? 'emergency' : 'car' }
  return kind === 'e-bike' ? { mode: 'bike', metersPerSecondMax: eBikeMetersPerSecond } : { mode: 'bike' }
}

/** How long somebody takes who is never faster than a limit, on a way that the roads allow to be gone in so many seconds. */
export const secondsWithin = (metersPerSecondMax: number | undefined, seconds: number, meters: number): number =>
  metersPerSecondMax === undefined ? seconds : Math.max(seconds, meters / metersPerSecondMax)

/** Travel by road, as other rooms ask for it. Computed in workers on the town's graph. */
export type Roads = {
  /** Exact travel from each traveller to the place. Those who cannot get there are missing from the answer. Fastest first. */
  arrivals(to: { lon: number; lat: number }, travellers: readonly Traveller[], asked?: ArrivalsAsked): Promise<readonly Arrival[]>
  /** The way itself; undefined when there is none. */
  way(from: { lon: number; lat: number }, to: { lon: number; lat: number }, mode: TravelMode): Promise<RouteView | undefined>
  /** Closures in force. */
  closureCount(): number
}

/** What the journal keeps. */
export type ClosureEvent =
  | {
      readonly type: 'road-closed'
      readonly at: number
      readonly geometry: DrawnShape
      readonly reason: string
      readonly modes: readonly TravelMode[]
      readonly until: number | null
    }
  | { readonly type: 'road-opened'; readonly at: number }

// ——— learned speeds ———

const ModeLearned = Type.Object({
  mode: TravelMode,
  drives: Type.Number({ description: 'pieces of road driven; old ones count for less' }),
  arcs: Type.Integer({ description: 'pieces of road, each direction for itself, that were driven' }),
  coveredShare: Type.Number({ description: 'of the length open to the mode, 0 … 1' }),
  doubted: Type.Integer(),
})
export const SpeedsView = Type.Object({
  used: Type.Boolean(),
  ready: Type.Boolean({ description: 'false until what was learned is read and estimated' }),
  learnedUntil: Nullable(At),
  at: At,
  hour: Type.Integer({ description: 'of the week, 0 is Monday 00:00–01:00 by the town’s clock' }),
  modes: Type.Array(ModeLearned),
})
export type SpeedsView = Static<typeof SpeedsView>

/** A time as a share of the map's, with the interval in which it lies 19 times of 20. */
const Ratio = Type.Object({ ratio: Type.Number(), low: Type.Number(), high: Type.Number() })
export const DoubtView = Type.Object({
  id: Type.String({ description: 'of the piece of road in one direction' }),
  mode: TravelMode,
  kind: Type.Union([Type.Literal('slower'), Type.Literal('faster')]),
  street: Nullable(Type.String()),
  streetEn: Nullable(Type.String()),
  ...Ratio.properties,
  drives: Type.Number(),
  mapKmh: Type.Number(),
  learnedKmh: Type.Number(),
  meters: Type.Number(),
  line: Line,
})
export type DoubtView = Static<typeof DoubtView>
/** Where drives left the known roads: a road, a gate or a direction that the map lacks. */
export const OffMapView = Type.Object({
  why: Type.Union([Type.Literal('no-road'), Type.Literal('no-way')]),
  lon: Longitude,
  lat: Latitude,
  drives: Type.Integer(),
  days: Type.Integer(),
})
export type OffMapView = Static<typeof OffMapView>
export const DoubtsView = Type.Object({ at: At, roads: Type.Array(DoubtView), places: Type.Array(OffMapView) })
export type DoubtsView = Static<typeof DoubtsView>

export const ArcSpeedsView = Type.Object({
  id: Type.String(),
  mode: TravelMode,
  mapKmh: Type.Number(),
  hours: Type.Array(Type.Object({ ...Ratio.properties, drives: Type.Number() }), { minItems: 168, maxItems: 168 }),
})
export type ArcSpeedsView = Static<typeof ArcSpeedsView>

export type SpeedsEvent =
  | { readonly type: 'road-speeds-switched'; readonly at: number; readonly used: boolean }
  | { readonly type: 'road-speeds-forgotten'; readonly at: number }

/** A drive to an incident, from setting out to arriving or giving up. */
export type Drive = {
  /** The unit's short number. */
  readonly unit: number
  readonly mode: TravelMode
  readonly from: number
  readonly to: number
}
export type DriveFix = {
  readonly ms: number
  readonly lon: number
  readonly lat: number
  readonly accuracyMeters: number | null
  readonly headingDegrees: number | null
  readonly metersPerSecond: number | null
}
