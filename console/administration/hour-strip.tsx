/** One road through the week: an hour a cell, coloured by how far from the map it is; the one under the pointer or the keys in words. */
import { useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { ArcSpeedsView } from '#modules/roads/contract.ts'
import { ErrorState, Spinner } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { useAnswer } from '../command/use-answer.ts'
import { stepOf } from './doubt-rows.ts'

const DAYS = [0, 1, 2, 3, 4, 5, 6] as const
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
/** A Monday: what Intl needs to say a day's name. */
const MONDAY = Date.UTC(2024, 0, 1)

export type HourStripProps = { readonly id: string; readonly mode: string; /** Of the week, now. */ readonly now: number; readonly again: unknown }

export function HourStrip({ id, mode, now, again }: HourStripProps) {
  const { t, i18n } = useTranslation('administration')
  const format = useFormat()
  const { answer, problem } = useAnswer<ArcSpeedsView>(`/api/roads/speeds/${id}?mode=${mode}`, again)
  const [at, setAt] = useState(now)
  if (problem && !answer) return <ErrorState problem={problem} />
  if (!answer) return <Spinner label={t('common:loading')} />

  const dayName = (day: number, weekday: 'short' | 'long') => new Intl.DateTimeFormat(i18n.language, { weekday, timeZone: 'UTC' }).format(MONDAY + day * 86_400_000)
  const two = (hour: number) => `${String(hour).padStart(2, '0')}:00`
  const said = (hour: number) => {
    const { ratio, low, high, drives } = answer.hours[hour]!
    const figures = { ratio: ratio.toFixed(2), low: low.toFixed(2), high: high.toFixed(2), kmh: format.speed(answer.mapKmh / ratio) }
    const when = { day: dayName(Math.floor(hour / 24), 'long'), from: two(hour % 24), to: two((hour % 24) + 1) }
    return drives >= 0.5 ? t('roads.hourDriven', { ...when, ...figures, count: Math.round(drives) }) : t('roads.hourGuessed', { ...when, ...figures })
  }
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -24, ArrowDown: 24, Home: -(at % 24), End: 23 - (at % 24) }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = at + step
    if (next < 0 || next >= 168) return
    setAt(next)
    event.currentTarget.querySelector<HTMLElement>(`[data-hour="${next}"]`)?.focus()
  }
  return (
    <div className="hours">
      <table onKeyDown={keys}>
        <caption className="visually-hidden">{t('roads.hoursLabel')}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t('roads.day')}</span>
            </th>
            {HOURS.map((hour) => (
              <th key={hour} scope="col" className={hour % 3 === 0 ? '' : 'is-between'}>
                {hour}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {DAYS.map((day) => (
            <tr key={day}>
              <th scope="row">{dayName(day, 'short')}</th>
              {HOURS.map((hour) => {
                const cell = 24 * day + hour
                const { ratio, drives } = answer.hours[cell]!
                return (
                  <td key={hour}>
                    <button
                      type="button"
                      data-hour={cell}
                      data-step={stepOf(ratio)}
                      className={`${drives >= 0.5 ? 'is-driven' : ''}${cell === now ? ' is-now' : ''}`}
                      tabIndex={cell === at ? 0 : -1}
                      aria-label={said(cell)}
                      aria-pressed={cell === at}
                      onFocus={() => setAt(cell)}
                      onPointerEnter={() => setAt(cell)}
                      onClick={() => setAt(cell)}
                    />
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hours-said">{said(at)}</p>
      <ul className="hours-legend" aria-label={t('roads.legend')}>
        {([-3, -2, -1, 0, 1, 2, 3] as const).map((step) => (
          <li key={step}>
            <span className="hours-key" data-step={step} aria-hidden="true" />
            {t(`roads.step.${step < 0 ? `faster${-step}` : step > 0 ? `slower${step}` : 'same'}`)}
          </li>
        ))}
        <li>
          <span className="hours-key is-driven" data-step="0" aria-hidden="true" />
          {t('roads.driven')}
        </li>
      </ul>
    </div>
  )
}
