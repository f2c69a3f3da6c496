/** The map of an instant: units where they were, faded with the age of their fix; what they came from; what incidents waited. */
import { useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '#ui/i18n.ts'
import type { Glide } from '#ui/map/glide.ts'
import type { Look, MapEvents, Scene, TownMapEngine } from '#ui/map/engine.ts'
import { TownMap } from '#ui/map/town-map.tsx'
import { courseOf, noDoubts, type MapIncident, type MapTrail, type MapUnit } from '#ui/map/things.ts'
import { IconButton } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useTheme } from '#ui/theme.ts'
import { useFormat } from '#ui/use-format.ts'
import { staleSeconds } from '#modules/units/contract.ts'
import { useRoomPart } from '../command/room-context.tsx'
import { agencyName, categoryMark } from '../command/words.ts'
import { changeView, useView } from '../router.ts'
import type { Past } from './load-past.ts'
import { incidentAt, placeAt, shiftStart, trailAt, workAt } from './past.ts'

/** Trails are drawn anew so often; units every time the clock moves. */
const trailsEveryMs = 250
const standsStill = () => () => {}

type PastMapProps = { readonly past: Past; readonly at: number; readonly trailMinutes: number; readonly engine: RefObject<TownMapEngine | null> }

export function PastMap({ past, at, trailMinutes, engine }: PastMapProps) {
  const { t } = useTranslation('playback')
  const { t: command } = useTranslation('command')
  const { language } = useLanguage()
  const { theme } = useTheme()
  const format = useFormat()
  const town = useRoomPart((state) => state.town)
  const agencies = useRoomPart((state) => state.agencies)
  const categories = useRoomPart((state) => state.categories)
  const chosenUnit = useView(({ unit }) => unit)
  const chosenIncident = useView(({ incident }) => incident)
  const [glides] = useState(() => new Map<number, Glide>())
  const moment = useRef(at)
  moment.current = at
  const [now] = useState(() => () => moment.current)

  const look = useMemo<Look>(
    () => ({
      tiles: town?.ready && town.version ? `${location.origin}/api/town/basemap/${town.version}.pmtiles` : null,
      attribution: town?.attribution ?? '',
      theme,
      language,
      buildings: true,
      labels: true,
      pois: false,
      districts: null,
      shown: { districts: false, fences: false, units: true, incidents: true, stations: true, calls: true },
      words: { free: command('map.free') },
    }),
    [town, theme, language, command],
  )

  // what a unit is called and coloured changes seldom, where it is with every frame: only the second is told each time
  const units: MapUnit[] = []
  for (const unit of past.units) {
    const place = placeAt(unit.track, unit.shifts, at)
    if (!place) {
      glides.delete(unit.handle)
      continue
    }
    const stale = place.ageMs > staleSeconds[unit.kind] * 1000
    const courseDeg = courseOf(place.courseDeg, place.speedKmh)
    glides.set(unit.handle, { ...place, courseDeg, stale, fromLon: place.lon, fromLat: place.lat, startedAt: at, durationMs: 0 })
    const work = workAt(past.orders, unit.id, at)
    const callSign = stale ? t('map.age', { callSign: unit.callSign, age: format.duration(ageStep(place.ageMs) / 1000) }) : unit.callSign
    units.push({ id: unit.id, handle: unit.handle, callSign, kind: unit.kind, tone: toneOf(work?.state ?? 'free'), incident: work?.incident ?? null })
  }
  const incidents: MapIncident[] = []
  for (const each of past.incidents) {
    const state = incidentAt(each, at)
    if (!state) continue
    const glyph = categoryMark(categories.find(({ id }) => id === each.category), language)
    incidents.push({ id: each.id, lon: each.lon, lat: each.lat, glyph, label: String(each.number), priority: each.priority, look: state, alarming: false })
  }
  const drawn = JSON.stringify([units, incidents])
  const scene = useMemo<Scene>(() => {
    const [ofUnits, ofIncidents] = JSON.parse(drawn) as [MapUnit[], MapIncident[]]
    return {
      units: ofUnits,
      incidents: ofIncidents,
      stations: agencies.flatMap((agency) => (agency.lon !== null && agency.lat !== null ? [{ id: agency.id, lon: agency.lon, lat: agency.lat, name: agencyName(agency, agency.path, language) }] : [])),
      selected: chosenUnit ? { kind: 'unit', id: chosenUnit } : chosenIncident ? { kind: 'incident', id: chosenIncident } : null,
      route: [], measure: [], closures: [], fences: [], reach: [], doubts: noDoubts, drawing: { points: [], as: 'points' }, draft: null,
    }
  }, [drawn, agencies, language, chosenUnit, chosenIncident])

  useEffect(() => engine.current?.moved(), [at, engine])

  const trailsAt = Math.floor(performance.now() / trailsEveryMs)
  const trailed = useRef<{ step: number; minutes: number }>({ step: -1, minutes: -1 })
  useEffect(() => {
    const draw = () => {
      trailed.current = { step: Math.floor(performance.now() / trailsEveryMs), minutes: trailMinutes }
      const trails = trailMinutes === 0 ? [] : past.units.flatMap(({ id, track, shifts }): MapTrail[] => {
        const lines = trailAt(track, shifts, moment.current, trailMinutes * 60_000)
        return lines.length > 0 ? [{ tone: toneOf(workAt(past.orders, id, moment.current)?.state ?? 'free'), lines }] : []
      })
      engine.current?.setTrails(trails)
    }
    if (trailed.current.step !== trailsAt || trailed.current.minutes !== trailMinutes) return draw()
    const timer = setTimeout(draw, trailsEveryMs) // the clock stood still in between: the last one counts
    return () => clearTimeout(timer)
  }, [at, trailsAt, trailMinutes, past, engine])

  const events: MapEvents = {
    onClick: (thing) => changeView(thing?.kind === 'unit' ? { unit: thing.id, incident: null } : thing?.kind === 'incident' ? { incident: thing.id, unit: null } : { unit: null, incident: null }, 'replace'),
    onHover: () => {},
    onContext: () => {},
    onView: () => {},
    onTrouble: () => {}, // a tile that fails is asked for again when it is next looked at
  }
  const bounds = useMemo(() => (town?.bounds ? ([town.bounds[0]!, town.bounds[1]!, town.bounds[2]!, town.bounds[3]!] as const) : null), [town])
  if (!town) return <div className="map-pane" />
  return (
    <div className="map-pane">
      <TownMap key={town.version ?? 'none'} engineRef={engine} label={t('map.label')} look={look} scene={scene} startView={null} bounds={bounds} glides={glides} now={now} onMoved={standsStill} events={events} />
      <div className="hud hud-right">
        <div className="hud-group">
          <IconButton icon="plus" label={command('map.zoomIn')} onClick={() => engine.current?.zoomBy(1)} />
          <IconButton icon="minus" label={command('map.zoomOut')} onClick={() => engine.current?.zoomBy(-1)} />
          <IconButton icon="target" label={command('map.fit')} onClick={() => bounds && engine.current?.fit(bounds)} />
        </div>
      </div>
      {chosenUnit ? <UnitNote past={past} unit={chosenUnit} at={at} /> : null}
      {town.ready ? (
        <div className="map-foot">
          <span className="attribution">{town.attribution}</span>
        </div>
      ) : null}
    </div>
  )
}

