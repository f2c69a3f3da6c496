/** On duty, nothing to do: calm, and plain about what will happen next. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { UnitView } from '#modules/units/contract.ts'
import { Button, Dialog, StateMark } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useFormat } from '#ui/use-format.ts'
import { ring } from './alarm.ts'
import { takeNewer, useOfflineReady } from './offline-ready.ts'
import { ShiftWaits } from './shift-waits.tsx'
import type { Sharing } from './sharing.ts'
import type { Duty } from './use-duty.ts'

export type ReadyProps = {
  readonly unit: UnitView
  readonly sharing: Sharing | undefined
  readonly duty: Duty
  readonly onReport: () => void
}

export function Ready({ unit, sharing, duty, onReport }: ReadyProps) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  const [asking, setAsking] = useState(false)
  const { newer } = useOfflineReady()
  const { shift } = duty

  const end = async () => {
    setAsking(false)
    await duty.goTo('end', unit, [])
  }

  return (
    <>
      <main className="page page-middle" tabIndex={0}>
        <p className="ready-sign">{unit.callSign}</p>
        <p className="ready-state">
          <StateMark tone={toneOf(unit.state === 'off-duty' ? 'off-duty' : 'free')}>{t('common:unitState.free')}</StateMark>
        </p>
        {shift ? <ShiftWaits shift={shift} duty={duty} /> : <p className="page-text">{t('ready.text')}</p>}
        <dl className="facts">
          <div>
            <dt>{t('ready.crew')}</dt>
            <dd>{unit.crew.map((person) => person.name).join(t('choose.and'))}</dd>
          </div>
          {unit.onDutySince === null ? null : (
            <div>
              <dt>{t('ready.since')}</dt>
              <dd>{format.shortTime(unit.onDutySince)}</dd>
            </div>
          )}
          {sharing?.fix?.accuracyMeters == null ? null : (
            <div>
              <dt>{t('ready.accuracy')}</dt>
              <dd>± {format.distance(sharing.fix.accuracyMeters)}</dd>
            </div>
          )}
        </dl>
        <section className="my-patrol" aria-labelledby="my-patrol">
          <h2 id="my-patrol">{t('patrol.title')}</h2>
          <p>{t('patrol.none')}</p>
        </section>
        <p className="truth">{t('ready.truth')}</p>
        {newer ? (
          <Button onClick={takeNewer}>
            {t('menu.newer')} · {t('menu.takeNewer')}
          </Button>
        ) : null}
      </main>
      <footer className="dock">
        <Button kind="primary" className="big" icon="note" onClick={onReport}>
          {t('ready.report')}
        </Button>
        <div className="dock-quiet">
          <Button kind="quiet" icon="sound" onClick={ring}>
            {t('ready.tryRing')}
          </Button>
          <Button icon="sign-out" disabledBecause={shift ? t('shift.already') : undefined} onClick={() => setAsking(true)}>
            {t('ready.end')}
          </Button>
        </div>
      </footer>
      <Dialog
        open={asking}
        title={t('ready.endTitle', { unit: unit.callSign })}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t('ready.stay')}</Button>
            <Button kind="primary" onClick={() => void end()}>
              {t('ready.end')}
            </Button>
          </>
        }
      >
        <p>{t('ready.endText')}</p>
      </Dialog>
    </>
  )
}
