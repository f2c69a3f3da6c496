/**
 * The basemap's features: what is drawn, in which layer, from which zoom, under which names.
 *
 * Layers: water (areas), waterway (lines), landuse, building, rail, road, boundary, place, poi. `README.md` lists their fields.
 */
import { coordinatesOf, isClosed, labelPointOf, polygonsOf, squareMetersOf, type Polygon } from './areas.ts'
import { indexNodes, type NodeIndex } from './node-index.ts'
import { namesOf } from './names.ts'
import type { OsmData, OsmWay, Tags } from './pbf.ts'
import { placeZooms, poiOf } from './poi.ts'

export const layers = ['landuse', 'water', 'waterway', 'boundary', 'building', 'rail', 'road', 'place', 'poi'] as const
export type Layer = (typeof layers)[number]
export const ZOOM_MAX = 15

export type MapFeature = {
  readonly layer: Layer
  readonly zoomMin: number
  readonly properties: Readonly<Record<string, string | number>>
  readonly geometry:
    | { readonly type: 'Point'; readonly coordinates: readonly [number, number] }
    | { readonly type: 'LineString'; readonly coordinates: readonly (readonly [number, number])[] }
    | { readonly type: 'MultiPolygon'; readonly coordinates: readonly Polygon[] }
}

const roadZooms: Readonly<Record<string, number>> = {
  motorway: 5, trunk: 6, primary: 8, secondary: 10, tertiary: 11, unclassified: 12, residential: 12, living_street: 12, motorway_link: 10, trunk_link: 11,
  primary_link: 12, secondary_link: 12, tertiary_link: 13, road: 12, service: 13, busway: 13, track: 13, pedestrian: 13, footway: 14, path: 14, steps: 15,
  cycleway: 14, bridleway: 14, platform: 15, construction: 13,
}

const landuses: Readonly<Record<string, string>> = {
  'landuse=residential': 'residential', 'landuse=commercial': 'commercial', 'landuse=retail': 'commercial', 'landuse=industrial': 'industrial',
  'landuse=railway': 'railway', 'landuse=military': 'military', 'landuse=cemetery': 'cemetery', 'landuse=construction': 'construction', 'landuse=quarry': 'industrial',
  'landuse=forest': 'wood', 'natural=wood': 'wood', 'natural=scrub': 'scrub', 'natural=heath': 'scrub', 'landuse=orchard': 'farmland', 'landuse=vineyard': 'farmland',
  'landuse=farmland': 'farmland', 'landuse=farmyard': 'farmland', 'landuse=allotments': 'farmland', 'landuse=plant_nursery': 'farmland', 'landuse=greenhouse_horticulture': 'farmland',
  'landuse=grass': 'grass', 'landuse=meadow': 'grass', 'landuse=village_green': 'grass', 'landuse=recreation_ground': 'park', 'natural=grassland': 'grass',
  'landuse=greenfield': 'grass', 'landuse=brownfield': 'construction', 'landuse=flowerbed': 'grass',
  'natural=wetland': 'wetland', 'natural=sand': 'sand', 'natural=beach': 'sand', 'natural=bare_rock': 'rock', 'natural=scree': 'rock',
  'leisure=park': 'park', 'leisure=garden': 'park', 'leisure=playground': 'park', 'leisure=nature_reserve': 'wood', 'leisure=golf_course': 'grass',
  'leisure=pitch': 'pitch', 'leisure=stadium': 'pitch', 'leisure=sports_centre': 'pitch', 'leisure=track': 'pitch',
  'amenity=school': 'school', 'amenity=kindergarten': 'school', 'amenity=university': 'school', 'amenity=college': 'school', 'amenity=hospital': 'hospital',
  'amenity=clinic': 'hospital', 'amenity=parking': 'parking', 'amenity=prison': 'military', 'aeroway=aerodrome': 'industrial', 'place=square': 'pedestrian',
  'highway=pedestrian': 'pedestrian', 'man_made=bridge': 'pedestrian', 'man_made=pier': 'pedestrian', 'railway=platform': 'pedestrian', 'power=plant': 'industrial', 'power=substation': 'industrial',
}
const landuseKeys = ['landuse', 'leisure', 'amenity', 'natural', 'aeroway', 'power', 'place', 'man_made', 'highway', 'railway']

