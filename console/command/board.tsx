/** The board: one row per incident, the most pressing first. */
import { memo, useEffect, useMemo, useRef, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Button, Empty, Icon, Kbd, StateMark, Tabs, VisuallyHidden } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useFormat } from '#ui/use-format.ts'
import type { CategoryView, IncidentView } from '#modules/dispatch/contract.ts'
import { changeView, selectIncident, useView } from '../router.ts'
import type { Acts } from './acts.ts'
import { activeAssignments } from './assignments.ts'
import { boardCounts, boardRows, boardTabs, type BoardTab } from './board-order.ts'
import { ShortCalls } from '../messages/short-calls.tsx'
import { DeviceAlarmLine } from './device-alarms.tsx'
import { FenceAlarmList } from './fence-alarm-list.tsx'
import { Glyph } from './glyph.tsx'
import { useRoomPart } from './room-context.tsx'
import { TimerBar, TimerWords } from './timer-bar.tsx'
import { alarmsOf, pressingTimer } from './timers.ts'
import { categoryName, numberOf, placeName, runningWords } from './words.ts'

const isTab = (text: string): text is BoardTab => (boardTabs as readonly string[]).includes(text)

export const Board = memo(function Board({ acts, mayAct, onNew }: { readonly acts: Acts; readonly mayAct: boolean; readonly onNew: () => void }) {
  const { t } = useTranslation('command')
  const selected = useView(({ incident }) => incident)
  const asked = useView(({ tab }) => tab)
  const incidents = useRoomPart((state) => state.incidents)
  const categories = useRoomPart((state) => state.categories)
  const tab: BoardTab = isTab(asked) ? asked : 'all'
  const now = useNow(1000)
  const list = useRef<HTMLUListElement>(null)

  const byId = useMemo(() => new Map(categories.map((category) => [category.id, category])), [categories])
  const rows = useMemo(() => boardRows(incidents.values(), tab), [incidents, tab])
  const counts = useMemo(() => boardCounts(incidents.values()), [incidents])
  const alarms = useMemo(() => alarmsOf(incidents.values()), [incidents])
  const openCount = counts.waiting + counts.active

  // a selection made elsewhere (map, command line) is brought into sight
  useEffect(() => {
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [selected, tab])

  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('.row-open') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const next = buttons[at < 0 ? 0 : Math.min(buttons.length - 1, Math.max(0, at + step))]
    next?.focus()
    next?.click()
  }

  return (
    <section className="board" aria-label={t('board.label')}>
      <header className="panel-head">
        <h2>{t('board.title')}</h2>
        <Button size="small" kind="primary" icon="plus" onClick={onNew} disabledBecause={mayAct ? undefined : t('notYours')} title={t('board.newHint')}>
          {t('board.new')}
        </Button>
      </header>
      <ShortCalls />
      <FenceAlarmList mayAct={mayAct} />
      <Tabs<BoardTab>
        label={t('board.filter')}
        className="board-tabs"
        selected={tab}
        onSelect={(next) => changeView({ tab: next === 'all' ? '' : next }, 'replace')}
        tabs={boardTabs.map((id) => ({ id, label: t(`board.tab.${id}`), count: id === 'all' ? openCount : counts[id], alarm: id === 'waiting' && alarms.some(({ incident }) => incident.status === 'waiting') }))}
      >
        {rows.length === 0 ? (
          <EmptyBoard tab={tab} onNew={onNew} mayAct={mayAct} />
        ) : (
          <ul className="rows" ref={list} onKeyDown={keys}>
            {rows.map((incident) => (
              <Row
                key={incident.id}
                incident={incident}
                category={byId.get(incident.category)}
                isSelected={incident.id === selected}
                // closed rows do not change with the clock: they are given none, and are not drawn again
                now={incident.status === 'closed' ? 0 : now}
                acts={acts}
                mayAct={mayAct}
              />
            ))}
          </ul>
        )}
      </Tabs>
      <DeviceAlarmLine mayAct={mayAct} />
    </section>
  )
})

