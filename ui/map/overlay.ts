/** What is laid over the basemap: sources and layers for incidents, stations, lines. Units are on a canvas of their own (crowd-canvas.ts). Pure data. */
import type { ExpressionSpecification, LayerSpecification, SourceSpecification } from 'maplibre-gl'
import { palettes, type MapTheme, type Palette } from './palette.ts'
import { boldFont, textFont } from './style.ts'
import { noFeatures } from './things.ts'

export type OverlayOptions = {
  readonly theme: MapTheme
  /** Outlines of the patrol districts, where there are any. */
  readonly districts: GeoJSON.FeatureCollection | null
  readonly shown: { readonly districts: boolean; readonly fences: boolean; readonly units: boolean; readonly incidents: boolean; readonly stations: boolean; readonly calls: boolean }
  /** Said in clusters of units. */
  readonly words: { readonly free: string }
}

/** Layers that can be pointed at, the topmost first. */
export const pointable = ['incidents', 'stations'] as const

const data = (more: object = {}): SourceSpecification => ({ type: 'geojson', data: noFeatures, ...more }) as SourceSpecification // a literal of that shape

export function overlaySources({ districts }: Pick<OverlayOptions, 'districts'>): Record<string, SourceSpecification> {
  return {
    districts: districts === null ? data() : data({ data: districts }),
    reach: data(),
    closures: data(),
    fences: data(),
    doubts: data(),
    drawing: data(),
    route: data(),
    measure: data(),
    'measure-points': data(),
    trails: data(),
    stations: data(),
    incidents: data(),
    halo: data(),
    draft: data(),
  }
}

/** By how far a road is from what the map says. */
const doubtWidth: ExpressionSpecification = ['match', ['get', 'rank'], 1, 3, 2, 4.5, 6.5]

const byTone = (palette: Palette): ExpressionSpecification =>
  ['match', ['get', 'tone'], 'free', palette.tones.free, 'busy', palette.tones.busy, 'en-route', palette.tones['en-route'], 'on-scene', palette.tones['on-scene'], palette.tones.rest]

const byFence = (palette: Palette): ExpressionSpecification => ['match', ['get', 'look'], 'alarm', palette.tones.panic, 'draft', palette.tones.busy, 'call', palette.tones['en-route'], palette.labelStrong]
const fenceWidth: ExpressionSpecification = ['case', ['any', ['==', ['get', 'alarming'], 1], ['==', ['get', 'chosen'], 1]], 3, 1.25]

