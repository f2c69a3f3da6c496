/** The selected incident: what it is, who is on it, who should go, what is near, what happened. */
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '#ui/client.ts'
import { useNow } from '#ui/clock.ts'
import { isComposing } from '#ui/composing.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Button, Empty, ErrorState, Icon, IconButton, Select, Spinner, StateMark } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { outcomes, type CategoryView, type IncidentView, type RecommendationItem, type ResourceView } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { useSession } from '#ui/session.tsx'
import { BroadcastForm } from '../messages/broadcast-form.tsx'
import { reachesAround } from '../messages/reaches.ts'
import { Broadcasts } from '../messages/broadcasts.tsx'
import { leaders, talkers } from '../messages/provider.tsx'
import { ChannelThread } from '../messages/thread.tsx'
import { changeView, selectIncident } from '../router.ts'
import type { Acts, IncidentChanges } from './acts.ts'
import { AssignmentList } from './assignment-list.tsx'
import { activeAssignments, isActive } from './assignments.ts'
import type { OutcomeName } from './line-types.ts'
import { Glyph } from './glyph.tsx'
import { IncidentLog } from './incident-log.tsx'
import { RecommendationList } from './recommendation-list.tsx'
import { useMovedSlowly, useRoomPart } from './room-context.tsx'
import { TimerWords } from './timer-bar.tsx'
import { useAnswer } from './use-answer.ts'
import { agencyName, categoryName, numberOf, placeName, runningWords } from './words.ts'

export type IncidentDetailProps = {
  readonly incident: IncidentView
  readonly acts: Acts
  readonly mayAct: boolean
  readonly onHoverUnit: (unit: string | null) => void
  readonly onShow: (incident: IncidentView) => void
}

type Form = 'close' | 'hand-over' | 'merge' | 'broadcast' | null