function EmptyBoard({ tab, onNew, mayAct }: { readonly tab: BoardTab; readonly onNew: () => void; readonly mayAct: boolean }) {
  const { t } = useTranslation('command')
  return (
    <Empty
      icon="lantern"
      title={t(`board.empty.${tab}.title`)}
      action={
        mayAct && tab !== 'active' ? (
          <Button size="small" icon="plus" onClick={onNew}>
            {t('board.new')}
          </Button>
        ) : undefined
      }
    >
      <p>{t(`board.empty.${tab}.text`)}</p>
      {tab === 'active' ? null : (
        <p className="empty-keys">
          <Kbd keys="N" /> {t('board.orKey')}
        </p>
      )}
    </Empty>
  )
}

/** With their names: more have no room beside the timer, and half a name is none. */
const unitsShown = 2

type RowProps = {
  readonly incident: IncidentView
  readonly category: CategoryView | undefined
  readonly isSelected: boolean
  readonly now: number
  readonly acts: Acts
  readonly mayAct: boolean
}

const Row = memo(function Row({ incident, category, isSelected, now, acts, mayAct }: RowProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { language } = useLanguage()
  const format = useFormat()
  const isClosed = incident.status === 'closed'
  const pressing = isClosed ? undefined : pressingTimer(incident.timers, now)
  const active = activeAssignments(incident)
  const others = new Intl.ListFormat(language, { type: 'unit', style: 'short' }).format(active.slice(unitsShown).map(({ callSign }) => callSign))
  const name = categoryName(category, language)
  const place = placeName(incident, language)

  return (
    <li className={['row', isSelected && 'is-selected', isClosed && 'is-closed', pressing?.alarming && 'is-alarming'].filter(Boolean).join(' ')}>
      <button type="button" className="row-open" aria-current={isSelected || undefined} onClick={() => selectIncident(incident.id)}>
        <Glyph category={category} priority={isClosed ? 4 : incident.priority} label={`${name} · ${common(`priority.${incident.priority}`)}`} />
        <span className="row-main">
          <span className="row-first">
            <span className="row-number">{numberOf(incident)}</span>
            <span className="row-kind">{name}</span>
            <span className="row-place">{place}</span>
            <span className="row-age" title={format.fullTime(incident.openedAt)}>
              {isClosed ? format.shortTime(incident.closedAt ?? incident.openedAt) : runningWords(now - incident.openedAt, format)}
            </span>
          </span>
          <span className="row-second">
            {isClosed ? (
              <span className="row-outcome">{incident.outcome ? common(`outcome.${incident.outcome}`) : t('board.closed')}</span>
            ) : active.length > 0 ? (
              <span className="row-units">
                {active.slice(0, unitsShown).map((assignment) => (
                  <StateMark key={assignment.id} tone={toneOf(assignment.state)}>
                    <span className="row-unit" title={common(`assignmentState.${assignment.state}`)}>
                      <b>{assignment.callSign}</b>{' '}
                      {/* the sign says the state; the word too while there is room for it */}
                      {active.length > 1 ? <VisuallyHidden>{common(`assignmentState.${assignment.state}`)}</VisuallyHidden> : common(`assignmentState.${assignment.state}`)}
                    </span>
                  </StateMark>
                ))}
                {active.length > unitsShown ? (
                  <span title={others}>
                    <span aria-hidden="true">+{active.length - unitsShown}</span>
                    <VisuallyHidden>{others}</VisuallyHidden>
                  </span>
                ) : null}
              </span>
            ) : (
              <span className="row-waiting">{incident.status === 'handed-over' ? common('incidentStatus.handed-over') : incident.assignments.some(({ state }) => state === 'cleared') ? t('board.left') : t('board.nobody')}</span>
            )}
            <span className="row-summary">{incident.summary}</span>
            {pressing ? <TimerWords timer={pressing.timer} now={now} /> : null}
          </span>
        </span>
      </button>
      {pressing?.alarming ? (
        <div className="row-alarm" role="alert">
          <Icon name="alert" size={14} />
          <span className="row-alarm-text" title={t(`alarm.${pressing.timer.kind}`)}>
            <VisuallyHidden>{t(`alarm.${pressing.timer.kind}`)}</VisuallyHidden>
            {t(`alarm.told.${Math.min(3, pressing.timer.escalation)}`)}
          </span>
          <Button size="small" kind="danger" onClick={() => void acts.see(pressing.timer.id).catch(() => {})} disabledBecause={mayAct ? undefined : t('notYours')}>
            {t('alarm.seen')}
          </Button>
        </div>
      ) : null}
      {pressing ? <TimerBar timer={pressing.timer} now={now} /> : null}
    </li>
  )
})
