/** The map with its tools: layers, measuring, hover card, acts at a place, attribution and scale. */
import { useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState, useSyncExternalStore, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '#ui/client.ts'
import { serverNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { useInboxPart } from '#ui/messages/inbox-context.tsx'
import { TownMap } from '#ui/map/town-map.tsx'
import type { Look, MapEvents, Scene, TownMapEngine, UnitsAs } from '#ui/map/engine.ts'
import { lengthMeters, noDoubts, scaleBar, type MapIncident, type MapThing, type MapUnit, type Place } from '#ui/map/things.ts'
import { Empty, Icon, IconButton, useToasts } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useTheme } from '#ui/theme.ts'
import { useFormat } from '#ui/use-format.ts'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { SpokenPlace } from '#modules/town/contract.ts'
import type { Static } from 'typebox'
import { useSession } from '#ui/session.tsx'
import { leaders } from '../messages/provider.tsx'
import { callDrafts } from '../messages/call-drafts.ts'
import { areasOfCalls, callAt, callInArea } from '../messages/reaches.ts'
import { changeView, currentView, selectIncident, selectUnit, useView } from '../router.ts'
import { useMenu } from '../use-menu.ts'
import { mapLayers, type MapLayer } from '../view-state.ts'
import { activeAssignments } from './assignments.ts'
import { boundsOf, closedOutline, emptyFence, outlineOf, ringsOf, withFenceClick, withoutCorner, type FenceDraft } from './fence-draft.ts'
import { FencesPanel } from './fences-panel.tsx'
import { HoverCard } from './hover-card.tsx'
import { nothingDrawn, RoadsPanel, type RoadsDrawn } from './roads-panel.tsx'
import { drawn as withPoint, readTool, withClick, writeTool, type Drawing, type RoadsTool } from './roads-tool.ts'
import { useRoom, useRoomPart } from './room-context.tsx'
import { agencyName, categoryMark } from './words.ts'

export type MapPaneHandle = {
  readonly showIncident: (incident: Pick<IncidentView, 'lon' | 'lat'>) => void
  readonly showUnit: (unit: string) => void
  readonly showPlace: (place: Place) => void
  /** Where a unit is seen now. */
  readonly placeOfUnit: (unit: string) => Place | null
  readonly fitTown: () => void
}

export type MapPaneProps = {
  readonly route: readonly Place[]
  readonly draft: Place | null
  readonly mayAct: boolean
  /** While a place is being chosen for a new incident: a click gives it. */
  readonly picking: boolean
  readonly onPick: (place: Place) => void
  readonly onNewAt: (place: Place) => void
  readonly ref?: Ref<MapPaneHandle>
}

export function MapPane({ route, draft, mayAct, picking, onPick, onNewAt, ref }: MapPaneProps) {
  const { t } = useTranslation('command')
  const { language } = useLanguage()
  const { theme } = useTheme()
  const { may, session } = useSession()
  const account = session?.account ?? ''
  const toasts = useToasts()
  const room = useRoom()
  const town = useRoomPart((state) => state.town)
  const units = useRoomPart((state) => state.units)
  const incidents = useRoomPart((state) => state.incidents)
  const categories = useRoomPart((state) => state.categories)
  const agencies = useRoomPart((state) => state.agencies)
  const layers = useView((view) => view.layers)
  const incident = useView((view) => view.incident)
  const unit = useView((view) => view.unit)
  const roads = useView((view) => view.roads)
  const fence = useView((view) => view.fence)
  const fences = useRoomPart((state) => state.fences)
  const closures = useRoomPart((state) => state.closures)
  const tool = useMemo(() => (roads === null ? undefined : readTool(roads)), [roads])
  const setTool = useCallback((next: RoadsTool | undefined) => changeView({ roads: next ? writeTool(next) : null, ...(next ? { fence: null } : {}) }, 'replace'), [])
  const [roadsDrawn, setRoadsDrawn] = useState<RoadsDrawn>(nothingDrawn)
  const [drawing, setDrawing] = useState<Drawing>({ shape: 'cut', points: [] })
  useEffect(() => {
    const opened = roads === null ? undefined : readTool(roads)
    if (opened?.tool === 'close' && opened.at) setDrawing({ shape: 'cut', points: [opened.at] })
  }, [roads])
  const [fenceDraft, setFenceDraft] = useState<FenceDraft | null>(null)
  useEffect(() => {
    if (fence === 'new') setFenceDraft((old) => old ?? emptyFence)
    if (fence === null || roads !== null) setFenceDraft(null)
  }, [fence, roads])
  const setFence = useCallback((next: string | null) => changeView({ fence: next, ...(next ? { roads: null } : {}) }, 'replace'), [])
  const calls = useInboxPart((state) => state.broadcasts)
  const writes = useView((view) => view.messages === callInArea)
  const drawnForCall = useSyncExternalStore(callDrafts.subscribe, () => callDrafts.area(account))
  const calledArea = writes ? drawnForCall : null
  const draftedOutline = useMemo(() => (fenceDraft ? outlineOf(fenceDraft) : undefined), [fenceDraft])
  const engine = useRef<TownMapEngine>(null)
  const pane = useRef<HTMLDivElement>(null)
  const [hover, setHover] = useState<{ thing: MapThing; x: number; y: number; toLeft: boolean } | null>(null)
  const [menu, setMenu] = useState<{ at: Place; x: number; y: number } | null>(null)
  const [measuring, setMeasuring] = useState<readonly Place[] | null>(null)
  const [scale, setScale] = useState(1)
  const [unitsAs, setUnitsAs] = useState<UnitsAs>('signs')

  const hasDistricts = town?.districts === true
  const version = town?.version
  const [districts, setDistricts] = useState<GeoJSON.FeatureCollection | null>(null)
  useEffect(() => {
    setDistricts(null)
    if (!hasDistricts) return
    const abort = new AbortController()
    // The map is whole without them: when they cannot be had, the layer is empty.
    api.get<GeoJSON.FeatureCollection>('/api/town/districts', { signal: abort.signal }).then(setDistricts, () => {})
    return () => abort.abort()
  }, [hasDistricts, version])

  const look = useMemo<Look>(() => {
    const on = (layer: MapLayer) => layers.includes(layer)
    return {
      tiles: town?.ready && town.version ? `${location.origin}/api/town/basemap/${town.version}.pmtiles` : null,
      attribution: town?.attribution ?? '',
      theme,
      language,
      buildings: on('buildings'),
      labels: on('labels'),
      pois: on('pois'),
      districts,
      shown: { districts: on('districts'), fences: on('fences'), units: on('units'), incidents: on('incidents'), stations: on('stations'), calls: on('calls') },
      words: { free: t('map.free') },
    }
  }, [town, districts, theme, language, layers, t])

  const fencesOnMap = useMemo<Scene['fences']>(
    () => [
      ...[...fences.values()].flatMap(({ id, name, geometry, severity, alarms }) => (id === fenceDraft?.id ? [] : [{ id, name, rings: ringsOf(geometry), look: severity, alarming: alarms.length > 0, chosen: id === fence }])),
      ...(draftedOutline ? [{ id: 'draft', name: fenceDraft?.name ?? '', rings: ringsOf(draftedOutline), look: 'draft' as const, alarming: false, chosen: true }] : []),
      ...areasOfCalls(calls.values()).map(({ id, name, rings }) => ({ id: `call-${id}`, name, rings, look: 'call' as const, alarming: false, chosen: false })),
      ...(calledArea ? [{ id: 'call', name: '', rings: ringsOf(calledArea), look: 'draft' as const, alarming: false, chosen: true }] : []),
    ],
    [fences, fence, fenceDraft?.id, fenceDraft?.name, draftedOutline, calls, calledArea],
  )

  // each part by itself: what did not change is not handed to the map again
  const incidentsOnMap = useMemo<Scene['incidents']>(() => {
    const glyphs = new Map(categories.map((category) => [category.id, categoryMark(category, language)]))
    const onMap: MapIncident[] = []
    for (const each of incidents.values()) {
      if (each.status === 'closed' && each.id !== incident) continue
      onMap.push({
        id: each.id, lon: each.lon, lat: each.lat, glyph: glyphs.get(each.category) ?? '', label: String(each.number), priority: each.priority,
        look: each.status === 'waiting' ? 'waiting' : each.status === 'active' ? 'active' : 'resting',
        alarming: each.status !== 'closed' && each.timers.some((timer) => timer.escalation > 0 && timer.seenBy === null),
      })
    }
    return onMap
  }, [incidents, categories, incident, language])
  const unitsOnMap = useMemo<Scene['units']>(() => {
    const working = new Map<string, string>()
    for (const each of incidents.values()) for (const assignment of activeAssignments(each)) working.set(assignment.unit, each.id)
    const onDuty: MapUnit[] = []
    for (const each of units.values()) {
      if (each.state === 'off-duty') continue
      onDuty.push({ id: each.id, handle: each.handle, callSign: each.callSign, kind: each.kind, tone: toneOf(each.state), incident: working.get(each.id) ?? null })
    }
    return onDuty
  }, [units, incidents])
  const stationsOnMap = useMemo<Scene['stations']>(
    () => agencies.flatMap((agency) => (agency.lon !== null && agency.lat !== null ? [{ id: agency.id, lon: agency.lon, lat: agency.lat, name: agencyName(agency, agency.path, language) }] : [])),
    [agencies, language],
  )
  const closuresOnMap = useMemo<Scene['closures']>(() => [...closures.values()].map(({ id, lines, geometry }) => ({ id, lines, area: geometry.type === 'Polygon' ? geometry.coordinates : null })), [closures])
  const drawnOnMap = useMemo<Scene['drawing']>(
    () => (fenceDraft ? fenceDrawing(fenceDraft) : tool?.tool === 'close' ? { points: drawing.points, as: drawing.shape === 'cut' ? 'points' : drawing.shape } : { points: tool ? toolPoints(tool) : [], as: 'points' }),
    [fenceDraft, tool, drawing],
  )
  const scene = useMemo<Scene>(
    () => ({
      units: unitsOnMap,
      incidents: incidentsOnMap,
      stations: stationsOnMap,
      selected: incident ? { kind: 'incident', id: incident } : unit ? { kind: 'unit', id: unit } : null,
      route: route.length > 0 ? route : roadsDrawn.route,
      measure: measuring ?? noPlaces,
      closures: closuresOnMap,
      fences: fencesOnMap,
      reach: roadsDrawn.reach,
      doubts: noDoubts,
      drawing: drawnOnMap,
      draft,
    }),
    [unitsOnMap, incidentsOnMap, stationsOnMap, incident, unit, route, measuring, draft, closuresOnMap, roadsDrawn, drawnOnMap, fencesOnMap],
  )

  const choose = (thing: MapThing | null) => {
    if (thing?.kind === 'incident') selectIncident(thing.id)
    else if (thing?.kind === 'unit') selectUnit(thing.id)
    else changeView({ incident: null, unit: null })
  }

  const events: MapEvents = {
    onClick(thing, at) {
      setMenu(null)
      if (measuring) setMeasuring([...measuring, at])
      else if (picking) onPick(at)
      else if (fenceDraft) setFenceDraft(withFenceClick(fenceDraft, at, engine.current?.metersPerPixel() ?? 1))
      else if (tool?.tool === 'close') setDrawing(withPoint(drawing, at))
      else if (tool) setTool(withClick(tool, at))
      else if (thing || incident || unit) choose(thing)
    },
    onHover: (thing, x, y) => setHover(thing && !measuring ? { thing, x, y, toLeft: x > (pane.current?.clientWidth ?? Infinity) - 310 } : null),
    onContext(_thing, at, x, y) {
      setHover(null)
      const room = pane.current
      setMenu({ at, x: Math.min(x, (room?.clientWidth ?? Infinity) - 290), y: Math.min(y, (room?.clientHeight ?? Infinity) - 216) })
    },
    onView(view, bounds, byPerson) {
      room.looksAt(bounds)
      setScale(engine.current?.metersPerPixel() ?? 1)
      setMenu(null)
      if (byPerson) changeView({ at: [view.lon, view.lat, view.zoom] }, 'replace')
    },
    onTrouble: () => {}, // a tile that fails is asked for again when it is next looked at; there is nothing to tell
    onUnitsAs: setUnitsAs,
  }

  useEffect(() => engine.current?.setCursor(measuring || picking || tool || fenceDraft ? 'crosshair' : ''), [measuring, picking, tool, fenceDraft])

  useEffect(() => {
    const keys = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || target.closest('input, textarea, select, [contenteditable], dialog')) return
      const next = { r: firstRoute, i: firstReach, b: closing }[event.key]
      if (next) setTool(next)
      else if (event.key === 'e') setFence(fence ? null : 'list')
      else if (fenceDraft && event.key === 'Enter' && !target.closest('button, a')) setFenceDraft(closedOutline(fenceDraft))
      else if (fenceDraft && event.key === 'Backspace') setFenceDraft(withoutCorner(fenceDraft))
      else if (fenceDraft && event.key === 'Escape') setFenceDraft(null)
      else if (fence && event.key === 'Escape') setFence(null)
      else if (event.key === 'Escape' && tool) {
        // what is being drawn goes first, then the tool
        if (tool.tool === 'close' && drawing.points.length > 0) setDrawing({ ...drawing, points: [] })
        else setTool(undefined)
      } else if (event.key === 'Backspace' && tool?.tool === 'close') setDrawing({ ...drawing, points: drawing.points.slice(0, -1) })
      else return
      event.preventDefault()
    }
    // before the room's own keys: Escape closes the tool, and only then what is selected
    window.addEventListener('keydown', keys, { capture: true })
    return () => window.removeEventListener('keydown', keys, { capture: true })
  }, [tool, drawing, setTool, fence, fenceDraft, setFence])

  useEffect(() => {
    if (!measuring && !menu) return
    const escape = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Escape') return
      setMeasuring(null)
      setMenu(null)
    }
    window.addEventListener('keydown', escape)
    return () => window.removeEventListener('keydown', escape)
  }, [measuring, menu])

  const bounds = useMemo(() => (town?.bounds ? ([town.bounds[0]!, town.bounds[1]!, town.bounds[2]!, town.bounds[3]!] as const) : null), [town])
  const fitTown = useCallback(() => {
    if (bounds) engine.current?.fit(bounds)
    changeView({ at: null }, 'replace')
  }, [bounds])

  useImperativeHandle(ref, () => {
    const near = (place: Place) => engine.current?.goTo({ lon: place[0], lat: place[1], ...(scaleZoomTooFar(engine.current.metersPerPixel()) ? { zoom: 15 } : {}) })
    return {
      showIncident: ({ lon, lat }) => near([lon, lat]),
      showUnit(id) {
        const place = engine.current?.placeOf({ kind: 'unit', id })
        if (place) near(place)
      },
      showPlace: near,
      placeOfUnit: (id) => engine.current?.placeOf({ kind: 'unit', id }) ?? null,
      fitTown,
    }
  }, [fitTown])

  const start = useMemo(() => {
    const at = currentView().at
    return at ? { lon: at[0], lat: at[1], zoom: at[2] } : null
  }, [])

  if (!town) return <div className="map-pane" />
  return (
    <div className="map-pane" ref={pane}>
      <TownMap key={town.version ?? 'none'} engineRef={engine} label={t('map.label')} look={look} scene={scene} startView={start} bounds={bounds} glides={room.glides} now={serverNow} onMoved={room.onMoved} events={events} />
      {town.ready ? null : (
        <div className="map-none">
          <Empty icon="map" title={t('map.none.title')}>
            {may('administrator') ? t('map.none.administrator') : t('map.none.text')}
          </Empty>
        </div>
      )}
      <div className="hud hud-right">
        <div className="hud-group">
          <IconButton icon="plus" label={t('map.zoomIn')} onClick={() => engine.current?.zoomBy(1)} />
          <IconButton icon="minus" label={t('map.zoomOut')} onClick={() => engine.current?.zoomBy(-1)} />
          <IconButton icon="target" label={t('map.fit')} onClick={fitTown} />
        </div>
        <div className="hud-group">
          <LayersButton layers={layers} />
          <IconButton icon="ruler" label={t('map.measure')} aria-pressed={measuring !== null} onClick={() => setMeasuring(measuring ? null : [])} />
        </div>
        {town.ready ? (
          <div className="hud-group" role="group" aria-label={t('roads.title')}>
            <IconButton icon="route" label={t('roads.routeKey')} aria-pressed={tool?.tool === 'route'} onClick={() => setTool(tool?.tool === 'route' ? undefined : firstRoute)} />
            <IconButton icon="reach" label={t('roads.reachKey')} aria-pressed={tool?.tool === 'reach'} onClick={() => setTool(tool?.tool === 'reach' ? undefined : firstReach)} />
            <IconButton icon="barrier" label={t('roads.closeKey')} aria-pressed={tool?.tool === 'close'} onClick={() => setTool(tool?.tool === 'close' ? undefined : closing)} />
            <IconButton icon="fence" label={t('fences.key')} aria-pressed={fence !== null} onClick={() => setFence(fence ? null : 'list')} />
          </div>
        ) : null}
      </div>
      {tool && town.ready ? (
        <RoadsPanel
          tool={tool}
          onTool={setTool}
          drawing={drawing}
          onDrawing={setDrawing}
          onDrawn={setRoadsDrawn}
          onShow={(place) => engine.current?.goTo({ lon: place[0], lat: place[1], zoom: 16 })}
          onClose={() => setTool(undefined)}
        />
      ) : null}
      {fence !== null && !tool && town.ready ? (
        <FencesPanel
          looked={fence}
          draft={fenceDraft}
          onDraft={(next) => {
            setFenceDraft(next)
            if (next === null && fence === 'new') setFence('list')
          }}
          onShow={({ geometry }) => engine.current?.fit(boundsOf(geometry))}
          onClose={() => setFence(null)}
        />
      ) : null}
      {measuring ? <MeasureNote line={measuring} onClear={() => setMeasuring([])} onClose={() => setMeasuring(null)} /> : null}
      {picking && !measuring ? <p className="map-note">{t('map.picking')}</p> : null}
      {hover ? <HoverCard {...hover} /> : null}
      {menu ? (
        <PlaceMenu
          at={menu.at}
          x={menu.x}
          y={menu.y}
          mayAct={mayAct}
          onClose={() => setMenu(null)}
          onNew={() => onNewAt(menu.at)}
          onCall={may(leaders) ? () => changeView({ messages: callAt(menu.at) }) : undefined}
          onMeasure={() => setMeasuring([menu.at])}
          onCopied={(text) => toasts.show({ kind: 'done', text: t('map.copied', { text }), seconds: 3 })}
        />
      ) : null}
      {town.ready ? (
        <div className="map-foot">
          <Scale metersPerPixel={scale} />
          {unitsAs === 'signs' ? null : <span className="map-key">{t(`map.key.${unitsAs}`)}</span>}
          <span className="attribution">{town.attribution}</span>
        </div>
      ) : null}
    </div>
  )
}

