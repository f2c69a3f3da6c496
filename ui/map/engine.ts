/**
 * The map itself: MapLibre with the town's tiles and what stands on them. Lives outside React; `town-map.tsx` hands
 * it what to show. It draws units where their glides are, as often as anybody can see a difference.
 */
import { addProtocol, Map as MapLibreMap, setWorkerUrl, type GeoJSONSource, type PointLike, type StyleSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { Protocol } from 'pmtiles'
import { placeAt, redrawMs, type Glide } from './glide.ts'
import { drawMark, markRatio } from './marks.ts'
import { overlayLayers, overlaySources, pointable, type OverlayOptions } from './overlay.ts'
import { basemapStyle, type BasemapOptions } from './style.ts'
import {
  callFeatures, closureFeatures, doubtFeatures, drawingFeatures, fenceFeatures, incidentFeatures, reachFeatures, lineFeature, noDoubts, noFeatures, pointFeatures, stationFeatures,
  trailFeatures, unitFeatures,
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
}

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
  let isReady = false
  let hadCalls = false
  /** On the map now: a thousand fences are not handed over again because a unit changed its state. */
  let fencesPut: Scene['fences'] | undefined
  let drawnAt: number | undefined
  /** How long it takes from handing over positions to seeing them; a machine without a graphics card is slow. */
  let drawMs = 20

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
  if (import.meta.env.DEV || new URLSearchParams(location.search).has('probe')) Object.assign(container, { map })

  const source = (id: string) => map.getSource<GeoJSONSource>(id)
  const put = (id: string, features: GeoJSON.FeatureCollection) => void source(id)?.setData(features)

  const putUnits = () => {
    const at = now()
    drawnAt = performance.now()
    put('units', unitFeatures(scene.units, glides, at, look.theme))
    const calls = look.shown.calls ? callFeatures(scene.units, incidentsById, glides, at) : noFeatures
    if (calls.features.length > 0 || hadCalls) put('calls', calls)
    hadCalls = calls.features.length > 0
    if (scene.selected?.kind === 'unit') putHalo(at)
  }
  const putHalo = (at: number) => {
    const place = scene.selected ? placeOfThing(scene.selected, at) : null
    put('halo', place ? pointFeatures([place], { kind: scene.selected!.kind === 'incident' ? 'incident' : 'unit' }) : noFeatures)
  }
  const putScene = () => {
    put('incidents', incidentFeatures(scene.incidents, look.theme))
    put('stations', stationFeatures(scene.stations, look.theme))
    put('reach', reachFeatures(scene.reach))
    put('closures', closureFeatures(scene.closures))
    if (fencesPut !== scene.fences) put('fences', fenceFeatures((fencesPut = scene.fences)))
    put('doubts', doubtFeatures(scene.doubts))
    put('drawing', drawingFeatures(scene.drawing.points, scene.drawing.as))
    put('route', lineFeature(scene.route))
    put('trails', trailFeatures(trails))
    put('measure', lineFeature(scene.measure))
    put('measure-points', pointFeatures(scene.measure))
    put('draft', scene.draft ? pointFeatures([scene.draft]) : noFeatures)
    putHalo(now())
    putUnits()
  }

  /** Draw moving units again when that would be seen, and not while nobody moves or looks. */
  const schedule = () => {
    if (redrawTimer !== 0 || !isReady) return
    const pixelsPerDegree = (512 * 2 ** map.getZoom()) / 360
    const wait = redrawMs(glides.values(), now(), pixelsPerDegree)
    if (wait === Infinity) return
    redrawTimer = window.setTimeout(() => {
      redrawTimer = 0
      if (!document.hidden && look.shown.units) putUnits()
      schedule()
    }, Math.max(wait, Math.min(1000, drawMs * 4), scene.units.length > 400 ? 500 : 0))
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

  /** The nearest thing within reach of the pointer; drops are pointed at by their head, not their tip. */
  const thingAt = (x: number, y: number, reach: number): MapThing | null => {
    const box: [PointLike, PointLike] = [[x - reach, y - reach], [x + reach, y + reach]]
    const layers = pointable.filter((id) => map.getLayer(id))
    let best: MapThing | null = null
    let bestDistance = Infinity
    for (const feature of map.queryRenderedFeatures(box, { layers })) {
      if (feature.geometry.type !== 'Point') continue
      const [lon, lat] = feature.geometry.coordinates as [number, number] // points have two
      const spot = map.project([lon, lat])
      const isDrop = feature.layer.id === 'incidents'
      const distance = Math.hypot(spot.x - x, spot.y - (isDrop ? 22 : 0) - y) + pointable.indexOf(feature.layer.id as (typeof pointable)[number]) * 2
      if (distance < bestDistance) {
        bestDistance = distance
        best = { kind: isDrop ? 'incident' : feature.layer.id === 'units' ? 'unit' : 'station', id: String(feature.properties['id']) }
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
    fencesPut = undefined
    putScene()
    schedule()
  })
  map.on('render', () => {
    if (drawnAt === undefined) return
    drawMs += (performance.now() - drawnAt - drawMs) * 0.2
    drawnAt = undefined
  })
  map.on('error', ({ error }) => events.onTrouble(error.message))

  map.on('click', (event) => {
    const cluster = map.queryRenderedFeatures(event.point, { layers: ['clusters'].filter((id) => map.getLayer(id)) })[0]
    if (cluster && cluster.geometry.type === 'Point') {
      map.easeTo({ center: cluster.geometry.coordinates as [number, number], zoom: map.getZoom() + 2 })
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
      fencesPut = undefined
      // a changed style starts with empty sources; a wholly new one says 'style.load' later
      if (map.isStyleLoaded() || source('units')) putScene()
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
      if (isReady) put('trails', trailFeatures(next))
    },
    moved() {
      if (!isReady) return
      if (redrawTimer === 0) putUnits()
      schedule()
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
      resizer.disconnect()
      map.remove()
    },
  }
}

function wholeStyle(look: Look): StyleSpecification {
  const base = basemapStyle(look)
  return { ...base, sources: { ...base.sources, ...overlaySources(look) }, layers: [...base.layers, ...overlayLayers(look)] }
}

