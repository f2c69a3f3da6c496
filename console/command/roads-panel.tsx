/** Routes, areas reached and closed roads: the panel beside the map's tools. What is drawn here has a list here too. */
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClosureView, IsochroneView, RouteView } from '#modules/roads/contract.ts'
import { api, becauseOf, newCommandId } from '#ui/client.ts'
import { serverNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import type { MapReach, Place } from '#ui/map/things.ts'
import { Button, Field, Icon, IconButton, Select, useToasts } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { useFormat } from '#ui/use-format.ts'
import { FirstToArrive } from './first-to-arrive.tsx'
import { useRoomPart } from './room-context.tsx'
import { geometryOf, modes, reachMinutes, untilChoices, untilOf, type Drawing, type RoadsTool, type Shape, type UntilChoice } from './roads-tool.ts'
import { useAnswer, useRounds } from './use-answer.ts'
import { Waits } from './waits.tsx'

/** What the panel has found, for the map to draw. */
export type RoadsDrawn = { readonly route: readonly Place[]; readonly reach: readonly MapReach[] }
export const nothingDrawn: RoadsDrawn = { route: [], reach: [] }

/** Farther from the road than this a place was not meant to be on it, and it is said. */
const OFF_ROAD_METERS = 50
/** Free units move: what they reach is asked for again so often. */
const unitsAgainMs = 15_000

export type RoadsPanelProps = {
  readonly tool: RoadsTool
  readonly onTool: (tool: RoadsTool) => void
  readonly drawing: Drawing
  readonly onDrawing: (drawing: Drawing) => void
  readonly onDrawn: (drawn: RoadsDrawn) => void
  readonly onShow: (place: Place) => void
  readonly onClose: () => void
}

export function RoadsPanel(props: RoadsPanelProps) {
  const { t } = useTranslation('command')
  const { tool, onClose } = props
  const title = t(`roads.${tool.tool}`)
  return (
    <section className="roads-panel" aria-label={title}>
      <header>
        <Icon name={tool.tool === 'route' ? 'route' : tool.tool === 'reach' ? 'reach' : 'barrier'} />
        <h2>{title}</h2>
        <IconButton size="small" icon="close" label={t('roads.end')} onClick={onClose} />
      </header>
      {tool.tool === 'route' ? <RoutePart {...props} tool={tool} /> : tool.tool === 'reach' ? <ReachPart {...props} tool={tool} /> : <ClosePart {...props} />}
    </section>
  )
}

function ModeSelect({ value, onChange }: { readonly value: (typeof modes)[number]; readonly onChange: (mode: (typeof modes)[number]) => void }) {
  const { t } = useTranslation('command')
  return <Select label={t('roads.mode')} value={value} onChange={(event) => onChange(modes.find((mode) => mode === event.target.value) ?? 'car')} options={modes.map((mode) => ({ value: mode, label: t(`roads.modes.${mode}`) }))} />
}

function RoutePart({ tool, onTool, onDrawn }: RoadsPanelProps & { readonly tool: RoadsTool & { tool: 'route' } }) {
  const { t } = useTranslation('command')
  const { language } = useLanguage()
  const format = useFormat()
  const toasts = useToasts()
  const closures = useRoomPart((state) => state.closures)
  const { from, to, mode } = tool
  const path = from && to ? `/api/roads/route?fromLon=${from[0]}&fromLat=${from[1]}&toLon=${to[0]}&toLat=${to[1]}&mode=${mode}` : null
  const { answer, problem, asking } = useAnswer<RouteView>(path, closures)
  const line = problem ? undefined : answer?.geometry
  useEffect(() => {
    onDrawn({ ...nothingDrawn, route: line?.map(([lon, lat]) => [lon!, lat!] as const) ?? [] })
    return () => onDrawn(nothingDrawn)
  }, [line, onDrawn])

  const nameOf = (step: RouteView['steps'][number]) => (language === 'en' ? (step.streetEn ?? step.street) : step.street) ?? t('roads.unnamed')
  const lines = answer?.steps.map((step) => `${t(`roads.turn.${step.turn}`)} ${nameOf(step)}${step.meters > 0 ? ` · ${format.distance(step.meters)}` : ''}`) ?? []
  return (
    <>
      <ModeSelect value={mode} onChange={(next) => onTool({ ...tool, mode: next })} />
      {!from ? <p className="soft">{t('roads.routeStart')}</p> : !to ? <p className="soft">{t('roads.routeGoal')}</p> : null}
      <Waits waits={asking} problem={problem}>
        {answer ? (
          <>
            <p className="roads-figure" role="status">
              <b>{t('roads.summary', { time: format.travelTime(answer.seconds), distance: format.distance(answer.meters) })}</b>
              <IconButton size="small" icon="handover" label={t('roads.swap')} onClick={() => onTool({ ...tool, from: to, to: from })} />
              <IconButton size="small" icon="note" label={t('roads.copy')} onClick={() => void navigator.clipboard?.writeText(lines.join('\n')).then(() => toasts.show({ kind: 'done', text: t('roads.copied'), seconds: 3 }), () => {})} />
            </p>
            <p className="soft">{closures.size > 0 ? t('roads.nowClosed', { count: closures.size }) : t('roads.now')}</p>
            {answer.snappedFromMeters > OFF_ROAD_METERS ? <p className="soft">{t('roads.startOffRoad', { distance: format.distance(answer.snappedFromMeters) })}</p> : null}
            {answer.snappedToMeters > OFF_ROAD_METERS ? <p className="soft">{t('roads.goalOffRoad', { distance: format.distance(answer.snappedToMeters) })}</p> : null}
            <ol className="roads-steps" aria-label={t('roads.steps')}>
              {answer.steps.map((step, i) => (
                <li key={i}>
                  <span>{t(`roads.turn.${step.turn}`)}</span> <b>{nameOf(step)}</b>
                  {step.meters > 0 ? <span className="soft"> {format.distance(step.meters)}</span> : null}
                </li>
              ))}
            </ol>
          </>
        ) : null}
      </Waits>
    </>
  )
}

function ReachPart({ tool, onTool, onDrawn }: RoadsPanelProps & { readonly tool: RoadsTool & { tool: 'reach' } }) {
  const { t } = useTranslation('command')
  const format = useFormat()
  const closures = useRoomPart((state) => state.closures)
  const { may } = useSession()
  const maySeeUnits = may(['dispatcher', 'commander', 'station', 'administrator'])
  const { at, mode, direction } = tool
  const round = useRounds(unitsAgainMs, at === 'units')
  const again = useMemo(() => [closures, round], [closures, round])
  const minutes = (tool.minutes ?? reachMinutes).join(',')
  const path = at === null ? null : at === 'units' ? `/api/roads/isochrone?units=free&minutes=${minutes}&mode=${mode}` : `/api/roads/isochrone?lon=${at[0]}&lat=${at[1]}&minutes=${minutes}&mode=${mode}&direction=${direction}`
  const { answer, problem, asking } = useAnswer<IsochroneView>(path, again)
  const areas = problem ? undefined : answer?.features
  useEffect(() => {
    onDrawn({ ...nothingDrawn, reach: areas?.map(({ properties, geometry }) => ({ minutes: properties.minutes, area: geometry.coordinates })) ?? [] })
    return () => onDrawn(nothingDrawn)
  }, [areas, onDrawn])
  return (
    <>
      <Select
        label={t('roads.where')}
        value={at === 'units' ? 'units' : 'place'}
        onChange={(event) => onTool({ ...tool, at: event.target.value === 'units' ? 'units' : null })}
        options={[{ value: 'place', label: t('roads.onePlace') }, { value: 'units', label: t('roads.allUnits') }]}
      />
      <ModeSelect value={mode} onChange={(next) => onTool({ ...tool, mode: next })} />
      {at === 'units' ? null : (
        <Select
          label={t('roads.direction')}
          value={direction}
          onChange={(event) => onTool({ ...tool, direction: event.target.value === 'to' ? 'to' : 'from' })}
          options={[{ value: 'from', label: t('roads.from') }, { value: 'to', label: t('roads.to') }]}
        />
      )}
      {at === null ? <p className="soft">{t('roads.reachStart')}</p> : null}
      <Waits waits={asking && !answer} problem={problem}>
        {answer ? (
          <div role="status">
            <ul className="roads-legend">
              {answer.features.toReversed().map(({ properties }, i) => (
                <li key={properties.minutes}>
                  <span className={`reach-swatch reach-swatch-${i + 1}`} aria-hidden="true" />
                  <b>{t('roads.legend', { minutes: properties.minutes })}</b>
                  <span className="soft">{t('roads.roadLength', { distance: format.distance(properties.roadMeters) })}</span>
                </li>
              ))}
            </ul>
            <p className="soft">
              {at === 'units' ? t('roads.positionsOf', { time: format.clockTime(answer.at), count: answer.sources }) : t('roads.placeAt', { time: format.clockTime(answer.at) })}
              {' · '}
              {answer.closures > 0 ? t('roads.nowClosed', { count: answer.closures }) : t('roads.now')}
            </p>
          </div>
        ) : null}
      </Waits>
      {at !== null && at !== 'units' && maySeeUnits ? <FirstToArrive at={at} /> : null}
    </>
  )
}

const shapes: readonly Shape[] = ['cut', 'line', 'area']

function ClosePart({ drawing, onDrawing, onShow }: RoadsPanelProps) {
  const { t } = useTranslation('command')
  const format = useFormat()
  const toasts = useToasts()
  const { may } = useSession()
  const closures = useRoomPart((state) => state.closures)
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState<UntilChoice>('open')
  const [alsoFoot, setAlsoFoot] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const [commandId, setCommandId] = useState(newCommandId)
  const [waits, setWaits] = useState(false)
  const mayClose = may(['dispatcher', 'commander', 'administrator'])
  const geometry = geometryOf(drawing)
  const missing = !mayClose ? t('roads.mayNot') : !geometry ? t('roads.needPoints') : reason.trim() === '' ? t('roads.needReason') : null

  const close = async () => {
    if (missing || waits) return
    setWaits(true)
    setProblem(null)
    try {
      const body = { commandId, geometry, reason: reason.trim(), until: untilOf(until, serverNow(), format.timeZone), ...(alsoFoot ? { modes: [...modes] } : {}) }
      const made = await api.post<ClosureView>('/api/roads/closures', body)
      toasts.show({
        kind: 'done',
        text: made.streets.length > 0 ? t('roads.closed', { streets: made.streets.join(t('listSeparator')) }) : t('roads.closedNone'),
        undo: { run: () => api.delete(`/api/roads/closures/${made.id}?commandId=${newCommandId()}`) },
      })
      setReason('')
      onDrawing({ ...drawing, points: [] })
    } catch (thrown) {
      setProblem(thrown) // what was drawn and typed stays
    } finally {
      setCommandId(newCommandId())
      setWaits(false)
    }
  }
  return (
    <>
      <form
        className="roads-form"
        onSubmit={(event) => {
          event.preventDefault()
          void close()
        }}
      >
        <Select
          label={t('roads.shape')}
          value={drawing.shape}
          onChange={(event) => onDrawing({ shape: shapes.find((shape) => shape === event.target.value) ?? 'cut', points: [] })}
          options={shapes.map((shape) => ({ value: shape, label: t(`roads.shapes.${shape}`) }))}
        />
        <p className="soft roads-draw">
          {t(`roads.draw.${drawing.shape}`)}
          {drawing.points.length > 0 ? <IconButton size="small" icon="undo" label={t('roads.undoPoint')} onClick={() => onDrawing({ ...drawing, points: drawing.points.slice(0, -1) })} /> : null}
        </p>
        <Field label={t('roads.reason')} value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} hint={t('roads.reasonHint')} />
        <Select label={t('roads.until')} value={until} onChange={(event) => setUntil(untilChoices.find((choice) => choice === event.target.value) ?? 'open')} options={untilChoices.map((choice) => ({ value: choice, label: t(`roads.untils.${choice}`) }))} />
        <label className="roads-check">
          <input type="checkbox" checked={alsoFoot} onChange={(event) => setAlsoFoot(event.target.checked)} /> {t('roads.alsoFoot')}
        </label>
        {problem ? <p className="roads-problem" role="alert"><Icon name="alert" size={14} /> {becauseOf(problem)}</p> : null}
        <Button type="submit" kind="primary" busy={waits} {...(missing ? { disabledBecause: missing } : {})}>{t('roads.doClose')}</Button>
        {missing ? <p className="soft">{missing}</p> : null}
      </form>
      <ClosureList closures={[...closures.values()]} mayLift={mayClose} onShow={onShow} />
    </>
  )
}

