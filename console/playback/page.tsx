/** Playback 回放: the whole console in the past, framed so that nobody mistakes it for now. Loaded only when somebody opens it. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '#ui/client.ts'
import { useLanguage } from '#ui/i18n.ts'
import '#ui/locales/playback.ts'
import type { TownMapEngine } from '#ui/map/engine.ts'
import { Button, Empty, ErrorState, Icon, IconButton, Progress, Select, Spinner, useToasts } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { useFormat } from '#ui/use-format.ts'
import '../command/command.css'
import { useRoomPart } from '../command/room-context.tsx'
import { agencyName, categoryName } from '../command/words.ts'
import { changeView, useView } from '../router.ts'
import { EventList } from './event-list.tsx'
import { ExportButton } from './export-button.tsx'
import { loadPast, positionsMax, TooManyPositions, type Past } from './load-past.ts'
import { Looks } from './looks.tsx'
import { momentsOf, type Moment } from './moments.ts'
import { OpeningForm } from './opening-form.tsx'
import { countUpTo, density, placeAt } from './past.ts'
import { PastMap } from './past-map.tsx'
import { Timeline } from './timeline.tsx'
import { speeds, usePlayer, type Player, type Speed } from './use-player.ts'
import './playback.css'

/** Parts of the timeline that positions are counted in. */
const parts = 240
const trails = [0, 2, 5, 10, 30] as const

export default function PlaybackPage() {
  const page = useView((view) => view.page)
  const { t } = useTranslation('playback')
  const { may } = useSession()
  // only then the town’s own time zone is known, and what there is to choose
  const isReady = useRoomPart((state) => state.phase === 'ready')
  if (!isReady) return <main className="playback-opening"><Spinner size={20} label={t('common:loading')} /></main>
  if (page) return <Look key={page} id={page} />
  return (
    <main className="playback-opening">
      <OpeningForm />
      {may('auditor') ? <Looks /> : null}
    </main>
  )
}

function Look({ id }: { readonly id: string }) {
  const { t } = useTranslation('playback')
  const { language } = useLanguage()
  const [past, setPast] = useState<Past>()
  const [share, setShare] = useState(0)
  const [problem, setProblem] = useState<unknown>()
  useEffect(() => {
    const gone = new AbortController()
    loadPast(id, setShare, gone.signal).then(setPast, (thrown: unknown) => !gone.signal.aborted && setProblem(thrown))
    return () => gone.abort()
  }, [id])

  const again = () => {
    api.delete(`/api/oversight/playbacks/${id}`).catch(() => {}) // what cannot be ended now ends by itself in some hours
    changeView({ page: '' }, 'replace')
  }
  if (past) return <Player past={past} />
  return (
    <main className="playback-opening">
      {problem instanceof TooManyPositions ? (
        <Empty icon="past" title={t('tooMany.title')}>
          {t('tooMany.text', { found: problem.positions.toLocaleString(language), most: positionsMax.toLocaleString(language) })}
        </Empty>
      ) : problem ? (
        <ErrorState problem={problem} title={t('failed')} />
      ) : (
        <div className="playback-loading">
          <p>{t('loading')}</p>
          <Progress share={share} label={t('loading')} />
        </div>
      )}
      <Button onClick={again}>{problem ? t('again') : t('giveUp')}</Button>
    </main>
  )
}

