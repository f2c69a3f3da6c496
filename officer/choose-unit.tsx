/** Before the shift: which unit, then start. What was chosen last time is first in the list. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { UnitView } from '#modules/units/contract.ts'
import { api, newCommandId } from '#ui/client.ts'
import { Button, Empty, ErrorState, Field, Icon, Spinner, useToasts } from '#ui/primitives.ts'
import { orderUnits } from './order-units.ts'

const lastUnitKey = 'gengfu.last-unit'

export type ChooseUnitProps = { readonly member: string; readonly displayName: string; readonly onStarted: () => Promise<void> }

export function ChooseUnit({ member, displayName, onStarted }: ChooseUnitProps) {
  const { t } = useTranslation('officer')
  const toasts = useToasts()
  const [units, setUnits] = useState<readonly UnitView[]>()
  const [problem, setProblem] = useState<unknown>()
  const [words, setWords] = useState('')
  const [chosen, setChosen] = useState<string | null>(() => localStorage.getItem(lastUnitKey))
  const [busy, setBusy] = useState(false)
  const [commandId, setCommandId] = useState(newCommandId)

  const load = () => {
    setProblem(undefined)
    api.get<{ items: readonly UnitView[] }>('/api/units').then(({ items }) => setUnits(items), setProblem)
  }
  useEffect(load, [])

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

  const listed = orderUnits(units, words, localStorage.getItem(lastUnitKey))
  const unit = listed.find((each) => each.id === chosen)
  const joins = unit !== undefined && unit.state !== 'off-duty'

  const start = async () => {
    if (!unit) return
    setBusy(true)
    try {
      const crew = [...new Set([...unit.crew.map((each) => each.id), member])]
      await api.post(`/api/units/${unit.id}/shift${joins ? '/crew' : ''}`, { commandId, crew: joins ? crew : [member] })
      localStorage.setItem(lastUnitKey, unit.id)
      await onStarted()
    } catch (thrown) {
      toasts.problem(thrown)
      load() // somebody else may have started this very unit
    } finally {
      setBusy(false)
      setCommandId(newCommandId())
    }
  }

  return (
    <>
      <main className="page">
        <h1 className="page-title">{t('choose.title')}</h1>
        <p className="page-text">{t('choose.text', { name: displayName })}</p>
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
                    {each.state === 'off-duty'
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
        <Button kind="primary" className="big" busy={busy} disabledBecause={unit ? undefined : t('choose.first')} onClick={() => void start()}>
          {unit ? t(joins ? 'choose.join' : 'choose.start', { unit: unit.callSign }) : t('choose.first')}
        </Button>
      </footer>
    </>
  )
}
