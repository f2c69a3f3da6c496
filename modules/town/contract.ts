/** What other rooms and the apps may know about the town: its map and its names. */
import { Type, type Static } from 'typebox'
import { At, Id, Latitude, Longitude, Nullable } from '#kernel/contract.ts'

export const TownView = Type.Object({
  /** False until a map has been imported. */
  ready: Type.Boolean(),
  name: Nullable(Type.String()),
  version: Nullable(Type.String({ description: 'changes with every import; part of the tile address' })),
  bounds: Nullable(Type.Array(Type.Number(), { minItems: 4, maxItems: 4, description: 'west, south, east, north' })),
  importedAt: Nullable(At),
  dataAt: Nullable(At),
  attribution: Type.String(),
  nodes: Nullable(Type.Integer()),
  edges: Nullable(Type.Integer()),
  places: Nullable(Type.Integer()),
  demo: Nullable(Type.Union([Type.Literal('guixi'), Type.Literal('portland')])),
  timeZone: Type.String({ description: 'IANA name; the town’s own time' }),
  districts: Type.Boolean({ description: 'whether patrol districts can be fetched: /api/town/districts' }),
})
export type TownView = Static<typeof TownView>

export const PlaceKind = Type.Union([
  Type.Literal('street'),
  Type.Literal('crossing'),
  Type.Literal('place'),
  Type.Literal('poi'),
])

/** Something with a name and a point 地点. `name` is the local name; `nameEn` the map's English one, else a Chinese name's pinyin, else null. */
export const PlaceView = Type.Object({
  id: Id,
  kind: PlaceKind,
  name: Type.String(),
  nameEn: Nullable(Type.String()),
  detail: Nullable(Type.String({ description: 'OpenStreetMap’s own class: "residential", "amenity=bank"' })),
  lon: Longitude,
  lat: Latitude,
  distanceMeters: Nullable(Type.Number()),
})
export type PlaceView = Static<typeof PlaceView>

/** A point said in words: `贵溪大道/冶金大道路口`, `雄石路，距沿河路口 120 米`. */
export const SpokenPlace = Type.Object({
  text: Type.String(),
  textEn: Type.String(),
  distanceMeters: Nullable(Type.Number({ description: 'from the named street; null when nothing is near' })),
})
export type SpokenPlace = Static<typeof SpokenPlace>

export const ImportView = Type.Object({
  id: Id,
  file: Type.String(),
  bytes: Type.Integer(),
  status: Type.Union([Type.Literal('running'), Type.Literal('done'), Type.Literal('failed'), Type.Literal('cancelled')]),
  step: Type.String({ description: 'reading | graph | basemap | gazetteer | installing' }),
  share: Type.Number({ minimum: 0, maximum: 1 }),
  startedAt: At,
  endedAt: Nullable(At),
  problem: Nullable(Type.Object({ code: Type.String(), because: Type.String() })),
  report: Nullable(
    Type.Object({
      nodes: Type.Integer(),
      edges: Type.Integer(),
      turnRestrictions: Type.Integer(),
      largestComponentShare: Type.Number(),
      places: Type.Integer(),
      seconds: Type.Number(),
    }),
  ),
})
export type ImportView = Static<typeof ImportView>