export function IncidentDetail({ incident, acts, mayAct, onHoverUnit, onShow }: IncidentDetailProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { t: messages } = useTranslation('messages')
  const { may } = useSession()
  const { language } = useLanguage()
  const format = useFormat()
  const now = useNow(1000)
  const categories = useRoomPart((state) => state.categories)
  const agencies = useRoomPart((state) => state.agencies)
  const incidents = useRoomPart((state) => state.incidents)
  const category = categories.find(({ id }) => id === incident.category)
  const [form, setForm] = useState<Form>(null)
  const isClosed = incident.status === 'closed'
  const active = activeAssignments(incident)
  const cannot = mayAct ? undefined : t('notYours')
  const ownTimer = incident.timers.find((timer) => timer.assignment === null)
  const merged = incident.mergedInto ? incidents.get(incident.mergedInto) : undefined

  useEffect(() => setForm(null), [incident.id, incident.status])

  const change = (changes: IncidentChanges) => void acts.change(incident, changes).catch(() => {})

  return (
    <article className="detail incident-detail" aria-label={`${numberOf(incident)} ${categoryName(category, language)}`}>
      <header className="detail-head">
        <Glyph category={category} priority={isClosed ? 4 : incident.priority} label={common(`priority.${incident.priority}`)} large />
        <div className="detail-title">
          <h2>
            <span className="detail-number">{numberOf(incident)}</span> {categoryName(category, language)}
          </h2>
          <p className="soft">
            <span className={`status status-${incident.status}`}>{common(`incidentStatus.${incident.status}`)}</span>
            <span title={format.fullTime(incident.openedAt)}>{t('incident.opened', { time: format.shortTime(incident.openedAt), by: incident.openedBy })}</span>
          </p>
        </div>
        <div className="detail-clock">
          <b>{isClosed ? format.duration(((incident.closedAt ?? now) - incident.openedAt) / 1000) : runningWords(now - incident.openedAt, format)}</b>
          {ownTimer && !isClosed ? <TimerWords timer={ownTimer} now={now} /> : null}
        </div>
        <IconButton icon="close" size="small" label={t('incident.deselect')} onClick={() => selectIncident(null)} />
      </header>

      <div className="detail-body">
        <section className="facts" aria-label={t('incident.facts')}>
          <button type="button" className="fact-place" onClick={() => onShow(incident)} title={t('incident.show')}>
            <Icon name="pin" />
            <span>{placeName(incident, language)}</span>
          </button>
          {incident.summary ? <p className="fact-summary">{incident.summary}</p> : null}
          {incident.reporter || incident.phone ? (
            <p className="fact-reporter">
              <Icon name="phone" size={14} />
              <span>{[incident.reporter, incident.phone].filter(Boolean).join(' · ')}</span>
            </p>
          ) : null}
          {isClosed ? (
            <p className="fact-outcome">
              <Icon name="check" size={14} />
              <span>{incident.outcome ? common(`outcome.${incident.outcome}`) : null}</span>
              {merged ? (
                <button type="button" className="link-button" onClick={() => selectIncident(merged.id)}>
                  {t('incident.mergedInto', { number: numberOf(merged) })}
                </button>
              ) : null}
            </p>
          ) : null}
          {incident.handedTo ? (
            <p className="fact-outcome">
              <Icon name="handover" size={14} />
              <span>{t('incident.handedTo', { to: agencyName(agencies.find(({ path }) => path === incident.handedTo), incident.handedTo, language) })}</span>
            </p>
          ) : null}
          {isClosed ? null : (
            <div className="fact-controls">
              <Select labelHidden label={t('incident.category')} value={incident.category} disabled={!mayAct} options={categoryOptions(categories, incident.category, language)} onChange={(event) => change({ category: event.target.value })} />
              <Select labelHidden label={t('incident.priority')} value={String(incident.priority)} disabled={!mayAct} options={[1, 2, 3, 4].map((priority) => ({ value: String(priority), label: common(`priority.${priority}`) }))} onChange={(event) => change({ priority: Number(event.target.value) })} />
            </div>
          )}
        </section>

        <div className="detail-acts">
          {isClosed || incident.status === 'handed-over' ? (
            <Button size="small" icon="undo" disabledBecause={cannot} onClick={() => void acts.reopen(incident).catch(() => {})}>
              {isClosed ? t('incident.reopen') : t('incident.takeBack')}
            </Button>
          ) : null}
          {isClosed ? null : (
            <>
              <Button size="small" icon="check" aria-pressed={form === 'close'} disabledBecause={cannot} onClick={() => setForm(form === 'close' ? null : 'close')}>
                {t('incident.close')}
              </Button>
              <Button size="small" icon="handover" aria-pressed={form === 'hand-over'} disabledBecause={cannot} onClick={() => setForm(form === 'hand-over' ? null : 'hand-over')}>
                {t('incident.handOver')}
              </Button>
              {may(leaders) ? (
                <Button size="small" icon="megaphone" aria-pressed={form === 'broadcast'} title={messages('broadcast.hint')} onClick={() => setForm(form === 'broadcast' ? null : 'broadcast')}>
                  {messages('broadcast.call')}
                </Button>
              ) : null}
              <Button size="small" icon="merge" aria-pressed={form === 'merge'} disabledBecause={cannot} onClick={() => setForm(form === 'merge' ? null : 'merge')}>
                {t('incident.merge')}
              </Button>
            </>
          )}
          {may(['commander', 'auditor']) && incident.assignments.length > 0 ? (
            <Button size="small" icon="past" onClick={() => changeView({ workspace: 'playback', page: '', incident: incident.id })}>
              {t('playBack')}
            </Button>
          ) : null}
        </div>
        {form === 'broadcast' ? <CallForm incident={incident} onDone={() => setForm(null)} /> : null}
        {form === 'close' ? <CloseForm incident={incident} acts={acts} onDone={() => setForm(null)} /> : null}
        {form === 'hand-over' ? <HandOverForm incident={incident} acts={acts} onDone={() => setForm(null)} /> : null}
        {form === 'merge' ? <MergeForm incident={incident} acts={acts} onDone={() => setForm(null)} /> : null}

        {incident.assignments.length > 0 ? (
          <Section title={t('assignments.title')} count={active.length}>
            <AssignmentList incident={incident} now={now} acts={acts} mayAct={mayAct} onHover={onHoverUnit} />
          </Section>
        ) : null}

        {isClosed ? null : <Recommended incident={incident} acts={acts} cannot={cannot} onHoverUnit={onHoverUnit} />}
        {isClosed ? null : <Questions incident={incident} category={category} mayAct={mayAct} onAnswer={(id, answer) => change({ answers: { ...incident.answers, [id]: answer } })} />}
        {isClosed ? null : <Resources incident={incident} />}

        <Broadcasts incident={incident.id} />
        {may(talkers) ? (
          <Section title={messages('title')} className="messages-section">
            <ChannelThread key={incident.id} id={`incident-${incident.id}`} />
          </Section>
        ) : null}
        <Section title={t('log.title')} className="log-section">
          <IncidentLog key={incident.id} incident={incident} acts={acts} mayAct={mayAct} />
        </Section>
      </div>
    </article>
  )
}

