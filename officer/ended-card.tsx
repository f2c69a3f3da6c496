/** The order was taken back by somebody else: said plainly, until it has been read. */
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, Icon } from '#ui/primitives.ts'
import { useLanguage } from '#ui/i18n.ts'
import { ring } from './alarm.ts'
import { becauseOfEnd, type EndedOrder } from './duty.ts'

export function EndedCard({ ended, onSeen }: { readonly ended: EndedOrder; readonly onSeen: () => void }) {
  const { t } = useTranslation('officer')
  const { language } = useLanguage()
  const { incident, assignment } = ended
  useEffect(() => ring(), [assignment.id])
  const because = becauseOfEnd(assignment)
  return (
    <section className="ended" role="alert">
      <Icon name="undo" size={24} />
      <div>
        <h2>{t('ended.title', { number: incident.number })}</h2>
        <p>{t('ended.text', { place: (language === 'en' && incident.placeEn) || incident.place, state: t(`common:assignmentState.${assignment.state}`) })}</p>
        {because ? <p className="soft">{'reason' in because ? t(`ended.reason.${because.reason}`) : t('ended.because', { because: because.words })}</p> : null}
      </div>
      <Button kind="primary" size="large" onClick={onSeen}>
        {t('ended.seen')}
      </Button>
    </section>
  )
}