function Player({ past }: { readonly past: Past }) {
  const { t } = useTranslation('playback')
  const { t: command } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { language } = useLanguage()
  const format = useFormat()
  const agencies = useRoomPart((state) => state.agencies)
  const categories = useRoomPart((state) => state.categories)
  const { view } = past
  const player = usePlayer(view.from, view.to)
  const { at } = player
  const [trail, setTrail] = useState(5)
  const engine = useRef<TownMapEngine>(null)

  const moments = useMemo(() => {
    const log = {
      t: command, common, language,
      category: (category: string) => categoryName(categories.find((each) => each.id === category), language),
      agency: (path: string) => agencyName(agencies.find((each) => each.path === path), path, language),
    }
    return momentsOf(past.entries, past.incidents, past.units, { t, log })
  }, [past, t, command, common, categories, agencies, language])
  const times = useMemo(() => moments.map((moment) => moment.at), [moments])
  const counts = useMemo(() => density(past.units.map(({ track }) => track), view.from, view.to, parts), [past, view])

  const go = useCallback((moment: Moment) => {
    player.setPlaying(false)
    player.seek(moment.at)
    changeView({ incident: moment.incident, unit: moment.incident ? null : moment.unit }, 'replace')
    const incident = past.incidents.find(({ id }) => id === moment.incident)
    const unit = past.units.find(({ id }) => id === moment.unit)
    const place = incident ?? (unit && placeAt(unit.track, unit.shifts, moment.at))
    if (place) engine.current?.goTo({ lon: place.lon, lat: place.lat })
  }, [past, player.setPlaying, player.seek]) // oxlint-disable-line react-hooks/exhaustive-deps -- the player is another object with every frame, these two are not

  useKeys(player, view)
  return (
    <main className="playback">
      <Banner past={past} at={at} />
      <aside className="playback-side" aria-label={t('events')}>
        <header>
          <h2>{t('events')}</h2>
          <ExportButton id={view.id} units={view.units.length} />
        </header>
        {view.keptSince > view.from ? <p className="playback-kept">{t('kept', { since: format.fullTime(view.keptSince) })}</p> : null}
        {view.units.length === 0 ? <Empty icon="car" title={t('noUnits')} /> : null}
        <EventList moments={moments} count={countUpTo(times, at)} onGo={go} />
      </aside>
      <PastMap past={past} at={at} trailMinutes={trail} engine={engine} />
      <section className="playback-foot" aria-label={t('timeline.label')}>
        <div className="playback-controls">
          <IconButton icon="chevron-left" label={t('back')} onClick={() => player.step(-10_000)} />
          <IconButton className="playback-play" kind="primary" icon={player.playing ? 'pause' : 'play'} label={player.playing ? t('pause') : t('play')} onClick={() => player.setPlaying(!player.playing)} />
          <IconButton icon="chevron-right" label={t('forward')} onClick={() => player.step(10_000)} />
          <time className="playback-time">{format.clockTime(at)}</time>
          <Select
            label={t('speed')} labelHidden value={String(player.speed)} onChange={(event) => player.setSpeed(Number(event.target.value) as Speed)}
            options={speeds.map((speed) => ({ value: String(speed), label: t('times', { times: speed }) }))}
          />
          <label className="playback-trail">
            <span>{t('trail')}</span>
            <Select
              label={t('trail')} labelHidden value={String(trail)} onChange={(event) => setTrail(Number(event.target.value))}
              options={trails.map((minutes) => ({ value: String(minutes), label: minutes === 0 ? t('trailNone') : t('trailMinutes', { minutes }) }))}
            />
          </label>
          <span className="soft playback-keys">{t('keys')}</span>
        </div>
        <Timeline from={view.from} to={view.to} player={player} moments={moments} counts={counts} />
      </section>
    </main>
  )
}

/** What says that this is not now. It is there whatever else is looked at. */
function Banner({ past: { view }, at }: { readonly past: Past; readonly at: number }) {
  const { t } = useTranslation('playback')
  const format = useFormat()
  const toasts = useToasts()
  const leave = () => {
    // what cannot be ended now ends by itself in some hours
    api.delete(`/api/oversight/playbacks/${view.id}`).then(() => toasts.show({ kind: 'done', text: t('ended') }), () => {})
    changeView({ workspace: 'command', page: '', incident: null, unit: null })
  }
  return (
    <header className="past-banner">
      <span className="past-banner-what">
        <Icon name="past" />
        <b>{t('banner.past')}</b>
        <time dateTime={new Date(at).toISOString()}>{format.fullTime(at)}</time>
        <b className="past-banner-not">{t('banner.notNow')}</b>
      </span>
      <span className="past-banner-reason ellipsis" title={view.reason}>{t('banner.reason', { reason: view.reason })}</span>
      <Button size="small" kind="primary" icon="arrow-left" onClick={leave}>
        {t('banner.leave')}
      </Button>
    </header>
  )
}

const MINUTE_MS = 60_000

function useKeys(player: Player, { from, to }: { readonly from: number; readonly to: number }) {
  const latest = useRef(player)
  latest.current = player
  useEffect(() => {
    const keys = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement
      if (event.altKey || event.metaKey || event.defaultPrevented || target.closest('input, textarea, select, [contenteditable], dialog')) return
      const { step, seek, setPlaying, playing } = latest.current
      const stepMs = event.ctrlKey ? MINUTE_MS : event.shiftKey ? 10_000 : 1000
      // the space bar presses the button that has the focus; elsewhere it plays
      if (event.key === ' ' && target.closest('button, a')) return
      const does: Record<string, () => void> = {
        ArrowLeft: () => step(-stepMs),
        ArrowRight: () => step(stepMs),
        PageUp: () => step(-MINUTE_MS),
        PageDown: () => step(MINUTE_MS),
        Home: () => seek(from),
        End: () => seek(to),
        ' ': () => setPlaying(!playing),
        Escape: () => changeView({ incident: null, unit: null }, 'replace'),
      }
      const run = does[event.key]
      if (!run) return
      event.preventDefault()
      run()
    }
    // before the map's own keys: its arrows would move the town
    window.addEventListener('keydown', keys, { capture: true })
    return () => window.removeEventListener('keydown', keys, { capture: true })
  }, [from, to])
}
