/**
 * Taking a report: kind, place, what; beside it what is already known there and who would be sent. Everything by
 * keyboard: `n`, a few letters of the kind, Tab, the place, Enter, what happened, Ctrl+Enter.
 */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useNow } from '#ui/clock.ts'
import { isComposing } from '#ui/composing.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Button, Field, Icon, Kbd, Select, Sheet, Spinner } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import type { CategoryView, IncidentView, NearIncident, RecommendationItem } from '#modules/dispatch/contract.ts'
import type { PlaceView } from '#modules/town/contract.ts'
import { selectIncident } from '../router.ts'
import { gapsOf, matchCategories, readCoordinates, type Draft, type DraftPlace } from './draft.ts'
import { Glyph } from './glyph.tsx'
import { RecommendationList } from './recommendation-list.tsx'
import { useRoomPart } from './room-context.tsx'
import { useAnswer } from './use-answer.ts'
import { categoryName, numberOf, placeName } from './words.ts'

export type NewIncidentProps = {
  readonly draft: Draft
  readonly onChange: (changes: Partial<Draft>) => void
  readonly onClose: () => void
  readonly onShow: (place: DraftPlace) => void
  readonly onHoverUnit: (unit: string | null) => void
  /** Open it and send these units. */
  readonly onSubmit: (draft: Draft, units: readonly { id: string; callSign: string }[]) => Promise<void>
}

/** Longer than a recommendation takes on a slow machine, shorter than a dispatcher's patience. */
const recommendationWaitMs = 2000