const noPlaces: readonly Place[] = []
const firstRoute: RoadsTool = { tool: 'route', mode: 'car', from: null, to: null }
const firstReach: RoadsTool = { tool: 'reach', mode: 'car', direction: 'from', at: null }
const closing: RoadsTool = { tool: 'close' }

/** The corners of a fence that is being drawn, or its middle. */
function fenceDrawing({ way, points, centre }: FenceDraft): Scene['drawing'] {
  if (way === 'polygon') return { points, as: 'area' }
  if (way === 'route') return { points, as: 'line' }
  return { points: way === 'circle' && centre ? [centre] : [], as: 'points' }
}

/** The places that a tool has been given. */
function toolPoints(tool: RoadsTool): Place[] {
  if (tool.tool === 'route') return [tool.from, tool.to].filter((place) => place !== null)
  return tool.tool === 'reach' && tool.at !== null && tool.at !== 'units' ? [tool.at] : []
}

/** More than eight meters to the pixel is too far to see a street. */
const scaleZoomTooFar = (metersPerPixel: number) => metersPerPixel > 8

function Scale({ metersPerPixel }: { readonly metersPerPixel: number }) {
  const format = useFormat()
  const { meters, pixels } = scaleBar(metersPerPixel, 96)
  return (
    <span className="scale" style={{ width: pixels }}>
      {format.distance(meters)}
    </span>
  )
}

