/**
 * The basemap's look: from the town's tiles, the theme and the language to a MapLibre style. Muted on purpose: the
 * map is the room, what stands in it is the work. No glyph server: names are drawn from the machine's own fonts.
 */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import { palettes, type MapTheme, type Palette } from './palette.ts'

export type BasemapOptions = {
  /** The PMTiles archive, or null while no map was imported: then there is only the ground. */
  readonly tiles: string | null
  readonly attribution: string
  readonly theme: MapTheme
  readonly language: 'zh-CN' | 'en'
  readonly buildings: boolean
  readonly labels: boolean
  readonly pois: boolean
}

const fonts = ['system-ui', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', 'sans-serif']
export const textFont: string[] = fonts
/** The map engine reads the weight from the first name; no font is called so, and the next one is drawn bold. */
export const boldFont: string[] = ['Gengfu Bold', ...fonts]

/** Names in the interface's language, else what the map has. */
export const nameIn = (language: 'zh-CN' | 'en'): ExpressionSpecification =>
  language === 'en' ? ['coalesce', ['get', 'name_en'], ['get', 'name'], ''] : ['coalesce', ['get', 'name_zh'], ['get', 'name'], '']

export function basemapStyle(options: BasemapOptions): StyleSpecification {
  const palette = palettes[options.theme]
  const ground: LayerSpecification = { id: 'ground', type: 'background', paint: { 'background-color': palette.land } }
  if (!options.tiles) return { version: 8, sources: {}, layers: [ground] }
  return {
    version: 8,
    sources: { town: { type: 'vector', url: `pmtiles://${options.tiles}`, attribution: options.attribution } },
    layers: [ground, ...areas(palette, options.buildings), ...roads(palette), ...(options.labels ? names(palette, options) : [])],
  }
}

const layer = (spec: Omit<Extract<LayerSpecification, { source: string }>, 'source'> & { 'source-layer': string }): LayerSpecification =>
  ({ source: 'town', ...spec }) as LayerSpecification // `source` completes it

/** The tiles' fields are listed in `gateways/osm/features.ts`: roads have a `class` (and `link`), the others a `kind`. */
const isClass = (...classes: string[]): ExpressionSpecification => ['match', ['get', 'class'], classes, true, false]
const isKind = (...kinds: string[]): ExpressionSpecification => ['match', ['get', 'kind'], kinds, true, false]
const isLink: ExpressionSpecification = ['has', 'link']

function areas(palette: Palette, buildings: boolean): LayerSpecification[] {
  const green = isKind('park', 'wood', 'grass', 'farmland', 'cemetery', 'scrub', 'pitch', 'wetland')
  return [
    layer({ id: 'landuse', type: 'fill', 'source-layer': 'landuse', filter: ['!', green], paint: { 'fill-color': palette.built } }),
    layer({ id: 'green', type: 'fill', 'source-layer': 'landuse', filter: green, paint: { 'fill-color': palette.green } }),
    layer({ id: 'water', type: 'fill', 'source-layer': 'water', paint: { 'fill-color': palette.water } }),
    layer({
      id: 'waterway', type: 'line', 'source-layer': 'waterway', filter: ['!', ['has', 'tunnel']],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': palette.water,
        'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 10, ['match', ['get', 'kind'], ['river', 'canal'], 1.6, 0.4], 14, ['match', ['get', 'kind'], ['river', 'canal'], 6, 1.5], 18, ['match', ['get', 'kind'], ['river', 'canal'], 32, 6]],
      },
    }),
    layer({ id: 'boundary', type: 'line', 'source-layer': 'boundary', paint: { 'line-color': palette.boundary, 'line-width': 1, 'line-dasharray': [4, 3] } }),
    ...(buildings
      ? [layer({
          id: 'building', type: 'fill', 'source-layer': 'building', minzoom: 14,
          paint: { 'fill-color': palette.building, 'fill-outline-color': palette.buildingEdge, 'fill-opacity': ['interpolate', ['linear'], ['zoom'], 14, 0, 15, 1] },
        })]
      : []),
  ]
}