export function NewIncident({ draft, onChange, onClose, onShow, onHoverUnit, onSubmit }: NewIncidentProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { language } = useLanguage()
  const categories = useRoomPart((state) => state.categories)
  const category = categories.find(({ id }) => id === draft.category)
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const summary = useRef<HTMLInputElement>(null)
  const placeInput = useRef<HTMLInputElement>(null)
  const gaps = gapsOf(draft)
  const tick = Math.floor(useNow(10_000) / 10_000)

  const where = draft.place ? `lon=${draft.place.lon.toFixed(6)}&lat=${draft.place.lat.toFixed(6)}` : null
  const { answer: recommended, asking } = useAnswer<{ items: RecommendationItem[] }>(where ? `/api/dispatch/recommendation?${where}${draft.category ? `&category=${draft.category}` : ''}&limit=4` : null, tick, 100)
  const { answer: near } = useAnswer<{ duplicates: NearIncident[]; earlier: NearIncident[] }>(where ? `/api/dispatch/incidents/near?${where}${draft.category ? `&category=${draft.category}` : ''}` : null, 0, 100)

  const items = recommended?.items ?? []
  const first = items[0]?.unit
  // as long as nobody chose, the first recommended one is meant: the button says so by name
  const chosen = useMemo(() => new Set(draft.units ?? (first === undefined ? [] : [first])), [draft.units, first])
  const toSend = items.filter((item) => chosen.has(item.unit)).map((item) => ({ id: item.unit, callSign: item.callSign }))

  // whoever types faster than roads are searched still sends: the act waits for the recommendation, for a moment
  const [awaiting, setAwaiting] = useState(false)
  const latestSubmit = useRef<(withUnits: boolean) => Promise<void>>(async () => {})
  useEffect(() => {
    if (!awaiting) return
    const go = () => {
      setAwaiting(false)
      void latestSubmit.current(true)
    }
    if (recommended) return go()
    const timer = setTimeout(go, recommendationWaitMs)
    return () => clearTimeout(timer)
  }, [awaiting, recommended])

  const submit = async (withUnits: boolean) => {
    setTried(true)
    if (gaps.length > 0 || busy) {
      if (gaps[0] === 'place') placeInput.current?.focus()
      return
    }
    if (withUnits && asking && !recommended && !awaiting) return setAwaiting(true)
    setBusy(true)
    try {
      await onSubmit(draft, withUnits ? toSend : [])
    } catch {
      // said in a toast; everything that was typed stays
    } finally {
      setBusy(false)
    }
  }
  latestSubmit.current = submit
  const keys = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void submit(!event.shiftKey)
  }

  const names = new Intl.ListFormat(language, { type: 'unit', style: 'short' }).format(toSend.map(({ callSign }) => callSign))
  return (
    <div className="new-incident" onKeyDown={keys}>
      <Sheet
        title={t('new.title')}
        onClose={onClose}
        actions={
          <>
            <Button kind="primary" icon={toSend.length > 0 ? 'send' : 'check'} busy={busy || awaiting} onClick={() => void submit(true)} className="grow">
              {toSend.length > 0 ? t('new.openAndSend', { units: names }) : t('new.open')}
            </Button>
            {toSend.length > 0 ? (
              <Button busy={busy} onClick={() => void submit(false)} title={`${t('new.openOnly')} (Ctrl+Shift+Enter)`}>
                {t('new.openOnly')}
              </Button>
            ) : null}
            <Kbd keys="mod+enter" />
          </>
        }
      >
        <div className="new-form">
          <KindField draft={draft} categories={categories} onChange={onChange} onNext={() => placeInput.current?.focus()} error={tried && gaps.includes('category') ? t('new.kindMissing') : undefined} />
          <PlaceField
            draft={draft}
            inputRef={placeInput}
            error={tried && gaps.includes('place') ? t('new.placeMissing') : undefined}
            onChange={onChange}
            onPlace={(place) => {
              onChange({ place, placeTyped: place.text, units: null })
              onShow(place)
              summary.current?.focus()
            }}
          />
          <Field ref={summary} label={t('new.summary')} placeholder={t('new.summaryHint')} value={draft.summary} maxLength={2000} onChange={(event) => onChange({ summary: event.target.value })} />
          {draft.place ? <Near near={near} /> : null}

          {draft.place ? (
            <section className="section" aria-label={t('recommendation.title')} aria-live="polite">
              <h3 className="section-head">
                <span>{t('recommendation.title')}</span>
                {asking && items.length === 0 ? <Spinner size={12} /> : null}
              </h3>
              {recommended && items.length === 0 ? <p className="section-empty">{t('recommendation.none')}</p> : null}
              <RecommendationList
                items={items}
                onHover={onHoverUnit}
                chosen={chosen}
                onChoose={(unit, isChosen) => onChange({ units: isChosen ? [...chosen, unit] : [...chosen].filter((each) => each !== unit) })}
              />
            </section>
          ) : (
            <p className="new-hint">
              <Icon name="pin" size={14} /> {t('new.placeHint')}
            </p>
          )}

          <div className="new-pair">
            <Field label={t('new.reporter')} value={draft.reporter} maxLength={80} autoComplete="off" onChange={(event) => onChange({ reporter: event.target.value })} />
            <Field label={t('new.phone')} value={draft.phone} maxLength={32} inputMode="tel" autoComplete="off" onChange={(event) => onChange({ phone: event.target.value })} />
            <Select
              label={t('incident.priority')}
              value={String(draft.priority ?? category?.priority ?? 3)}
              options={[1, 2, 3, 4].map((priority) => ({ value: String(priority), label: common(`priority.${priority}`) }))}
              onChange={(event) => onChange({ priority: Number(event.target.value) })}
            />
          </div>

          {category && category.questions.length > 0 ? (
            <section className="section" aria-label={t('questions.title')}>
              <h3 className="section-head">{t('questions.title')}</h3>
              <div className="new-questions">
                {category.questions.map((question) => (
                  <Field
                    key={question.id}
                    label={language === 'en' ? question.textEn : question.text}
                    value={draft.answers[question.id] ?? ''}
                    maxLength={500}
                    onChange={(event) => onChange({ answers: { ...draft.answers, [question.id]: event.target.value } })}
                  />
                ))}
              </div>
            </section>
          ) : null}
        </div>
      </Sheet>
    </div>
  )
}

