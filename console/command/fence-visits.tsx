/** Who visited a place today 今日到点: when, for how long; who is there now first. */
import { useTranslation } from 'react-i18next'
import { localClock } from '#kernel/local-clock.ts'
import type { VisitView } from '#modules/patrol/contract.ts'
import { useNow } from '#ui/clock.ts'
import { Icon } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { useAnswer, useRounds } from './use-answer.ts'
import { Waits } from './waits.tsx'

const minuteMs = 60_000
/** Visits end without an entry of the journal that would tell: they are asked for again so often. */
const againMs = 15_000
const shownMax = 100

export function FenceVisits({ fence }: { readonly fence: string }) {
  const { t } = useTranslation('command')
  const format = useFormat()
  const now = useNow(minuteMs)
  const midnight = (Math.floor(now / minuteMs) - localClock(now, format.timeZone).minutes) * minuteMs
  const rounds = useRounds(againMs)
  const query = `fence=${fence}&from=${midnight}`
  const { answer, problem, asking } = useAnswer<{ items: VisitView[] }>(`/api/patrol/visits?${query}&limit=${shownMax}`, rounds)
  const visits = (answer?.items ?? []).toSorted((a, b) => Number(a.leftAt !== null) - Number(b.leftAt !== null))
  return (
    <div className="fence-events fence-visits">
      <h3>{t('visits.today')}</h3>
      <Waits waits={asking && !answer} problem={problem}>
        {answer && visits.length === 0 ? <p className="soft">{t('visits.none')}</p> : null}
        <ul>
          {visits.map((visit) => (
            <li key={`${visit.unit} ${visit.arrivedAt}`}>
              <b>{visit.callSign ?? t('fences.unitGone')}</b>{' '}
              <span className={visit.leftAt === null ? undefined : 'soft'} title={format.fullTime(visit.arrivedAt)}>
                {t(visit.leftAt === null ? 'visits.there' : 'visits.stay', { from: format.clockTime(visit.arrivedAt), duration: format.duration(visit.seconds) })}
              </span>
            </li>
          ))}
        </ul>
        {visits.length > 0 ? (
          <a className="button button-plain button-small" href={`/api/patrol/visits.csv?${query}`} download="visits.csv">
            <Icon name="download" />
            <span className="button-text">{t('visits.export')}</span>
          </a>
        ) : null}
      </Waits>
    </div>
  )
}
