/** Before the shift: which unit, then start. What was chosen last time is first in the list. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { UnitView } from '#modules/units/contract.ts'
import { api } from '#ui/client.ts'
import { Button, Empty, ErrorState, Field, Icon, Spinner } from '#ui/primitives.ts'
import { keepLastUnit, keepUnits, lastUnit, recallUnits } from './known-units.ts'
import { orderUnits } from './order-units.ts'
import { ShiftWaits } from './shift-waits.tsx'
import type { Duty } from './use-duty.ts'

export type ChooseUnitProps = { readonly member: string; readonly displayName: string; readonly duty: Duty }

export function ChooseUnit({ member, displayName, duty }: ChooseUnitProps) {
  const { t } = useTranslation('officer')
  const [units, setUnits] = useState<readonly UnitView[]>()
  const [problem, setProblem] = useState<unknown>()
  const [words, setWords] = useState('')
  const [chosen, setChosen] = useState(lastUnit)
  const [isRemembered, setRemembered] = useState(false)
  const isLive = duty.live?.state === 'live'

  const load = () => {
    setProblem(undefined)
    api.get<{ items: readonly UnitView[] }>('/api/units').then(
      ({ items }) => {
        keepUnits(items)
        setUnits(items)
        setRemembered(false)
      },
      (thrown: unknown) => {
        const kept = recallUnits()
        if (kept.length === 0) return setProblem(thrown)
        setUnits((old) => old ?? kept)
        setRemembered(true)
      },
    )
  }
  // once more when the server is back, and when it would not have what was pressed: somebody else may have started this very unit
  useEffect(load, [isLive, duty.refused.length])

  if (duty.shift) {
    return (
      <main className="page page-middle" tabIndex={0}>
        <ShiftWaits shift={duty.shift} duty={duty} />
      </main>
    )
  }

  if (problem) {
    return (
      <main className="door">
        <ErrorState problem={problem} onRetry={load} />
      </main>
    )
  }
  if (!units) {
    return (
      <main className="door">
        <Spinner size={28} label={t('common:loading')} />
      </main>
    )
  }

  const listed = orderUnits(units, words, lastUnit())
  const unit = listed.find((each) => each.id === chosen)
  const joins = unit !== undefined && unit.state !== 'off-duty'

  const start = () => {
    if (!unit) return
    keepLastUnit(unit.id)
    const crew = [...new Set([...unit.crew.map((each) => each.id), member])]
    void duty.goTo(joins ? 'join' : 'start', unit, joins ? crew : [member])
  }

  return (
    <>
      <main className="page">
        <h1 className="page-title">{t('choose.title')}</h1>
        <p className="page-text">{t('choose.text', { name: displayName })}</p>
        {isRemembered ? <p className="truth">{t('choose.remembered')}</p> : null}
        {units.length > 6 ? (
          <Field label={t('choose.search')} labelHidden type="search" placeholder={t('choose.search')} value={words} onChange={(event) => setWords(event.target.value)} />
        ) : null}
        {listed.length === 0 ? (
          <Empty icon="car" title={units.length === 0 ? t('choose.none') : t('choose.noMatch')}>
            {units.length === 0 ? t('choose.noneText') : null}
          </Empty>
        ) : (
          <div className="unit-list" role="radiogroup" aria-label={t('choose.title')}>
            {listed.map((each) => (
              <label key={each.id} className={each.id === chosen ? 'unit-row is-chosen' : 'unit-row'}>
                <input type="radio" name="unit" className="visually-hidden" checked={each.id === chosen} onChange={() => setChosen(each.id)} />
                <span className="unit-row-sign">{each.callSign}</span>
                <span className="unit-row-text">
                  <span>{t(`common:unitKind.${each.kind}`)}</span>
                  <span className="soft">
                    {isRemembered
                      ? t('choose.unknown')
                      : each.state === 'off-duty'
                      ? t('choose.idle')
                      : t('choose.taken', { crew: each.crew.map((person) => person.name).join(t('choose.and')) })}
                  </span>
                </span>
                <Icon name="check" size={22} />
              </label>
            ))}
          </div>
        )}
      </main>
      <footer className="dock">
        <p className="dock-hint">{t('choose.sharingHint')}</p>
        <Button kind="primary" className="big" disabledBecause={unit ? undefined : t('choose.first')} onClick={start}>
          {unit ? t(joins ? 'choose.join' : 'choose.start', { unit: unit.callSign }) : t('choose.first')}
        </Button>
      </footer>
    </>
  )
}