type KindFieldProps = {
  readonly draft: Draft
  readonly categories: readonly CategoryView[]
  readonly onChange: (changes: Partial<Draft>) => void
  readonly onNext: () => void
  readonly error: string | undefined
}

/** Typing chooses: letters, initials or Chinese narrow the kinds, the first one left is taken. A click takes any. */
function KindField({ draft, categories, onChange, onNext, error }: KindFieldProps) {
  const { t } = useTranslation('command')
  const { language } = useLanguage()
  const isTyped = draft.category === null || draft.kindTyped !== ''
  const matches = isTyped ? matchCategories(draft.kindTyped, categories) : categories.filter(({ active }) => active)
  const matching = new Set(matches.map(({ id }) => id))

  const take = (category: CategoryView) => {
    onChange({ category: category.id, kindTyped: '', priority: null, units: null })
    onNext()
  }
  return (
    <div className="kind-field">
      <Field
        autoFocus
        label={t('new.kind')}
        placeholder={draft.category ? categoryName(categories.find(({ id }) => id === draft.category), language) : t('new.kindHint')}
        value={draft.kindTyped}
        error={error}
        autoComplete="off"
        onChange={(event) => {
          const typed = event.target.value
          const best = typed.trim() === '' ? undefined : matchCategories(typed, categories)[0]
          onChange({ kindTyped: typed, ...(best ? { category: best.id, priority: null } : {}) })
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || isComposing(event)) return
          event.preventDefault()
          if (matches[0] && isTyped) take(matches[0])
          else if (draft.category) onNext()
        }}
      />
      <div className="kinds" role="group" aria-label={t('new.kind')}>
        {categories
          .filter(({ active }) => active)
          .map((category) => (
            <button
              key={category.id}
              type="button"
              tabIndex={-1}
              className={['kind', category.id === draft.category && 'is-chosen', !matching.has(category.id) && 'is-out'].filter(Boolean).join(' ')}
              aria-pressed={category.id === draft.category}
              onClick={() => take(category)}
            >
              <Glyph category={category} priority={3} label="" />
              <span title={categoryName(category, language)}>{categoryName(category, language)}</span>
              {language === 'en' ? null : <span className="kind-keys">{category.pinyin}</span>}
            </button>
          ))}
      </div>
    </div>
  )
}

type PlaceFieldProps = {
  readonly draft: Draft
  readonly inputRef: React.RefObject<HTMLInputElement | null>
  readonly error: string | undefined
  readonly onChange: (changes: Partial<Draft>) => void
  readonly onPlace: (place: DraftPlace) => void
}