function landuseOf(tags: Tags): string | undefined {
  for (const key of landuseKeys) {
    const kind = landuses[`${key}=${tags[key]}`]
    if (kind) return kind
  }
  return undefined
}
const waterOf = (tags: Tags): string | undefined =>
  tags.natural === 'water' ? (tags.water ?? 'water')
  : tags.waterway === 'riverbank' || tags.waterway === 'dock' ? tags.waterway
  : tags.landuse === 'reservoir' || tags.landuse === 'basin' ? tags.landuse
  : tags.leisure === 'swimming_pool' ? 'swimming_pool'
  : undefined

const areaKeys = ['building', 'landuse', 'leisure', 'amenity', 'natural', 'shop', 'tourism', 'office', 'aeroway', 'place', 'power', 'healthcare', 'historic', 'craft', 'public_transport']
/** Whether a closed way is an area, and not a loop of something. */
export function isArea(tags: Tags): boolean {
  if (tags.area === 'yes' || tags.type === 'multipolygon') return true
  if (tags.area === 'no') return false
  if (tags['building:part']) return true
  if (tags.highway || tags.barrier) return false
  if (tags.natural === 'coastline') return false
  return areaKeys.some((key) => tags[key]) || tags.waterway === 'riverbank' || tags.waterway === 'dock' || tags.man_made === 'bridge' || tags.man_made === 'pier' || tags.railway === 'platform' || tags.railway === 'station'
}

/** The zoom from which an area is at least a few pixels large. */
function zoomForArea(squareMeters: number, lowest: number): number {
  const side = Math.sqrt(Math.max(squareMeters, 1))
  // a tile of 512 px is 40,075 km wide at zoom 0; 6 px is the least worth drawing
  const zoom = Math.ceil(Math.log2((40_075_017 * 6) / (512 * side)))
  return Math.min(ZOOM_MAX, Math.max(lowest, zoom))
}

type Properties = Record<string, string | number>

function withNames(tags: Tags, properties: Properties): Properties {
  const names = namesOf(tags)
  if (!names) return properties
  properties.name = names.name
  if (names.nameEn && names.nameEn !== names.name) properties.name_en = names.nameEn
  if (names.nameZh && names.nameZh !== names.name) properties.name_zh = names.nameZh
  return properties
}

const flag = (value: string | undefined) => value !== undefined && value !== 'no'

