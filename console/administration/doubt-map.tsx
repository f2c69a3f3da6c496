/** Where the map may be wrong, on the map: each direction of a road on its own side, places as points. */
import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { TownView } from '#modules/town/contract.ts'
import { serverNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import type { Look, MapEvents, Scene, TownMapEngine } from '#ui/map/engine.ts'
import type { Glide } from '#ui/map/glide.ts'
import { TownMap } from '#ui/map/town-map.tsx'
import { IconButton } from '#ui/primitives.ts'
import { useTheme } from '#ui/theme.ts'
import { boundsOf, rowAt, type DoubtRow } from './doubt-rows.ts'

export type DoubtMapProps = {
  readonly town: TownView
  readonly rows: readonly DoubtRow[]
  readonly chosen: DoubtRow | undefined
  readonly onChoose: (row: DoubtRow | undefined) => void
}

const nothingMoves: ReadonlyMap<number, Glide> = new Map()
const neverMoved = () => () => {}
/** Half of a hit area of 48 px. */
const POINTED_PX = 24

export function DoubtMap({ town, rows, chosen, onChoose }: DoubtMapProps) {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const { theme } = useTheme()
  const engine = useRef<TownMapEngine>(null)

  const look = useMemo<Look>(
    () => ({
      tiles: town.ready && town.version ? `${location.origin}/api/town/basemap/${town.version}.pmtiles` : null,
      attribution: town.attribution,
      theme,
      language,
      buildings: false,
      labels: true,
      pois: false,
      districts: null,
      shown: { districts: false, fences: false, units: false, incidents: false, stations: false, calls: false },
      words: { free: '' },
    }),
    [town, theme, language],
  )
  const scene = useMemo<Scene>(
    () => ({
      units: [], incidents: [], stations: [], selected: null, route: [], measure: [], closures: [], fences: [], reach: [], drawing: { points: [], as: 'points' }, draft: null,
      doubts: {
        roads: rows.flatMap((row) => ('road' in row ? [{ id: row.id, ratio: row.road.ratio, line: row.road.line }] : [])),
        places: rows.flatMap((row) => ('place' in row ? [{ id: row.id, lon: row.place.lon, lat: row.place.lat, why: row.kind }] : [])),
        chosen: chosen?.id ?? null,
      },
    }),
    [rows, chosen],
  )
  const bounds = useMemo(() => (town.bounds ? ([town.bounds[0]!, town.bounds[1]!, town.bounds[2]!, town.bounds[3]!] as const) : null), [town])
  // it begins where the doubts are: most of a town has none
  const start = useMemo(() => {
    const all = rows.map(boundsOf)
    if (all.length === 0) return bounds
    const far = (i: 0 | 1 | 2 | 3, of: 'min' | 'max') => Math[of](...all.map((each) => each[i]))
    return [far(0, 'min'), far(1, 'min'), far(2, 'max'), far(3, 'max')] as const
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the map is new
  }, [town.version])

  useEffect(() => {
    if (chosen) engine.current?.fit(boundsOf(chosen))
  }, [chosen])

  const events: MapEvents = {
    onClick(_thing, at) {
      onChoose(rowAt(rows, at, POINTED_PX * (engine.current?.metersPerPixel() ?? 1)))
    },
    onHover: () => {},
    onContext: () => {},
    onView: () => {},
    onTrouble: () => {}, // a tile that fails is asked for again when it is next looked at
  }
  return (
    <div className="doubt-map">
      <TownMap key={town.version ?? 'none'} engineRef={engine} label={t('roads.mapLabel')} look={look} scene={scene} startView={null} bounds={start} glides={nothingMoves} now={serverNow} onMoved={neverMoved} events={events} />
      <div className="doubt-map-tools">
        <IconButton icon="plus" label={t('roads.zoomIn')} onClick={() => engine.current?.zoomBy(1)} />
        <IconButton icon="minus" label={t('roads.zoomOut')} onClick={() => engine.current?.zoomBy(-1)} />
        <IconButton icon="target" label={t('roads.wholeTown')} onClick={() => bounds && engine.current?.fit(bounds)} />
      </div>
      <ul className="doubt-legend" aria-label={t('roads.legend')}>
        {(['slower', 'faster', 'no-road', 'no-way'] as const).map((kind) => (
          <li key={kind}>
            <span className={`doubt-key is-${kind}`} aria-hidden="true" />
            {t(`roads.kind.${kind}`)}
          </li>
        ))}
      </ul>
      <p className="doubt-attribution">{town.attribution}</p>
    </div>
  )
}
