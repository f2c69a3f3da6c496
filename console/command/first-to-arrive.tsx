/** Who is at a place first, by road: the free units, each as it travels, on the streets as they are now. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { NearestUnits } from '#modules/roads/contract.ts'
import { useFormat } from '#ui/use-format.ts'
import type { Place } from '#ui/map/things.ts'
import { selectUnit } from '../router.ts'
import { useRoomPart } from './room-context.tsx'
import { useAnswer, useRounds } from './use-answer.ts'
import { Waits } from './waits.tsx'

/** Units move: who is first is asked again so often. */
const againMs = 15_000
const unitsShown = 5

export function FirstToArrive({ at }: { readonly at: Place }) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const format = useFormat()
  const closures = useRoomPart((state) => state.closures)
  const round = useRounds(againMs)
  const again = useMemo(() => [closures, round], [closures, round])
  const { answer, problem, asking } = useAnswer<NearestUnits>(`/api/units/nearest?lon=${at[0]}&lat=${at[1]}&limit=${unitsShown}`, again)
  return (
    <section className="roads-first">
      <h3>{t('roads.first')}</h3>
      <Waits waits={asking && !answer} problem={problem}>
        {answer?.items.length === 0 ? <p className="soft">{t('roads.firstNone')}</p> : null}
        {answer && answer.items.length > 0 ? (
          <>
            <ol className="roads-first-units">
              {answer.items.map(({ unit, callSign, kind, seconds, meters }) => (
                <li key={unit}>
                  <button type="button" className="link-button" onClick={() => selectUnit(unit)}>
                    <b>{callSign}</b>
                  </button>
                  <span className="soft grow">{common(`unitKind.${kind}`)}</span>
                  <b>{format.travelTime(seconds)}</b>
                  <span className="soft">{format.distance(meters)}</span>
                </li>
              ))}
            </ol>
            <p className="soft">{t('roads.firstAt', { time: format.clockTime(answer.at) })}</p>
          </>
        ) : null}
      </Waits>
    </section>
  )
}
