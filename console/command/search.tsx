/** ⌘K: one box for incidents, units and places. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isComposing } from '#ui/composing.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Icon, Spinner, StateMark } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useFormat } from '#ui/use-format.ts'
import type { PlaceView } from '#modules/town/contract.ts'
import { selectIncident, selectUnit } from '../router.ts'
import { Glyph } from './glyph.tsx'
import { likeness } from './initials.ts'
import { callSignNames, nameIndex } from './name-index.ts'
import { useRoomPart } from './room-context.tsx'
import { useAnswer } from './use-answer.ts'
import { categoryName, numberOf, placeName } from './words.ts'

export type SearchProps = {
  readonly onClose: () => void
  readonly onPlace: (place: PlaceView) => void
  readonly onShowUnit: (unit: string) => void
  readonly onShowIncident: (incident: { readonly lon: number; readonly lat: number }) => void
}

export function Search({ onClose, onPlace, onShowUnit, onShowIncident }: SearchProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { language } = useLanguage()
  const format = useFormat()
  const dialog = useRef<HTMLDialogElement>(null)
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const incidents = useRoomPart((state) => state.incidents)
  const units = useRoomPart((state) => state.units)
  const categories = useRoomPart((state) => state.categories)
  const query = typed.trim()
  const { answer, asking } = useAnswer<{ items: PlaceView[] }>(query ? `/api/town/search?q=${encodeURIComponent(query)}&limit=6` : null, 0, 90)

  useEffect(() => {
    const element = dialog.current
    if (element && !element.open) element.showModal()
  }, [])
  useEffect(() => setAt(0), [query])

  const foundIncidents = useMemo(() => {
    const name = (id: string) => categories.find((category) => category.id === id)
    const score = (text: string) => likeness(query, text) ?? Infinity
    return [...incidents.values()]
      .map((incident) => {
        const category = name(incident.category)
        const byNumber = String(incident.number) === query.replace('#', '') ? -1 : Infinity
        const best = query === '' ? (incident.status === 'closed' ? Infinity : 0) : Math.min(byNumber, score(incident.place), score(incident.placeEn), score(incident.summary), score(category?.name ?? ''), score(category?.nameEn ?? ''))
        return { incident, category, best: best + (incident.status === 'closed' ? 2 : 0) }
      })
      .filter(({ best }) => best < Infinity)
      .sort((a, b) => a.best - b.best || b.incident.openedAt - a.incident.openedAt)
      .slice(0, 5)
  }, [incidents, categories, query])

  const unitNames = useMemo(() => {
    const list = [...units.values()]
    return { byCallSign: nameIndex(list, callSignNames), byCrew: nameIndex(list, ({ crew }) => crew.map(({ name }) => name)) }
  }, [units])
  const foundUnits = useMemo(() => {
    const found = [...unitNames.byCallSign.best(query, 5), ...unitNames.byCrew.best(query, 5).map(({ thing, score }) => ({ thing, score: score + 1 }))]
    return [...new Set(found.sort((a, b) => a.score - b.score).map(({ thing }) => thing))].slice(0, 5)
  }, [unitNames, query])

  const places = query ? (answer?.items ?? []) : []
  const does = (work: () => void) => () => {
    onClose()
    work()
  }
  const results: { key: string; group: 'incidents' | 'units' | 'places'; run: () => void; body: React.ReactNode }[] = [
    ...foundIncidents.map(({ incident, category }) => ({
      key: incident.id,
      group: 'incidents' as const,
      run: does(() => {
        selectIncident(incident.id)
        onShowIncident(incident)
      }),
      body: (
        <>
          <Glyph category={category} priority={incident.status === 'closed' ? 4 : incident.priority} label="" />
          <b>{numberOf(incident)}</b>
          <span>{categoryName(category, language)}</span>
          <span className="soft grow ellipsis">{placeName(incident, language)}</span>
          <span className="soft">{common(`incidentStatus.${incident.status}`)}</span>
        </>
      ),
    })),
    ...foundUnits.map((unit) => ({
      key: unit.id,
      group: 'units' as const,
      run: does(() => {
        selectUnit(unit.id)
        onShowUnit(unit.id)
      }),
      body: (
        <>
          <StateMark tone={toneOf(unit.state)} />
          <b>{unit.callSign}</b>
          <span className="soft grow">{unit.crew.map(({ name }) => name).join(t('listSeparator'))}</span>
          <span className="soft">{common(`unitState.${unit.state}`)}</span>
        </>
      ),
    })),
    ...places.map((place) => ({
      key: place.id,
      group: 'places' as const,
      run: does(() => onPlace(place)),
      body: (
        <>
          <Icon name="pin" size={14} />
          <span className="grow ellipsis">{language === 'en' ? (place.nameEn ?? place.name) : place.name}</span>
          <span className="soft">{[t(`place.${place.kind}`), place.distanceMeters === null ? '' : format.distance(place.distanceMeters)].filter(Boolean).join(' · ')}</span>
        </>
      ),
    })),
  ]
  const current = Math.min(at, results.length - 1)

  return (
    <dialog ref={dialog} className="search" aria-label={t('search.label')} onCancel={(event) => { event.preventDefault(); onClose() }} onMouseDown={(event) => event.target === event.currentTarget && onClose()}>
      <div className="search-box">
        <div className="search-field">
          <Icon name="search" />
          <input
            autoFocus
            value={typed}
            placeholder={t('search.placeholder')}
            aria-label={t('search.label')}
            role="combobox"
            aria-expanded={results.length > 0}
            aria-controls="search-results"
            aria-activedescendant={results[current] ? `search-${current}` : undefined}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (isComposing(event)) return
              if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
                event.preventDefault()
                setAt(Math.min(results.length - 1, Math.max(0, current + (event.key === 'ArrowDown' ? 1 : -1))))
              }
              if (event.key === 'Enter') {
                event.preventDefault()
                results[current]?.run()
              }
            }}
          />
          {asking ? <Spinner size={14} /> : null}
        </div>
        <ul className="search-results" id="search-results" role="listbox" aria-label={t('search.label')}>
          {results.map((result, index) => (
            <li key={`${result.group}/${result.key}`} role="presentation">
              {index === 0 || results[index - 1]!.group !== result.group ? <h3 className="search-group" role="presentation">{t(`search.group.${result.group}`)}</h3> : null}
              <div id={`search-${index}`} role="option" aria-selected={index === current} className="search-result" onMouseEnter={() => setAt(index)} onClick={result.run}>
                {result.body}
              </div>
            </li>
          ))}
        </ul>
        {results.length === 0 && !asking ? <p className="search-none">{query ? t('search.none') : t('search.hint')}</p> : null}
      </div>
    </dialog>
  )
}
