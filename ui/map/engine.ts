/**
 * The map itself: MapLibre with the town's tiles and what stands on them, and over it a canvas with the units. Lives outside
 * React; `town-map.tsx` hands it what to show. It draws units where their glides are, as often as anybody can see a difference.
 */
import { addProtocol, Map as MapLibreMap, setWorkerUrl, type GeoJSONSource, type PointLike, type StyleSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { Protocol } from 'pmtiles'
import { crowdCanvas } from './crowd-canvas.ts'
import { placeAt, redrawMs, type Glide } from './glide.ts'
import { drawMark, markRatio } from './marks.ts'
import { overlayLayers, overlaySources, pointable, type OverlayOptions } from './overlay.ts'
import { basemapStyle, type BasemapOptions } from './style.ts'
import {
  closureFeatures, doubtFeatures, drawingFeatures, fenceFeatures, incidentFeatures, reachFeatures, lineFeature, noDoubts, noFeatures, pointFeatures, stationFeatures,
  trailFeatures,
  type MapClosure, type MapDoubts, type MapFence, type MapIncident, type MapReach, type MapStation, type MapThing, type MapTrail, type MapUnit, type Place,
} from './things.ts'

setWorkerUrl(workerUrl)
addProtocol('pmtiles', new Protocol().tile)

export type Look = BasemapOptions & OverlayOptions

export type Scene = {
  readonly units: readonly MapUnit[]
  readonly incidents: readonly MapIncident[]
  readonly stations: readonly MapStation[]
  readonly selected: MapThing | null
  readonly route: readonly Place[]
  readonly measure: readonly Place[]
  /** Closed roads. */
  readonly closures: readonly MapClosure[]
  /** Electronic fences, also one that is being drawn. */
  readonly fences: readonly MapFence[]
  /** Areas reached in some minutes. */
  readonly reach: readonly MapReach[]
  /** Where the map may be wrong. */
  readonly doubts: MapDoubts
  /** A closure that is being drawn, or the places that a tool was given. */
  readonly drawing: { readonly points: readonly Place[]; readonly as: 'points' | 'line' | 'area' }
  /** Where a new incident would be. */
  readonly draft: Place | null
}

export type View = { readonly lon: number; readonly lat: number; readonly zoom: number }
export type Bounds = readonly [west: number, south: number, east: number, north: number]

export type MapEvents = {
  readonly onClick: (thing: MapThing | null, at: Place) => void
  readonly onHover: (thing: MapThing | null, x: number, y: number) => void
  readonly onContext: (thing: MapThing | null, at: Place, x: number, y: number) => void
  /** The camera came to rest. */
  readonly onView: (view: View, bounds: Bounds, byPerson: boolean) => void
  readonly onTrouble: (message: string) => void
  /** Units are drawn in another way than before: what a key has to explain. */
  readonly onUnitsAs?: (as: UnitsAs) => void
}

export type UnitsAs = 'signs' | 'dots' | 'clusters'

export type TownMapEngine = {
  setLook(look: Look): void
  setScene(scene: Scene): void
  /** Where units came from; none are drawn until it is told. */
  setTrails(trails: readonly MapTrail[]): void
  /** Positions changed in `glides`. */
  moved(): void
  goTo(view: Partial<View>, options?: { readonly padding?: Padding; readonly instant?: boolean }): void
  fit(bounds: Bounds, options?: { readonly padding?: number; readonly instant?: boolean }): void
  zoomBy(step: number): void
  setCursor(cursor: string): void
  placeOf(thing: MapThing): Place | null
  metersPerPixel(): number
  resize(): void
  destroy(): void
}
export type Padding = { readonly top?: number; readonly right?: number; readonly bottom?: number; readonly left?: number }

const hoverPixels = 12
const clickPixels = 24 // half of a 48 px hit area

export function createTownMap(
  container: HTMLElement,
  start: { readonly view: View | null; readonly bounds: Bounds | null; readonly look: Look; readonly label: string },
  glides: ReadonlyMap<number, Glide>,
  now: () => number,
  events: MapEvents,
): TownMapEngine {
  let look = start.look
  let scene: Scene = { units: [], incidents: [], stations: [], selected: null, route: [], measure: [], closures: [], fences: [], reach: [], doubts: noDoubts, drawing: { points: [], as: 'points' }, draft: null }
  let trails: readonly MapTrail[] = []
  let incidentsById = new Map<string, MapIncident>()
  let redrawTimer = 0
  let drawing = 0
  let isReady = false
  /** What the sources hold: nothing is handed over again because a unit changed its state. */
  let put: Partial<Scene> = {}
  let haloOf: MapThing | null = null
  /** How long a drawing of the units takes; a machine without a graphics card is slow. */
  let drawMs = 5
  let unitsAs: UnitsAs = 'signs'

  const map = new MapLibreMap({
    container,
    style: wholeStyle(look),
    ...(start.view ? { center: [start.view.lon, start.view.lat], zoom: start.view.zoom } : {}),
    ...(!start.view && start.bounds ? { bounds: [start.bounds[0], start.bounds[1], start.bounds[2], start.bounds[3]], fitBoundsOptions: { padding: 32 } } : {}),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxPitch: 0,
    maxZoom: 19,
    minZoom: 3,
    fadeDuration: 0, // a fade draws the map again and again after every move of a unit
    locale: { 'Map.Title': start.label },
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  const crowd = crowdCanvas(map.getCanvasContainer(), glides)
  if (import.meta.env.DEV || new URLSearchParams(location.search).has('probe')) Object.assign(container, { map, drawn: crowd.drawn })

  const source = (id: string) => map.getSource<GeoJSONSource>(id)
  const hand = (id: string, features: GeoJSON.FeatureCollection) => void source(id)?.setData(features)

  const putScene = () => {
    const before = put
    put = scene
    const isNew = (part: keyof Scene) => before[part] !== scene[part]
    if (isNew('incidents')) hand('incidents', incidentFeatures(scene.incidents, look.theme))
    if (isNew('stations')) hand('stations', stationFeatures(scene.stations, look.theme))
    if (isNew('reach')) hand('reach', reachFeatures(scene.reach))
    if (isNew('closures')) hand('closures', closureFeatures(scene.closures))
    if (isNew('fences')) hand('fences', fenceFeatures(scene.fences))
    if (isNew('doubts')) hand('doubts', doubtFeatures(scene.doubts))
    if (isNew('drawing')) hand('drawing', drawingFeatures(scene.drawing.points, scene.drawing.as))
    if (isNew('route')) hand('route', lineFeature(scene.route))
    if (isNew('measure')) {
      hand('measure', lineFeature(scene.measure))
      hand('measure-points', pointFeatures(scene.measure))
    }
    if (isNew('draft')) hand('draft', scene.draft ? pointFeatures([scene.draft]) : noFeatures)
    const chosen = scene.selected?.kind === 'unit' ? null : scene.selected // a unit's is drawn with the units
    if (isNew('incidents') || chosen?.id !== haloOf?.id) {
      const place = chosen ? placeOfThing(chosen, now()) : null
      hand('halo', place ? pointFeatures([place], { kind: chosen!.kind }) : noFeatures)
      haloOf = chosen
    }
    drawSoon()
  }
  /** A changed style starts with empty sources. */
  const putAll = () => {
    put = {}
    haloOf = null
    putScene()
    hand('trails', trailFeatures(trails))
  }

  const drawUnits = () => {
    const from = performance.now()
    const { lng, lat } = map.getCenter()
    const { x, y } = map.project([lng, lat])
    const { clientWidth: width, clientHeight: height } = container
    const selected = scene.selected?.kind === 'unit' ? scene.selected.id : null
    const how = { theme: look.theme, units: look.shown.units, calls: look.shown.calls && look.shown.incidents, words: look.words }
    const fastest = crowd.draw(scene.units, incidentsById, { lon: lng, lat, zoom: map.getZoom(), x, y, width, height }, now(), how, selected)
    drawMs += (performance.now() - from - drawMs) * 0.2
    const { dots, clusters } = crowd.drawn()
    const as = clusters > 0 ? 'clusters' : dots > 0 ? 'dots' : 'signs'
    if (as !== unitsAs) events.onUnitsAs?.((unitsAs = as))
    window.clearTimeout(redrawTimer)
    redrawTimer = 0
    const wait = redrawMs(fastest)
    if (wait < Infinity) redrawTimer = window.setTimeout(drawSoon, Math.max(wait, drawMs * 4))
  }
  /** With the next frame, however often it is asked for. */
  const drawSoon = () => {
    if (drawing !== 0) return
    drawing = requestAnimationFrame(() => {
      drawing = 0
      drawUnits()
    })
  }

  const placeOfThing = (thing: MapThing, at: number): Place | null => {
    if (thing.kind === 'unit') {
      const unit = scene.units.find(({ id }) => id === thing.id)
      const glide = unit && glides.get(unit.handle)
      return glide ? placeAt(glide, at) : null
    }
    const still = thing.kind === 'incident' ? incidentsById.get(thing.id) : scene.stations.find(({ id }) => id === thing.id)
    return still ? [still.lon, still.lat] : null
  }

  /** The nearest thing within reach of the pointer, a unit before an incident before a station; drops are pointed at by their head, not their tip. */
  const thingAt = (x: number, y: number, reach: number): MapThing | null => {
    const box: [PointLike, PointLike] = [[x - reach, y - reach], [x + reach, y + reach]]
    const layers = pointable.filter((id) => map.getLayer(id))
    const found = crowd.unitAt(x, y, reach)
    let best: MapThing | null = found ? { kind: 'unit', id: found.unit.id } : null
    let bestDistance = found?.distance ?? Infinity
    for (const feature of map.queryRenderedFeatures(box, { layers })) {
      if (feature.geometry.type !== 'Point') continue
      const [lon, lat] = feature.geometry.coordinates as [number, number] // points have two
      const spot = map.project([lon, lat])
      const isDrop = feature.layer.id === 'incidents'
      const distance = Math.hypot(spot.x - x, spot.y - (isDrop ? 22 : 0) - y) + (isDrop ? 2 : 4)
      if (distance < bestDistance) {
        bestDistance = distance
        best = { kind: isDrop ? 'incident' : 'station', id: String(feature.properties['id']) }
      }
    }
    return best
  }

  map.setMissingStyleImageResolver((id) => {
    const image = drawMark(id)
    if (image && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: markRatio })
  })
  map.on('style.load', () => {
    isReady = true
    putAll()
  })
  // in the same frame as the map, so that units do not swim over it
  let isElsewhere = false
  map.on('move', () => void (isElsewhere = true))
  map.on('render', () => {
    if (!isElsewhere) return
    isElsewhere = false
    drawUnits()
  })
  map.on('resize', drawSoon)
  map.on('error', ({ error }) => events.onTrouble(error.message))

  map.on('click', (event) => {
    const cluster = crowd.clusterAt(event.point.x, event.point.y)
    if (cluster) {
      map.easeTo({ center: map.unproject([cluster.x, cluster.y]), zoom: map.getZoom() + 2 })
      return
    }
    events.onClick(thingAt(event.point.x, event.point.y, clickPixels), [event.lngLat.lng, event.lngLat.lat])
  })
  map.on('contextmenu', (event) => {
    event.preventDefault()
    events.onContext(thingAt(event.point.x, event.point.y, hoverPixels), [event.lngLat.lng, event.lngLat.lat], event.point.x, event.point.y)
  })
  let hovered: string | null = null
  let hoverWaits = false
  map.on('mousemove', (event) => {
    if (hoverWaits) return
    hoverWaits = true
    requestAnimationFrame(() => {
      hoverWaits = false
      if (map.isMoving()) return
      const thing = thingAt(event.point.x, event.point.y, hoverPixels)
      const name = thing ? `${thing.kind}/${thing.id}` : null
      if (name === hovered) return
      hovered = name
      map.getCanvas().style.cursor = cursor || (thing ? 'pointer' : '')
      const place = thing ? placeOfThing(thing, now()) : null
      const spot = place ? map.project([place[0], place[1]]) : event.point
      events.onHover(thing, spot.x, spot.y)
    })
  })
  const unhover = () => {
    if (hovered === null) return
    hovered = null
    events.onHover(null, 0, 0)
  }
  map.on('mouseout', unhover)
  map.on('movestart', unhover)
  let cursor = ''

  const sayView = (byPerson: boolean) => {
    const { lng, lat } = map.getCenter()
    const bounds = map.getBounds()
    events.onView({ lon: lng, lat, zoom: map.getZoom() }, [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()], byPerson)
  }
  map.on('moveend', (event) => sayView('originalEvent' in event && event.originalEvent !== undefined))
  map.on('load', () => sayView(false))

  const resizer = new ResizeObserver(() => map.resize())
  resizer.observe(container)

  return {
    setLook(next) {
      if (next === look) return
      look = next
      map.setStyle(wholeStyle(next))
      // a wholly new one says 'style.load' later
      if (map.isStyleLoaded() || source('incidents')) putAll()
      drawSoon()
    },
    setScene(next) {
      scene = next
      incidentsById = new Map(next.incidents.map((incident) => [incident.id, incident]))
      // a double click ends an outline: it does not zoom meanwhile
      if (next.drawing.as === 'points') map.doubleClickZoom.enable()
      else map.doubleClickZoom.disable()
      if (isReady) putScene()
    },
    setTrails(next) {
      if (trails.length === 0 && next.length === 0) return
      trails = next
      if (isReady) hand('trails', trailFeatures(next))
    },
    moved() {
      crowd.moved()
      drawSoon()
    },
    goTo(view, options = {}) {
      map.easeTo({
        ...(view.lon !== undefined && view.lat !== undefined ? { center: [view.lon, view.lat] } : {}),
        ...(view.zoom === undefined ? {} : { zoom: view.zoom }),
        ...(options.padding ? { padding: { top: 0, right: 0, bottom: 0, left: 0, ...options.padding }, retainPadding: false } : {}),
        duration: options.instant ? 0 : 350,
      })
    },
    fit(bounds, options = {}) {
      map.fitBounds([bounds[0], bounds[1], bounds[2], bounds[3]], { padding: options.padding ?? 48, maxZoom: 16.5, duration: options.instant ? 0 : 400 })
    },
    zoomBy: (step) => void map.easeTo({ zoom: map.getZoom() + step, duration: 180 }),
    setCursor(next) {
      cursor = next
      map.getCanvas().style.cursor = next
    },
    placeOf: (thing) => placeOfThing(thing, now()),
    metersPerPixel: () => (40_075_016.7 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom()),
    resize: () => void map.resize(),
    destroy() {
      window.clearTimeout(redrawTimer)
      cancelAnimationFrame(drawing)
      resizer.disconnect()
      crowd.remove()
      map.remove()
    },
  }
}

function wholeStyle(look: Look): StyleSpecification {
  const base = basemapStyle(look)
  return { ...base, sources: { ...base.sources, ...overlaySources(look) }, layers: [...base.layers, ...overlayLayers(look)] }
}

