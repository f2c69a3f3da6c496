/** The bar: where, what is up, what time it is, whether this page is true, who is here. */
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useNow } from '#ui/clock.ts'
import { languages, useLanguage } from '#ui/i18n.ts'
import { Button, Icon, IconButton, Kbd, useToasts } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { Brand } from '#ui/sign-in/brand.tsx'
import { useTheme, type ThemeChoice } from '#ui/theme.ts'
import { useFormat } from '#ui/use-format.ts'
import { signal } from './command/bar-signals.ts'
import { useShortCalls } from './messages/short-calls.tsx'
import { forgetUnsent } from './messages/forget.ts'
import { fenceAlarmsOf } from './command/fence-alarms.ts'
import { useRoomIfAny, useRoomPart } from './command/room-context.tsx'
import { alarmsOf } from './command/timers.ts'
import { agencyName } from './command/words.ts'
import { MessagesButton } from './messages/button.tsx'
import { useRememberedFlag } from './remembered.ts'
import { changeView, useView } from './router.ts'
import { useMenu } from './use-menu.ts'

export function Bar() {
  const { t } = useTranslation('command')
  const { may } = useSession()
  const workspace = useView((view) => view.workspace)
  const room = useRoomIfAny()
  const here = workspace === 'administration' || (workspace === 'playback' && may(['commander', 'auditor'])) ? workspace : 'command'
  const rooms = [...(room ? ['command'] : []), ...(room && may(['commander', 'auditor']) ? ['playback'] : []), ...(may('administrator') ? ['administration'] : [])]

  return (
    <header className="bar">
      <span className="bar-brand">
        <Brand size={22} />
        {room ? <TownName /> : <b>{t('product', { ns: 'common' })}</b>}
      </span>
      {rooms.length > 1 ? (
        <nav className="bar-rooms" aria-label={t('bar.rooms')}>
          {rooms.map((each) => (
            <a
              key={each}
              href={`/${each}`}
              aria-current={each === here ? 'page' : undefined}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return
                event.preventDefault()
                changeView({ workspace: each, page: '' })
              }}
            >
              {t(`workspace.${each}`)}
            </a>
          ))}
        </nav>
      ) : null}
      <span className="bar-space" />
      {room ? (
        <>
          <Alarms />
          <Connection />
        </>
      ) : null}
      {here === 'playback' ? null : <Clock />}
      {room && here === 'command' ? (
        <button type="button" className="bar-search" aria-label={t('bar.search')} onClick={() => signal('search')}>
          <Icon name="search" />
          <span>{t('bar.search')}</span>
          <Kbd keys="mod+K" />
        </button>
      ) : null}
      <span className="bar-tools">
        {room ? <MessagesButton /> : null}
        {room ? <Sound /> : null}
        <ThemeButton />
        <LanguageButton />
        <Person />
      </span>
    </header>
  )
}

function TownName() {
  const { language } = useLanguage()
  const { session } = useSession()
  const { t } = useTranslation('command')
  const agencies = useRoomPart((state) => state.agencies)
  const town = useRoomPart((state) => state.town)
  const own = agencies.find(({ path }) => path === session?.agency)
  return (
    <>
      <b className="bar-place">{own ? agencyName(own, own.path, language) : (town?.name ?? t('product', { ns: 'common' }))}</b>
      {town?.demo ? <span className="bar-demo">{t('bar.demo')}</span> : null}
    </>
  )
}

function Clock() {
  const now = useNow(1000)
  const format = useFormat()
  return (
    <time className="bar-clock" dateTime={new Date(now).toISOString()} title={format.fullTime(now)}>
      {format.clockTime(now)}
    </time>
  )
}

