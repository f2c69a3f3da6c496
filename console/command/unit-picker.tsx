/** Units picked out of thousands by typing: call sign, pinyin initials or agency; whole agencies at once; the chosen ones stand above. */
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { isComposing } from '#ui/composing.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Button, Icon, StateMark } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { useRoomPart } from './room-context.tsx'
import { rowsSeen } from './rows-seen.ts'
import { agencyWholes, choicesFor, picked, restOf, type Choice, type Whole } from './unit-choices.ts'
import { agencyName } from './words.ts'
import './unit-picker.css'

export type UnitPickerProps = {
  readonly label: string
  /** Who may be picked, in the order in which they are shown. */
  readonly units: readonly UnitView[]
  readonly chosen: readonly string[]
  readonly onChosen: (units: readonly string[]) => void
  /** Offer all who are free and all who are on duty too: as they are at this moment. */
  readonly withStates?: boolean
}

/** What the contracts of groups, fences and looks at the past allow. */
const most = 200
const rowHeight = 30
const listHeight = 168

export function UnitPicker({ label, units, chosen, onChosen, withStates = false }: UnitPickerProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { language } = useLanguage()
  const agencies = useRoomPart((state) => state.agencies)
  const known = useRoomPart((state) => state.units)
  const [typed, setTyped] = useState('')
  const [active, setActive] = useState<string | null>(null)
  const [top, setTop] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const finder = useRef<HTMLDivElement>(null)
  const id = useId()

  const set = useMemo(() => new Set(chosen), [chosen])
  const wholes = useMemo<Whole[]>(() => {
    const state = (key: string, label: string, own: UnitView[]): Whole[] => (own.length === 0 ? [] : [{ key, label, names: [label], units: own }])
    return [
      ...(withStates ? state('state/free', t('picker.free'), units.filter((unit) => unit.state === 'free')) : []),
      ...(withStates ? state('state/on-duty', t('picker.onDuty'), units.filter((unit) => unit.state !== 'off-duty')) : []),
      ...agencyWholes(units, agencies, (agency) => agencyName(agency, agency.path, language)),
    ]
  }, [units, agencies, language, withStates, t])
  const agencyNames = useMemo(() => new Map(agencies.map((agency) => [agency.path, agencyName(agency, agency.path, language)])), [agencies, language])
  const choices = useMemo(() => choicesFor(typed, wholes, units), [typed, wholes, units])
  // the first of what was found is meant; with nothing typed nothing is
  const at = active === null ? (typed.trim() === '' ? -1 : 0) : choices.findIndex((choice) => keyOf(choice) === active)

  useEffect(() => {
    if (list.current) list.current.scrollTop = 0
  }, [typed])
  // in a low panel what is typed and what it finds stay in sight, however many stand above
  const seek = () => finder.current?.scrollIntoView({ block: 'nearest' })
  useEffect(() => {
    if (document.activeElement === input.current) seek()
  }, [chosen, choices.length])

  const move = (to: number) => {
    const next = Math.max(0, Math.min(choices.length - 1, to))
    const choice = choices[next]
    if (!choice) return
    setActive(keyOf(choice))
    const box = list.current
    if (!box) return
    if (next * rowHeight < box.scrollTop) box.scrollTop = next * rowHeight
    else if ((next + 1) * rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = (next + 1) * rowHeight - box.clientHeight
  }
  const pick = (choice: Choice | undefined) => {
    const next = choice && picked(choice, set, most)
    if (next) onChosen([...next])
    return next !== undefined
  }
  const remove = (unit: string | undefined) => {
    onChosen(chosen.filter((each) => each !== unit))
    input.current?.focus()
  }
  const type = (text: string) => {
    setTyped(text)
    setActive(null)
  }

  const keys = (event: KeyboardEvent) => {
    if (isComposing(event)) return // Enter belongs to the input method
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 5, PageUp: at - 5 }
    const to = steps[event.key]
    if (to !== undefined) move(to)
    else if (event.key === 'Enter') {
      if (pick(choices[at]) && typed !== '') type('') // the next one can be typed
    } else if (event.key === 'Backspace' && typed === '' && chosen.length > 0) remove(chosen.at(-1))
    else if (event.key === 'Escape' && typed !== '') {
      type('')
      event.stopPropagation()
    } else return
    event.preventDefault()
  }

  const { first, end, above, below } = rowsSeen({ count: choices.length, itemWidth: Infinity, rowHeight, width: 1, height: listHeight, top })
  return (
    <fieldset className="unit-picker">
      <legend>
        {label} <span role="status">{t('picker.chosen', { count: chosen.length, most })}</span>
      </legend>
      {chosen.length > 0 ? (
        <div className="unit-picker-chosen">
          <ul aria-label={t('picker.chosenLabel')}>
            {chosen.map((unit) => {
              const name = known.get(unit)?.callSign ?? t('picker.gone')
              return (
                <li key={unit}>
                  <button type="button" className="chip" aria-label={t('picker.remove', { name })} title={t('picker.remove', { name })} onClick={() => remove(unit)}>
                    {name}
                    <Icon name="close" size={12} />
                  </button>
                </li>
              )
            })}
          </ul>
          {chosen.length > 1 ? <Button size="small" kind="quiet" onClick={() => onChosen([])}>{t('picker.clear')}</Button> : null}
        </div>
      ) : null}
      <div ref={finder} className="unit-picker-find">
        <input
          ref={input}
          className="control"
          role="combobox"
          aria-label={`${label}: ${t('picker.find')}`}
          aria-expanded={choices.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={at >= first && at < end ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          placeholder={t('picker.find')}
          autoComplete="off"
          spellCheck={false}
          maxLength={40}
          value={typed}
          onChange={(event) => type(event.target.value)}
          onKeyDown={keys}
          onFocus={seek}
        />
        {choices.length === 0 ? <p className="unit-picker-none" role="status">{t('picker.none')}</p> : null}
        <ul
          ref={list}
          id={`${id}-list`}
          className="unit-picker-list"
          role="listbox"
          aria-multiselectable="true"
          aria-label={t('picker.offered')}
          hidden={choices.length === 0}
          onScroll={(event) => setTop(event.currentTarget.scrollTop)}
          onMouseDown={(event) => event.target !== event.currentTarget && event.preventDefault()}
        >
          <li role="presentation" style={{ height: above }} />
          {choices.slice(first, end).map((choice, n) => {
            const index = first + n
            const rest = restOf(choice, set)
            const isIn = rest === 0
            const isOver = !isIn && set.size + rest > most
            return (
              <li
                key={keyOf(choice)}
                id={`${id}-${index}`}
                role="option"
                aria-selected={isIn}
                aria-disabled={isOver || undefined}
                aria-setsize={choices.length}
                aria-posinset={index + 1}
                className={index === at ? 'unit-picker-row is-active' : 'unit-picker-row'}
                onClick={() => pick(choice)}
              >
                <span className="unit-picker-mark">{isIn ? <Icon name="check" size={14} /> : null}</span>
                {choice.kind === 'unit' ? (
                  <>
                    <b>{choice.unit.callSign}</b>
                    <span className="soft ellipsis">{agencyNames.get(choice.unit.agency) ?? ''}</span>
                    <StateMark tone={toneOf(choice.unit.state)}>{isOver ? t('picker.tooMany', { most }) : common(`unitState.${choice.unit.state}`)}</StateMark>
                  </>
                ) : (
                  <>
                    <b className="ellipsis">{choice.whole.label}</b>
                    <span className="soft">{isOver ? t('picker.tooMany', { most }) : ''}</span>
                    <span className="soft">{t('picker.whole', { count: choice.whole.units.length })}</span>
                  </>
                )}
              </li>
            )
          })}
          <li role="presentation" style={{ height: below }} />
        </ul>
      </div>
    </fieldset>
  )
}

const keyOf = (choice: Choice): string => (choice.kind === 'unit' ? choice.unit.id : choice.whole.key)