function PlaceField({ draft, inputRef, error, onChange, onPlace }: PlaceFieldProps) {
  const { t } = useTranslation('command')
  const { language } = useLanguage()
  const format = useFormat()
  const typed = draft.placeTyped.trim()
  const isChosen = draft.place !== null && draft.place.text === draft.placeTyped
  const coordinates = isChosen ? null : readCoordinates(typed)
  const { answer, asking } = useAnswer<{ items: PlaceView[] }>(!isChosen && !coordinates && typed !== '' ? `/api/town/search?q=${encodeURIComponent(typed)}&limit=7` : null, 0, 90)
  const [at, setAt] = useState(0)
  const [open, setOpen] = useState(false)
  useEffect(() => setAt(0), [answer])

  const options: readonly { key: string; label: string; detail: string; place: DraftPlace }[] = coordinates
    ? [{ key: 'xy', label: `${coordinates.lon.toFixed(5)}, ${coordinates.lat.toFixed(5)}`, detail: t('new.coordinate'), place: { ...coordinates, text: typed, name: null } }]
    : (answer?.items ?? []).map((item) => {
        const name = language === 'en' ? (item.nameEn ?? item.name) : item.name
        return {
          key: item.id,
          label: name,
          detail: [t(`place.${item.kind}`), item.nameEn && language !== 'en' ? item.nameEn : '', item.distanceMeters === null ? '' : format.distance(item.distanceMeters)].filter(Boolean).join(' · '),
          place: { lon: item.lon, lat: item.lat, text: name, name: item.name },
        }
      })
  const shown = open && !isChosen && typed !== ''

  return (
    <div className="place-field">
      <Field
        ref={inputRef}
        label={t('new.place')}
        placeholder={t('new.placePlaceholder')}
        value={draft.placeTyped}
        error={error}
        autoComplete="off"
        role="combobox"
        aria-expanded={shown && options.length > 0}
        aria-controls="place-options"
        aria-activedescendant={shown && options[at] ? `place-option-${at}` : undefined}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onChange={(event) => {
          setOpen(true)
          onChange({ placeTyped: event.target.value, place: null })
        }}
        onKeyDown={(event) => {
          if (isComposing(event)) return
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault()
            setAt(Math.min(options.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1))))
          }
          const takes = (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || (event.key === 'Tab' && !event.shiftKey && shown)
          if (takes && shown && options[at]) {
            event.preventDefault()
            onPlace(options[at].place)
          }
        }}
      />
      {shown ? (
        <ul className="options" id="place-options" role="listbox" aria-label={t('new.place')}>
          {options.map((option, index) => (
            <li key={option.key} id={`place-option-${index}`} role="option" aria-selected={index === at} className="option" onMouseDown={(event) => event.preventDefault()} onClick={() => onPlace(option.place)} onMouseEnter={() => setAt(index)}>
              <span>{option.label}</span>
              <span className="soft">{option.detail}</span>
            </li>
          ))}
          {options.length === 0 && answer && !asking ? <li className="option option-none" role="presentation">{t('new.placeNone')}</li> : null}
        </ul>
      ) : null}
    </div>
  )
}

/** What is known at this place: the same report by somebody else, and what happened here before. */
function Near({ near }: { readonly near: { duplicates: NearIncident[]; earlier: NearIncident[] } | undefined }) {
  const { t } = useTranslation('command')
  const { language } = useLanguage()
  const format = useFormat()
  const now = useNow(10_000)
  const categories = useRoomPart((state) => state.categories)
  if (!near || (near.duplicates.length === 0 && near.earlier.length === 0)) return null
  const line = (incident: NearIncident) => (
    <button type="button" className="near-line" onClick={() => selectIncident(incident.id)}>
      <b>{numberOf(incident as Pick<IncidentView, 'number'>)}</b>
      <span>{categoryName(categories.find(({ id }) => id === incident.category), language)}</span>
      <span className="near-place">{incident.summary || placeName({ ...incident, lon: 0, lat: 0 }, language)}</span>
      <span className="soft">{format.distance(incident.distanceMeters)}</span>
      <span className="soft">{now - incident.openedAt < 86_400_000 ? format.age(incident.openedAt, now) : format.dayTime(incident.openedAt)}</span>
    </button>
  )
  return (
    <section className="near" aria-label={t('near.title')} aria-live="polite">
      {near.duplicates.length > 0 ? (
        <div className="near-duplicates">
          <h3>
            <Icon name="alert" size={14} /> {t('near.duplicates')}
          </h3>
          <ul>{near.duplicates.slice(0, 3).map((incident) => <li key={incident.id}>{line(incident)}</li>)}</ul>
        </div>
      ) : null}
      {near.earlier.length > 0 ? (
        <div>
          <h3>{t('near.earlier', { count: near.earlier.length })}</h3>
          <ul>{near.earlier.slice(0, 3).map((incident) => <li key={incident.id}>{line(incident)}</li>)}</ul>
        </div>
      ) : null}
    </section>
  )
}