const categoryOptions = (categories: readonly CategoryView[], present: string, language: 'zh-CN' | 'en') =>
  categories.filter((category) => category.active || category.id === present).map((category) => ({ value: category.id, label: categoryName(category, language) }))

export function Section({ title, count, extra, className, children }: { readonly title: string; readonly count?: number; readonly extra?: ReactNode; readonly className?: string; readonly children: ReactNode }) {
  return (
    <div className={className ? `section ${className}` : 'section'} role="group" aria-label={title}>
      <h3 className="section-head">
        <span>{title}</span>
        {count ? <span className="section-count">{count}</span> : null}
        {extra}
      </h3>
      {children}
    </div>
  )
}

/** A number that is another one when others are free: the ids of 20,000 would be a word of a million letters at every change. */
function whoIsFree(units: Iterable<UnitView>): number {
  let sum = 0
  for (const { handle, state } of units) if (state === 'free') sum = (sum + Math.imul(handle, 2_654_435_761)) | 0
  return sum
}

/** Asked again when anything about who is free may have changed, and every ten seconds: units move. */
function Recommended({ incident, acts, cannot, onHoverUnit }: { readonly incident: IncidentView; readonly acts: Acts; readonly cannot: string | undefined; readonly onHoverUnit: (unit: string | null) => void }) {
  const { t } = useTranslation('command')
  const units = useRoomPart((state) => state.units)
  const tick = Math.floor(useNow(10_000) / 10_000)
  const freeKey = useMemo(() => whoIsFree(units.values()), [units])
  const again = `${tick}/${freeKey}/${incident.lon},${incident.lat}/${incident.category}`
  const { answer, problem, asking } = useAnswer<{ items: RecommendationItem[] }>(`/api/dispatch/incidents/${incident.id}/recommendation?limit=5`, again)
  const items = (answer?.items ?? []).filter((item) => !incident.assignments.some((assignment) => assignment.unit === item.unit && isActive(assignment.state)))

  const send = (item: RecommendationItem) => acts.assign(incident, { id: item.unit, callSign: item.callSign })

  // Alt+1 … Alt+5 send from anywhere, whatever has the focus
  const latest = useRef({ items, send, cannot })
  latest.current = { items, send, cannot }
  useEffect(() => {
    const keys = (event: globalThis.KeyboardEvent) => {
      const digit = /^Digit([1-5])$/.exec(event.code)?.[1]
      if (!digit || !event.altKey || event.ctrlKey || event.metaKey) return
      const item = latest.current.items[Number(digit) - 1]
      if (!item || latest.current.cannot !== undefined) return
      event.preventDefault()
      void latest.current.send(item).catch(() => {})
    }
    window.addEventListener('keydown', keys)
    return () => window.removeEventListener('keydown', keys)
  }, [])

  // a station desk has no say in who is sent: then there is no such part
  if (problem instanceof Problem && problem.code === 'not-allowed') return null
  return (
    <Section title={t('recommendation.title')} extra={asking && !answer ? <Spinner size={12} /> : <span className="section-hint">{t('recommendation.hint')}</span>}>
      {problem && !answer ? (
        <ErrorState problem={problem} />
      ) : answer && items.length === 0 ? (
        <p className="section-empty">{t('recommendation.none')}</p>
      ) : (
        <RecommendationList items={items} onSend={send} disabledBecause={cannot} onHover={onHoverUnit} />
      )}
    </Section>
  )
}