/** Ages are said in steps, so that a name does not change with every frame. */
const ageStep = (ms: number) => (ms < 120_000 ? Math.floor(ms / 10_000) * 10_000 : Math.floor(ms / 60_000) * 60_000)

function UnitNote({ past, unit: id, at }: { readonly past: Past; readonly unit: string; readonly at: number }) {
  const { t } = useTranslation('playback')
  const { t: common } = useTranslation('common')
  const format = useFormat()
  const unit = past.units.find((each) => each.id === id)
  if (!unit) return null
  const place = placeAt(unit.track, unit.shifts, at)
  const work = workAt(past.orders, id, at)
  const incident = work && past.incidents.find((each) => each.id === work.incident)
  const state = shiftStart(unit.shifts, at) === undefined ? t('unit.offDuty') : work ? `${common(`assignmentState.${work.state}`)} #${incident?.number ?? ''}` : t('unit.free')
  return (
    <p className="map-note past-unit">
      <b>{unit.callSign}</b>
      <span>{state}</span>
      {place ? (
        <>
          {place.speedKmh === null ? null : <span>{format.speed(place.speedKmh)}</span>}
          <span className="soft">{t('unit.fixAge', { age: format.duration(place.ageMs / 1000) })}</span>
        </>
      ) : shiftStart(unit.shifts, at) === undefined ? null : (
        <span className="soft">{t('unit.noFix')}</span>
      )}
    </p>
  )
}
