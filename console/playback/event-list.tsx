/** What happened, in step with the clock: what lies ahead is faint, what was just now stands out; a click goes there. */
import { memo, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '#ui/use-format.ts'
import type { Moment } from './moments.ts'

/** Around the present one; more would only make the page slow. */
const shownEachWay = 150

type EventListProps = { readonly moments: readonly Moment[]; /** How many have happened. */ readonly count: number; readonly onGo: (moment: Moment) => void }

export const EventList = memo(function EventList({ moments, count, onGo }: EventListProps) {
  const { t } = useTranslation('playback')
  const format = useFormat()
  const list = useRef<HTMLOListElement>(null)
  const first = Math.max(0, count - shownEachWay)

  useEffect(() => {
    const box = list.current
    // nothing moves under the pointer
    if (!box || box.matches(':hover')) return
    const present = box.querySelector<HTMLElement>('.is-present') ?? box.querySelector<HTMLElement>('li')
    if (present) box.scrollTop = present.offsetTop - box.clientHeight / 2
  }, [count])

  if (moments.length === 0) return <p className="soft playback-none">{t('eventsNone')}</p>
  return (
    <ol className="event-list" ref={list}>
      {moments.slice(first, count + shownEachWay).map((moment, n) => {
        const index = first + n
        return (
          <li key={moment.position} className={index >= count ? 'is-ahead' : index === count - 1 ? 'is-present' : ''} aria-current={index === count - 1 ? 'step' : undefined}>
            <button type="button" onClick={() => onGo(moment)}>
              <time>{format.clockTime(moment.at)}</time>
              <i className={moment.strong ? 'mark is-strong' : 'mark'} data-lane={moment.lane} />
              <span className="event-what">
                {moment.about ? <b>{moment.about} </b> : null}
                {moment.text}
                <span className="event-who">{moment.actor === 'system' ? t('system') : moment.actor}</span>
              </span>
            </button>
          </li>
        )
      })}
    </ol>
  )
})