/** Everything to draw. O(size of the file). */
export function featuresOf(data: OsmData, index: NodeIndex = indexNodes(data.nodeIds)): MapFeature[] {
  const features: MapFeature[] = []
  const points = coordinatesOf(data, index)
  const wayById = new Map<number, OsmWay>(data.ways.map((way) => [way.id, way]))

  const addPoint = (tags: Tags, at: readonly [number, number]) => {
    if (tags.place && tags.name && placeZooms[tags.place] !== undefined) {
      const properties: Properties = { kind: tags.place }
      const population = Number(tags.population)
      if (population > 0) properties.population = population
      features.push({ layer: 'place', zoomMin: placeZooms[tags.place]!, properties: withNames(tags, properties), geometry: { type: 'Point', coordinates: at } })
      return
    }
    const poi = poiOf(tags)
    if (!poi || (!tags.name && poi.rank > 1)) return
    const zoomMin = [12, 13, 14, 15, 15][poi.rank]!
    features.push({ layer: 'poi', zoomMin, properties: withNames(tags, { kind: poi.kind, class: poi.detail, rank: poi.rank }), geometry: { type: 'Point', coordinates: at } })
  }

  const addArea = (tags: Tags, polygons: Polygon[]) => {
    const outers = polygons.filter((polygon) => polygon[0]!.length >= 4)
    if (outers.length === 0) return
    const sizes = outers.map((polygon) => squareMetersOf(polygon[0]!))
    const size = sizes.reduce((sum, each) => sum + each, 0)
    const geometry = { type: 'MultiPolygon', coordinates: outers } as const
    const water = waterOf(tags)
    const landuse = landuseOf(tags)
    if (flag(tags.building) || flag(tags['building:part'])) {
      const properties: Properties = { kind: tags.building ?? 'part' }
      const levels = Number(tags['building:levels'])
      const height = Number.parseFloat(tags.height ?? '') || (levels > 0 ? levels * 3 : 0)
      if (height > 0) properties.height = height
      features.push({ layer: 'building', zoomMin: zoomForArea(size, 13), properties: withNames(tags, properties), geometry })
    } else if (water) features.push({ layer: 'water', zoomMin: zoomForArea(size, 4), properties: withNames(tags, { kind: water }), geometry })
    else if (landuse) features.push({ layer: 'landuse', zoomMin: zoomForArea(size, 7), properties: { kind: landuse }, geometry })
    if (tags.name) addPoint(tags, labelPointOf(outers[sizes.indexOf(Math.max(...sizes))]![0]!))
  }

  for (const [node, tags] of data.nodeTags) addPoint(tags, [data.nodeLonLat[2 * node]! / 1e7, data.nodeLonLat[2 * node + 1]! / 1e7])

  for (const way of data.ways) {
    const { tags } = way
    if (isClosed(way) && isArea(tags)) {
      const ring = points(way.refs)
      if (ring.length >= 4) addArea(tags, [[ring]])
      if (!tags.highway) continue
    }
    const kind = tags.highway ?? (tags.railway === 'platform' ? 'platform' : undefined)
    const line = () => ({ type: 'LineString', coordinates: points(way.refs) }) as const
    if (kind !== undefined && roadZooms[kind] !== undefined) {
      const properties: Properties = { class: kind.replace('_link', '') }
      if (kind.endsWith('_link')) properties.link = 1
      if (tags.ref) properties.ref = tags.ref
      if (tags.service) properties.service = tags.service
      const oneWay = tags.oneway ?? (tags.junction === 'roundabout' || kind === 'motorway' ? 'yes' : undefined)
      if (oneWay === 'yes' || oneWay === '1' || oneWay === 'true') properties.oneway = 1
      if (oneWay === '-1' || oneWay === 'reverse') properties.oneway = -1
      if (flag(tags.bridge)) properties.bridge = 1
      if (flag(tags.tunnel)) properties.tunnel = 1
      if (tags.access === 'private' || tags.access === 'no') properties.private = 1
      const minor = kind === 'service' && (tags.service === 'parking_aisle' || tags.service === 'driveway')
      features.push({ layer: 'road', zoomMin: minor ? 14 : roadZooms[kind]!, properties: withNames(tags, properties), geometry: line() })
    }
    const rail = tags.railway
    if (rail && ['rail', 'light_rail', 'subway', 'tram', 'monorail', 'narrow_gauge', 'funicular'].includes(rail)) {
      const properties: Properties = { class: rail }
      if (tags.service) properties.service = tags.service
      if (flag(tags.bridge)) properties.bridge = 1
      if (flag(tags.tunnel)) properties.tunnel = 1
      const zoomMin = tags.service ? 13 : rail === 'rail' ? 8 : 11
      features.push({ layer: 'rail', zoomMin, properties: withNames(tags, properties), geometry: line() })
    }
    if (tags.waterway && ['river', 'canal', 'stream', 'drain', 'ditch'].includes(tags.waterway)) {
      const properties: Properties = { kind: tags.waterway }
      if (flag(tags.tunnel)) properties.tunnel = 1
      const zoomMin = tags.waterway === 'river' ? 7 : tags.waterway === 'canal' ? 10 : 13
      features.push({ layer: 'waterway', zoomMin, properties: withNames(tags, properties), geometry: line() })
    }
  }

  // administrative borders: each way once, at the highest level it divides
  const levels = new Map<number, number>()
  for (const relation of data.relations) {
    const { tags } = relation
    if (tags.type === 'multipolygon' && isArea(tags)) addArea(tags, polygonsOf(relation, wayById, points))
    if (tags.boundary !== 'administrative') continue
    const level = Number(tags.admin_level)
    if (!(level >= 2 && level <= 10)) continue
    for (const member of relation.members) {
      if (member.type === 'way') levels.set(member.ref, Math.min(levels.get(member.ref) ?? 99, level))
    }
  }
  for (const [id, level] of levels) {
    const way = wayById.get(id)
    if (!way) continue
    const zoomMin = level <= 4 ? 3 : level <= 6 ? 7 : level <= 8 ? 10 : 12
    features.push({ layer: 'boundary', zoomMin, properties: { admin_level: level }, geometry: { type: 'LineString', coordinates: points(way.refs) } })
  }
  return features.filter(({ geometry }) => geometry.type !== 'LineString' || geometry.coordinates.length >= 2)
}