function MeasureNote({ line, onClear, onClose }: { readonly line: readonly Place[]; readonly onClear: () => void; readonly onClose: () => void }) {
  const { t } = useTranslation('command')
  const format = useFormat()
  return (
    <div className="map-note" role="status">
      <Icon name="ruler" />
      <b>{line.length > 1 ? format.distance(lengthMeters(line)) : t('map.measureStart')}</b>
      {line.length > 0 ? <IconButton size="small" icon="undo" label={t('map.measureAgain')} onClick={onClear} /> : null}
      <IconButton size="small" icon="close" label={t('map.measureEnd')} onClick={onClose} />
    </div>
  )
}

function LayersButton({ layers }: { readonly layers: readonly MapLayer[] }) {
  const { t } = useTranslation('command')
  const hasDistricts = useRoomPart((state) => state.town?.districts === true)
  const { open, setOpen, box } = useMenu<HTMLDivElement>()
  return (
    <div className="layers" ref={box}>
      <IconButton icon="layers" label={t('map.layers')} aria-expanded={open} aria-pressed={open} onClick={() => setOpen(!open)} />
      {open ? (
        <fieldset className="layers-menu">
          <legend>{t('map.layers')}</legend>
          {mapLayers.filter((layer) => layer !== 'districts' || hasDistricts).map((layer) => (
            <label key={layer}>
              <input
                type="checkbox"
                checked={layers.includes(layer)}
                onChange={(event) => changeView({ layers: mapLayers.filter((each) => (each === layer ? event.target.checked : layers.includes(each))) }, 'replace')}
              />
              {t(`map.layer.${layer}`)}
            </label>
          ))}
        </fieldset>
      ) : null}
    </div>
  )
}