function Alarms() {
  const { t } = useTranslation('command')
  const incidents = useRoomPart((state) => state.incidents)
  const fences = useRoomPart((state) => state.fences)
  const calls = useShortCalls()
  const count = useMemo(() => alarmsOf(incidents.values()).length + fenceAlarmsOf(fences.values()).length + calls.length, [incidents, fences, calls])
  const workspace = useView((view) => view.workspace)
  return (
    <button
      type="button"
      className={count > 0 ? 'bar-alarms has-alarm' : 'bar-alarms'}
      title={t('bar.alarmsHint')}
      onClick={() => {
        if (workspace !== 'command') changeView({ workspace: 'command', page: '' })
        signal('alarm')
      }}
    >
      <Icon name="alert" />
      <span>{t('bar.alarms', { count })}</span>
    </button>
  )
}

/** Whether what is on the screen is true now; while it is not, since when, and when it is tried again. */
function Connection() {
  const { t } = useTranslation('command')
  const room = useRoomIfAny()
  const live = useRoomPart((state) => state.live)
  const now = useNow(1000)
  const format = useFormat()
  const state = live?.state ?? 'connecting'
  const { refresh } = useSession()
  useEffect(() => {
    if (state === 'ended') void refresh()
  }, [state, refresh])
  if (state === 'live') {
    return (
      <span className="bar-connection is-live" role="status" title={t('bar.liveHint')}>
        <Icon name="signal" />
        <span>{t('bar.live')}</span>
      </span>
    )
  }
  const machineNow = Date.now() // the status is told on this machine's clock
  return (
    <span className={`bar-connection is-${state}`} role="status" data-now={now}>
      <Icon name="no-signal" />
      <span>{state === 'lost' && live ? t('bar.lost', { age: format.duration((machineNow - live.since) / 1000) }) : t(`bar.${state}`)}</span>
      {state === 'lost' ? (
        <Button size="small" onClick={() => room?.retry()}>
          {t('bar.retry')}
        </Button>
      ) : null}
    </span>
  )
}

function Sound() {
  const { t } = useTranslation('command')
  const [sound, setSound] = useRememberedFlag('sound', true)
  return <IconButton icon={sound ? 'sound' : 'sound-off'} label={sound ? t('bar.soundOff') : t('bar.soundOn')} aria-pressed={!sound} onClick={() => setSound(!sound)} />
}

const nextTheme: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: 'dark', dark: 'light', light: 'system' }
const themeIcons = { system: 'half-moon', dark: 'moon', light: 'sun' } as const

function ThemeButton() {
  const { t } = useTranslation('common')
  const { choice, setTheme } = useTheme()
  return <IconButton icon={themeIcons[choice]} label={`${t('theme.label')} · ${t(`theme.${choice}`)}`} onClick={() => setTheme(nextTheme[choice])} />
}

function LanguageButton() {
  const { t } = useTranslation('common')
  const { language, setLanguage } = useLanguage()
  const other = languages.find((each) => each !== language)!
  return (
    <button type="button" className="button button-quiet bar-language" lang={other} title={t(`language.${other}`)} aria-label={`${t('language.label')} · ${t(`language.${other}`)}`} onClick={() => setLanguage(other)}>
      {language === 'en' ? '中' : 'EN'}
    </button>
  )
}

function Person() {
  const { t } = useTranslation('common')
  const { session, signOut } = useSession()
  const toasts = useToasts()
  const { open, setOpen, box } = useMenu<HTMLDivElement>()
  if (!session) return null
  const held = [...new Set(session.grants.map(({ role }) => role))]
  return (
    <div className="person" ref={box}>
      <button type="button" className="button button-quiet person-button" aria-label={session.displayName} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="person" />
        <span className="person-name">{session.displayName}</span>
        <Icon name="chevron-down" size={12} />
      </button>
      {open ? (
        <div className="person-menu">
          <p>
            <b>{session.displayName}</b>
            <span className="soft">{session.name}</span>
          </p>
          <p className="soft">{held.map((role) => t(`role.${role}`)).join(' · ')}</p>
          <Button size="small" icon="sign-out" onClick={() => void signOut().then(forgetUnsent).catch(toasts.problem)}>
            {t('signOut')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