/** Classes of road from the widest to the narrowest, with their width in px at zoom 10, 14 and 18. */
const roadClasses: readonly { readonly id: string; readonly classes: string[]; readonly widths: [number, number, number]; readonly tint: 'main' | 'road' | 'minor'; readonly minzoom: number }[] = [
  { id: 'path', classes: ['footway', 'path', 'cycleway', 'steps', 'track', 'bridleway', 'platform'], widths: [0.3, 0.8, 2.5], tint: 'minor', minzoom: 14 },
  { id: 'service', classes: ['service', 'pedestrian', 'living_street', 'busway', 'construction'], widths: [0.3, 1.6, 9], tint: 'minor', minzoom: 12.5 },
  { id: 'street', classes: ['residential', 'unclassified', 'road'], widths: [0.6, 2.6, 15], tint: 'road', minzoom: 10.5 },
  { id: 'tertiary', classes: ['tertiary'], widths: [0.9, 3.6, 19], tint: 'road', minzoom: 9 },
  { id: 'secondary', classes: ['secondary'], widths: [1.2, 4.6, 22], tint: 'main', minzoom: 7 },
  { id: 'primary', classes: ['primary'], widths: [1.5, 5.4, 25], tint: 'main', minzoom: 6 },
  { id: 'trunk', classes: ['trunk', 'motorway'], widths: [1.8, 6.4, 28], tint: 'main', minzoom: 5 },
]

/** Ramps are half as wide as the road they lead to. */
const widthOf = ([far, middle, near]: readonly [number, number, number], more = 0): ExpressionSpecification => {
  const width = (pixels: number, edge: number): ExpressionSpecification => ['case', isLink, pixels / 2 + edge, pixels + edge]
  return ['interpolate', ['exponential', 1.5], ['zoom'], 10, width(far, more / 2), 14, width(middle, more), 18, width(near, more * 1.5)]
}

function roads(palette: Palette): LayerSpecification[] {
  const casings = roadClasses.filter(({ id }) => id !== 'path').map(({ id, classes, widths, minzoom }) =>
    layer({
      id: `road-${id}-edge`, type: 'line', 'source-layer': 'road', minzoom: Math.max(minzoom, 12), filter: isClass(...classes),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.roadEdge, 'line-width': widthOf(widths, 1.6) },
    }))
  const fills = roadClasses.map(({ id, classes, widths, tint, minzoom }) =>
    layer({
      id: `road-${id}`, type: 'line', 'source-layer': 'road', minzoom, filter: isClass(...classes),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': tint === 'main' ? palette.roadMain : tint === 'road' ? palette.road : palette.roadMinor,
        'line-width': widthOf(widths),
        ...(id === 'path' ? { 'line-dasharray': [2, 1.5] } : {}),
      },
    }))
  const rails: LayerSpecification[] = [
    layer({ id: 'rail', type: 'line', 'source-layer': 'rail', minzoom: 9, paint: { 'line-color': palette.rail, 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.8, 16, 2] } }),
    layer({ id: 'rail-ties', type: 'line', 'source-layer': 'rail', minzoom: 13, paint: { 'line-color': palette.rail, 'line-width': ['interpolate', ['linear'], ['zoom'], 13, 3, 16, 6], 'line-dasharray': [0.35, 4] } }),
  ]
  return [...casings, ...rails, ...fills]
}