type PlaceMenuProps = {
  readonly at: Place
  readonly x: number
  readonly y: number
  readonly mayAct: boolean
  readonly onClose: () => void
  readonly onNew: () => void
  /** Undefined: not for this account. */
  readonly onCall: (() => void) | undefined
  readonly onMeasure: () => void
  readonly onCopied: (text: string) => void
}

/** What can be done at a place. Its first line says in words where that is. */
function PlaceMenu({ at, x, y, mayAct, onClose, onNew, onCall, onMeasure, onCopied }: PlaceMenuProps) {
  const { t } = useTranslation('command')
  const { language } = useLanguage()
  const [spoken, setSpoken] = useState<Static<typeof SpokenPlace> | null>(null)
  const list = useRef<HTMLDivElement>(null)
  const coordinates = `${at[0].toFixed(5)}, ${at[1].toFixed(5)}`

  useEffect(() => {
    const gone = new AbortController()
    api.get<Static<typeof SpokenPlace>>(`/api/town/reverse?lon=${at[0]}&lat=${at[1]}`, { signal: gone.signal }).then(setSpoken, () => {})
    list.current?.querySelector('button')?.focus()
    return () => gone.abort()
  }, [at])

  const does = (work: () => void) => () => {
    onClose()
    work()
  }
  const copy = () => {
    void navigator.clipboard?.writeText(coordinates).then(() => onCopied(coordinates), () => {})
  }
  return (
    <div
      className="place-menu"
      style={{ left: x, top: y }}
      role="menu"
      ref={list}
      onKeyDown={(event) => {
        const buttons = [...(list.current?.querySelectorAll('button') ?? [])]
        const next = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + (event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : NaN)]
        if (next) {
          event.preventDefault()
          next.focus()
        }
      }}
    >
      <p className="place-menu-where" role="presentation">{(spoken && (language === 'en' ? spoken.textEn || spoken.text : spoken.text)) || coordinates}</p>
      {mayAct ? (
        <button type="button" role="menuitem" onClick={does(onNew)}>
          <Icon name="plus" /> {t('map.newHere')}
        </button>
      ) : null}
      {onCall ? (
        <button type="button" role="menuitem" onClick={does(onCall)}>
          <Icon name="megaphone" /> {t('map.callHere')}
        </button>
      ) : null}
      <button type="button" role="menuitem" onClick={does(onMeasure)}>
        <Icon name="ruler" /> {t('map.measureHere')}
      </button>
      <button type="button" role="menuitem" onClick={does(copy)}>
        <Icon name="pin" /> {t('map.copy')}
      </button>
    </div>
  )
}