export function overlayLayers({ theme, shown }: OverlayOptions): LayerSpecification[] {
  const palette = palettes[theme]
  const halo = { 'text-halo-color': palette.halo, 'text-halo-width': 1.8 }
  const visible = (is: boolean) => ({ visibility: is ? ('visible' as const) : ('none' as const) })
  return [
    {
      id: 'districts', type: 'line', source: 'districts', layout: { 'line-join': 'round', ...visible(shown.districts) },
      paint: { 'line-color': palette.boundary, 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.8, 15, 2], 'line-dasharray': [4, 2, 1, 2] },
    },
    {
      id: 'district-names', type: 'symbol', source: 'districts', minzoom: 11, layout: { ...visible(shown.districts), 'text-field': ['get', 'district'], 'text-font': textFont, 'text-size': 12, 'text-letter-spacing': 0.12, 'text-padding': 12 },
      paint: { 'text-color': palette.label, ...halo },
    },
    // one hue, the nearer the denser; the line says it too: solid, dashed, dotted
    {
      id: 'reach', type: 'fill', source: 'reach',
      paint: { 'fill-color': palette.tones['en-route'], 'fill-opacity': ['match', ['get', 'rank'], 1, 0.2, 2, 0.13, 0.09] },
    },
    ...([[1, [1]], [2, [5, 2]], [3, [1.5, 2]]] as const).map(([rank, dashes]): LayerSpecification => ({
      id: `reach-edge-${rank}`, type: 'line', source: 'reach', filter: ['==', ['get', 'rank'], rank], layout: { 'line-join': 'round' },
      paint: { 'line-color': palette.tones['en-route'], 'line-width': 2, 'line-opacity': 0.9, ...(dashes.length > 1 ? { 'line-dasharray': [...dashes] } : {}) },
    })),
    // thin, so that streets are read through it; who has to take note of it is drawn solid and in the colour of alarms
    {
      id: 'fences', type: 'fill', source: 'fences', layout: visible(shown.fences),
      paint: { 'fill-color': byFence(palette), 'fill-opacity': ['case', ['==', ['get', 'chosen'], 1], 0.16, 0.08] },
    },
    {
      id: 'fence-edges', type: 'line', source: 'fences', filter: ['==', ['get', 'look'], 'alarm'], layout: { 'line-join': 'round', ...visible(shown.fences) },
      paint: { 'line-color': byFence(palette), 'line-width': fenceWidth },
    },
    {
      id: 'fence-quiet-edges', type: 'line', source: 'fences', filter: ['!=', ['get', 'look'], 'alarm'], layout: { 'line-join': 'round', ...visible(shown.fences) },
      paint: { 'line-color': byFence(palette), 'line-width': fenceWidth, 'line-dasharray': [5, 2] },
    },
    {
      id: 'fence-names', type: 'symbol', source: 'fences', minzoom: 11, layout: { ...visible(shown.fences), 'text-field': ['get', 'name'], 'text-font': textFont, 'text-size': 12, 'text-max-width': 8, 'text-padding': 4 },
      paint: { 'text-color': byFence(palette), ...halo },
    },
    {
      id: 'closure-areas', type: 'fill', source: 'closures', filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': palette.tones.busy, 'fill-opacity': 0.1 },
    },
    {
      id: 'closure-area-edges', type: 'line', source: 'closures', filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'line-color': palette.tones.busy, 'line-width': 1.5, 'line-dasharray': [3, 2] },
    },
    // a barrier pole: light and dark in turn, so that it is seen without its colour
    {
      id: 'closure-edge', type: 'line', source: 'closures', filter: ['==', ['geometry-type'], 'LineString'], layout: { 'line-cap': 'butt' },
      paint: { 'line-color': palette.edge, 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 5, 16, 13] },
    },
    {
      id: 'closures', type: 'line', source: 'closures', filter: ['==', ['geometry-type'], 'LineString'], layout: { 'line-cap': 'butt' },
      paint: { 'line-color': palette.tones.busy, 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 3, 16, 9] },
    },
    {
      id: 'closure-bars', type: 'line', source: 'closures', filter: ['==', ['geometry-type'], 'LineString'], layout: { 'line-cap': 'butt' },
      paint: { 'line-color': palette.edge, 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 3, 16, 9], 'line-dasharray': [0.6, 0.8] },
    },
    // each direction on its own side; slower solid, faster dashed, the farther off the broader
    {
      id: 'doubt-chosen', type: 'line', source: 'doubts', filter: ['all', ['==', ['geometry-type'], 'LineString'], ['==', ['get', 'chosen'], 1]], layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.ink, 'line-width': 13, 'line-offset': 3, 'line-opacity': 0.85 },
    },
    {
      id: 'doubt-edge', type: 'line', source: 'doubts', filter: ['==', ['geometry-type'], 'LineString'], layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.edge, 'line-width': ['+', 3, doubtWidth], 'line-offset': 3 },
    },
    {
      id: 'doubt-slower', type: 'line', source: 'doubts', filter: ['==', ['get', 'kind'], 'slower'], layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.tones.busy, 'line-width': doubtWidth, 'line-offset': 3 },
    },
    {
      id: 'doubt-faster', type: 'line', source: 'doubts', filter: ['==', ['get', 'kind'], 'faster'], layout: { 'line-join': 'round' },
      paint: { 'line-color': palette.tones['en-route'], 'line-width': doubtWidth, 'line-offset': 3, 'line-dasharray': [1.6, 0.9] },
    },
    {
      id: 'doubt-places', type: 'circle', source: 'doubts', filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': ['case', ['==', ['get', 'chosen'], 1], 11, 7], 'circle-color': ['match', ['get', 'kind'], 'no-road', palette.tones['on-scene'], palette.paper],
        'circle-stroke-color': ['case', ['==', ['get', 'chosen'], 1], palette.ink, palette.tones['on-scene']], 'circle-stroke-width': 3,
      },
    },
    {
      id: 'route-edge', type: 'line', source: 'route', layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.edge, 'line-width': 9, 'line-opacity': 0.9 },
    },
    {
      id: 'route', type: 'line', source: 'route', layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.ink, 'line-width': 3.6 },
    },
    {
      id: 'trails-edge', type: 'line', source: 'trails', layout: { 'line-cap': 'round', 'line-join': 'round', ...visible(shown.units) },
      paint: { 'line-color': palette.edge, 'line-width': 5, 'line-opacity': 0.7 },
    },
    {
      id: 'trails', type: 'line', source: 'trails', layout: { 'line-cap': 'round', 'line-join': 'round', ...visible(shown.units) },
      paint: { 'line-color': byTone(palette), 'line-width': 2.4, 'line-opacity': 0.85 },
    },
    {
      id: 'stations', type: 'symbol', source: 'stations', minzoom: 9,
      layout: {
        ...visible(shown.stations), 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'text-optional': true,
        'text-field': ['step', ['zoom'], '', 12.5, ['get', 'name']], 'text-font': textFont, 'text-size': 11, 'text-anchor': 'top', 'text-offset': [0, 0.95], 'text-max-width': 9,
      },
      paint: { 'text-color': palette.labelStrong, ...halo },
    },
    {
      id: 'halo-incident', type: 'circle', source: 'halo', filter: ['==', ['get', 'kind'], 'incident'],
      paint: { 'circle-radius': 27, 'circle-translate': [0, -21], 'circle-color': palette.ink, 'circle-opacity': 0.12, 'circle-stroke-color': palette.ink, 'circle-stroke-width': 2.5 },
    },
    {
      id: 'alarms', type: 'circle', source: 'incidents', filter: ['==', ['get', 'alarming'], 1], layout: visible(shown.incidents),
      paint: { 'circle-radius': 24, 'circle-translate': [0, -21], 'circle-color': palette.tones.panic, 'circle-opacity': 0.16, 'circle-stroke-color': palette.tones.panic, 'circle-stroke-width': 2 },
    },
    {
      id: 'incidents', type: 'symbol', source: 'incidents',
      layout: {
        ...visible(shown.incidents), 'icon-image': ['get', 'icon'], 'icon-anchor': 'bottom', 'icon-offset': [0, 2], 'icon-allow-overlap': true, 'icon-ignore-placement': false, 'symbol-sort-key': ['get', 'order'],
        'text-optional': true, 'text-field': ['step', ['zoom'], '', 12, ['concat', '#', ['get', 'label']]], 'text-font': boldFont, 'text-size': 11, 'text-anchor': 'top', 'text-offset': [0, 0.25],
      },
      paint: { 'text-color': palette.ink, ...halo },
    },
    {
      id: 'measure', type: 'line', source: 'measure', layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.ink, 'line-width': 2, 'line-dasharray': [2, 2] },
    },
    {
      id: 'measure-points', type: 'circle', source: 'measure-points',
      paint: { 'circle-radius': 4, 'circle-color': palette.paper, 'circle-stroke-color': palette.ink, 'circle-stroke-width': 2 },
    },
    {
      id: 'drawing-area', type: 'fill', source: 'drawing', filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': palette.tones.busy, 'fill-opacity': 0.16 },
    },
    {
      id: 'drawing-line', type: 'line', source: 'drawing', filter: ['!=', ['geometry-type'], 'Point'], layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.tones.busy, 'line-width': 3, 'line-dasharray': [2, 1.5] },
    },
    {
      id: 'drawing-points', type: 'circle', source: 'drawing', filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-radius': 5, 'circle-color': palette.paper, 'circle-stroke-color': palette.tones.busy, 'circle-stroke-width': 3 },
    },
    {
      id: 'draft', type: 'symbol', source: 'draft',
      layout: { 'icon-image': `${theme}|draft`, 'icon-anchor': 'bottom', 'icon-offset': [0, 2], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
  ]
}