function names(palette: Palette, options: BasemapOptions): LayerSpecification[] {
  const text = nameIn(options.language)
  const halo = { 'text-halo-color': palette.halo, 'text-halo-width': 1.4 }
  return [
    layer({
      id: 'road-arrows', type: 'symbol', 'source-layer': 'road', minzoom: 16,
      filter: ['match', ['to-string', ['get', 'oneway']], ['1', 'true', 'yes', '-1'], true, false],
      layout: { 'symbol-placement': 'line', 'symbol-spacing': 120, 'text-field': ['match', ['to-string', ['get', 'oneway']], '-1', '‹', '›'], 'text-font': boldFont, 'text-size': 14, 'text-keep-upright': false, 'text-padding': 1 },
      paint: { 'text-color': palette.label, 'text-opacity': 0.55 },
    }),
    layer({
      id: 'water-name', type: 'symbol', 'source-layer': 'water', minzoom: 12, filter: ['has', 'name'],
      layout: { 'text-field': text, 'text-font': textFont, 'text-size': 12, 'text-letter-spacing': 0.15, 'text-max-width': 6, 'symbol-placement': 'point' },
      paint: { 'text-color': palette.waterLabel, ...halo, 'text-halo-color': palette.water },
    }),
    layer({
      id: 'waterway-name', type: 'symbol', 'source-layer': 'waterway', minzoom: 12.5, filter: ['has', 'name'],
      layout: { 'symbol-placement': 'line', 'symbol-spacing': 400, 'text-field': text, 'text-font': textFont, 'text-size': 12, 'text-letter-spacing': 0.3, 'text-max-angle': 35 },
      paint: { 'text-color': palette.waterLabel, ...halo, 'text-halo-color': palette.water },
    }),
    layer({
      id: 'road-name-minor', type: 'symbol', 'source-layer': 'road', minzoom: 14.5,
      filter: ['!', isClass('motorway', 'trunk', 'primary', 'secondary', 'tertiary')],
      layout: { 'symbol-placement': 'line', 'symbol-spacing': 320, 'text-field': text, 'text-font': textFont, 'text-size': 11, 'text-padding': 6, 'text-max-angle': 30 },
      paint: { 'text-color': palette.label, ...halo },
    }),
    layer({
      id: 'road-name', type: 'symbol', 'source-layer': 'road', minzoom: 12,
      filter: isClass('motorway', 'trunk', 'primary', 'secondary', 'tertiary'),
      layout: { 'symbol-placement': 'line', 'symbol-spacing': 380, 'text-field': text, 'text-font': textFont, 'text-size': ['interpolate', ['linear'], ['zoom'], 12, 11, 17, 13.5], 'text-padding': 8, 'text-max-angle': 30 },
      paint: { 'text-color': palette.labelStrong, ...halo },
    }),
    ...(options.pois
      ? [layer({
          id: 'poi-name', type: 'symbol', 'source-layer': 'poi', minzoom: 14,
          // what helps somebody who sends help is named first, the shops only close up
          filter: ['all', ['has', 'name'], ['<=', ['get', 'rank'], ['step', ['zoom'], 0, 15, 1, 16, 4]]],
          layout: { 'symbol-sort-key': ['get', 'rank'],  'text-field': text, 'text-font': textFont, 'text-size': 11, 'text-max-width': 8, 'text-padding': 8, 'text-variable-anchor': ['center', 'top', 'bottom'] },
          paint: { 'text-color': palette.label, ...halo },
        })]
      : []),
    layer({
      id: 'place-name', type: 'symbol', 'source-layer': 'place', filter: ['!', isKind('city', 'town', 'county')], minzoom: 11,
      layout: { 'text-field': text, 'text-font': textFont, 'text-size': ['interpolate', ['linear'], ['zoom'], 11, 11, 15, 13], 'text-max-width': 7, 'text-padding': 8 },
      paint: { 'text-color': palette.labelStrong, ...halo, 'text-opacity': 0.9 },
    }),
    layer({
      id: 'town-name', type: 'symbol', 'source-layer': 'place', filter: isKind('city', 'town', 'county'), maxzoom: 14,
      layout: { 'text-field': text, 'text-font': boldFont, 'text-size': ['interpolate', ['linear'], ['zoom'], 8, 12, 13, 17], 'text-letter-spacing': 0.06 },
      paint: { 'text-color': palette.labelStrong, ...halo, 'text-halo-width': 2 },
    }),
  ]
}