function Questions({ incident, category, mayAct, onAnswer }: { readonly incident: IncidentView; readonly category: CategoryView | undefined; readonly mayAct: boolean; readonly onAnswer: (id: string, answer: string) => void }) {
  const { t } = useTranslation('command')
  const { language } = useLanguage()
  if (!category || category.questions.length === 0) return null
  return (
    <Section title={t('questions.title')} extra={<span className="section-hint">{t('questions.answered', { count: category.questions.filter(({ id }) => incident.answers[id]).length, all: category.questions.length })}</span>}>
      <dl className="questions">
        {category.questions.map((question) => (
          <div key={question.id} className="question">
            <dt>
              <label htmlFor={`q-${incident.id}-${question.id}`}>{language === 'en' ? question.textEn : question.text}</label>
            </dt>
            <dd>
              <AnswerField key={`${incident.id}/${incident.answers[question.id] ?? ''}`} id={`q-${incident.id}-${question.id}`} value={incident.answers[question.id] ?? ''} readOnly={!mayAct} onSave={(answer) => onAnswer(question.id, answer)} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

/** Saved when left or on Enter; Escape gives the old answer back. */
function AnswerField({ id, value, readOnly, onSave }: { readonly id: string; readonly value: string; readonly readOnly: boolean; readonly onSave: (value: string) => void }) {
  const [text, setText] = useState(value)
  const { t } = useTranslation('command')
  return (
    <input
      id={id}
      className="answer"
      value={text}
      readOnly={readOnly}
      maxLength={500}
      placeholder={t('questions.placeholder')}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => text.trim() !== value && onSave(text.trim())}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !isComposing(event)) event.currentTarget.blur()
        if (event.key === 'Escape') {
          setText(value)
          event.stopPropagation()
        }
      }}
    />
  )
}

function Resources({ incident }: { readonly incident: IncidentView }) {
  const { t } = useTranslation('command')
  const { language } = useLanguage()
  const format = useFormat()
  useMovedSlowly()
  const { answer, problem } = useAnswer<{ items: ResourceView[] }>(`/api/dispatch/incidents/${incident.id}/resources`, `${incident.lon},${incident.lat}`)
  if (problem || !answer || answer.items.length === 0) return null
  return (
    <Section title={t('resources.title')}>
      <ul className="resources">
        {answer.items.slice(0, 4).map((resource) => (
          <li key={resource.id} className="resource">
            <span className="diamond" aria-hidden="true" />
            <span className="resource-name">{language === 'en' ? (resource.nameEn ?? resource.name) : resource.name}</span>
            <b>{resource.travelSeconds === null ? '–' : format.travelTime(resource.travelSeconds)}</b>
            <span className="soft">{format.distance(resource.distanceMeters)}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

type FormProps = { readonly incident: IncidentView; readonly acts: Acts; readonly onDone: () => void }

function useForm(work: () => Promise<void>, onDone: () => void) {
  const [busy, setBusy] = useState(false)
  return {
    busy,
    run: async () => {
      if (busy) return
      setBusy(true)
      try {
        await work()
        onDone()
      } catch {
        // said in a toast; what was typed stays
      } finally {
        setBusy(false)
      }
    },
  }
}

function CloseForm({ incident, acts, onDone }: FormProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const [outcome, setOutcome] = useState<OutcomeName>('settled')
  const [note, setNote] = useState('')
  const { busy, run } = useForm(() => acts.close(incident, outcome, note.trim()), onDone)
  const units = activeAssignments(incident)
  return (
    <form className="act-form" onSubmit={(event) => { event.preventDefault(); void run() }}>
      <Select autoFocus label={t('close.outcome')} value={outcome} options={outcomes.map((value) => ({ value, label: common(`outcome.${value}`) }))} onChange={(event) => setOutcome(event.target.value as OutcomeName)} />
      <input className="control" aria-label={t('close.note')} placeholder={t('close.note')} value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} />
      {units.length > 0 ? (
        <p className="act-form-note">
          {units.map((unit) => (
            <StateMark key={unit.id} tone="free">
              {unit.callSign}
            </StateMark>
          ))}
          {t('close.frees')}
        </p>
      ) : null}
      <div className="act-form-buttons">
        <Button size="small" kind="quiet" onClick={onDone}>{common('cancel')}</Button>
        <Button size="small" kind="primary" type="submit" busy={busy}>{t('incident.close')}</Button>
      </div>
    </form>
  )
}

function HandOverForm({ incident, acts, onDone }: FormProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { language } = useLanguage()
  const agencies = useRoomPart((state) => state.agencies)
  const { answer } = useAnswer<{ items: ResourceView[] }>(`/api/dispatch/incidents/${incident.id}/resources`)
  const stations = useMemo(() => {
    const rank = new Map((answer?.items ?? []).map((resource, index) => [resource.agency, index]))
    return agencies.filter(({ kind, path }) => kind === 'station' && path !== incident.agency).toSorted((a, b) => (rank.get(a.path) ?? 99) - (rank.get(b.path) ?? 99))
  }, [agencies, answer, incident.agency])
  const [chosen, setChosen] = useState('')
  const [note, setNote] = useState('')
  const to = chosen || (stations[0]?.path ?? '')
  const name = agencyName(agencies.find(({ path }) => path === to), to, language)
  const { busy, run } = useForm(() => acts.handOver(incident, to, name, note.trim()), onDone)
  if (stations.length === 0) return <p className="section-empty">{t('handOver.none')}</p>
  return (
    <form className="act-form" onSubmit={(event) => { event.preventDefault(); void run() }}>
      <Select autoFocus label={t('handOver.to')} value={to} options={stations.map((station) => ({ value: station.path, label: agencyName(station, station.path, language) }))} onChange={(event) => setChosen(event.target.value)} />
      <input className="control" aria-label={t('handOver.note')} placeholder={t('handOver.note')} value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} />
      <div className="act-form-buttons">
        <Button size="small" kind="quiet" onClick={onDone}>{common('cancel')}</Button>
        <Button size="small" kind="primary" type="submit" busy={busy}>{t('incident.handOver')}</Button>
      </div>
    </form>
  )
}

function MergeForm({ incident, acts, onDone }: FormProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { language } = useLanguage()
  const format = useFormat()
  const incidents = useRoomPart((state) => state.incidents)
  const categories = useRoomPart((state) => state.categories)
  const others = useMemo(() => {
    const far = (other: IncidentView) => Math.hypot((other.lon - incident.lon) * Math.cos((incident.lat * Math.PI) / 180), other.lat - incident.lat)
    return [...incidents.values()].filter((other) => other.id !== incident.id && other.status !== 'closed').sort((a, b) => far(a) - far(b)).slice(0, 20)
  }, [incidents, incident])
  const [chosen, setChosen] = useState('')
  const into = others.find(({ id }) => id === chosen) ?? others[0]
  const { busy, run } = useForm(async () => { if (into) { await acts.merge(incident, into); selectIncident(into.id) } }, onDone)
  if (!into) return <Empty title={t('merge.none')} />
  return (
    <form className="act-form" onSubmit={(event) => { event.preventDefault(); void run() }}>
      <Select
        autoFocus
        label={t('merge.into')}
        value={into.id}
        options={others.map((other) => ({ value: other.id, label: `${numberOf(other)} ${categoryName(categories.find(({ id }) => id === other.category), language)} · ${placeName(other, language)} · ${format.shortTime(other.openedAt)}` }))}
        onChange={(event) => setChosen(event.target.value)}
      />
      <p className="act-form-note">{t('merge.text', { number: numberOf(incident), into: numberOf(into) })}</p>
      <div className="act-form-buttons">
        <Button size="small" kind="quiet" onClick={onDone}>{common('cancel')}</Button>
        <Button size="small" kind="primary" type="submit" busy={busy}>{t('incident.merge')}</Button>
      </div>
    </form>
  )
}

/** Call everybody near the incident, or of its agency. */
function CallForm({ incident, onDone }: { readonly incident: IncidentView; readonly onDone: () => void }) {
  const { t: messages } = useTranslation('messages')
  const { language } = useLanguage()
  const { id, agency } = incident
  const name = agencyName(useRoomPart((state) => state.agencies.find(({ path }) => path === agency)), agency, language)
  const whole = { value: 'agency', label: messages('broadcast.agency', { name }), asked: { incident: id, agency }, widens: false }
  return <BroadcastForm autoFocus reaches={[...reachesAround({ incident: id }, messages), whole]} onDone={onDone} />
}