/** Opens a closed road again; for a moment it can be undone. Says what went wrong, and throws it. */
export function useOpenRoad(): (closure: ClosureView) => Promise<void> {
  const { t } = useTranslation('command')
  const toasts = useToasts()
  return async (closure) => {
    try {
      await api.delete(`/api/roads/closures/${closure.id}?commandId=${newCommandId()}`)
      const { agency, geometry, reason, modes, until } = closure
      toasts.show({ kind: 'done', text: t('roads.lifted', { reason }), undo: { run: () => api.post('/api/roads/closures', { commandId: newCommandId(), agency, geometry, reason, modes, until }) } })
    } catch (thrown) {
      toasts.problem(thrown)
      throw thrown
    }
  }
}

function ClosureList({ closures, mayLift, onShow }: { readonly closures: readonly ClosureView[]; readonly mayLift: boolean; readonly onShow: (place: Place) => void }) {
  const { t } = useTranslation('command')
  const format = useFormat()
  const openRoad = useOpenRoad()
  return (
    <div className="roads-closures">
      <h3>{t('roads.inForce')}</h3>
      {closures.length === 0 ? <p className="soft">{t('roads.none')}</p> : null}
      <ul>
        {closures.toSorted((a, b) => b.createdAt - a.createdAt).map((closure) => {
          const first = closure.lines[0]?.[0]
          return (
            <li key={closure.id}>
              <p>
                <b>{closure.streets.join(t('listSeparator')) || t('roads.noStreet')}</b> {closure.reason}
              </p>
              <p className="soft">
                {t('roads.by', { by: closure.createdBy, age: format.age(closure.createdAt, serverNow()) })}
                {closure.until !== null ? ` · ${t('roads.endsAt', { time: format.dayTime(closure.until) })}` : ''}
              </p>
              <span className="roads-acts">
                {first ? <Button size="small" icon="pin" onClick={() => onShow([first[0]!, first[1]!])}>{t('roads.show')}</Button> : null}
                <Button size="small" icon="check" {...(mayLift ? {} : { disabledBecause: t('roads.mayNot') })} onClick={() => void openRoad(closure).catch(() => {})}>{t('roads.lift')}</Button>
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
