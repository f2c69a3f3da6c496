/** What became of a call for help, until it was read: above all, whether anybody has heard it. */
import { useTranslation } from 'react-i18next'
import { Button } from '#ui/primitives.ts'
import { connectionOf } from './connection.ts'
import { stateOf } from './report.ts'
import type { Duty } from './use-duty.ts'

/** So long after it was made is a call shown. */
const shownMs = 60 * 60_000

export function PanicCard({ duty, now }: { readonly duty: Duty; readonly now: number }) {
  const { t } = useTranslation('officer')
  const call = duty.reports.findLast((report) => report.panic && !report.seen && now - report.madeAt < shownMs)
  if (!call) return null
  const { state } = stateOf(call, duty.line)
  const online = connectionOf(duty.live) !== 'offline'
  return (
    <section className={state === 'sent' ? 'ended panic-card is-heard' : 'ended panic-card'} role="alert">
      <div>
        <h2>{t(state === 'sent' ? 'panic.heard' : state === 'refused' ? 'panic.refused' : online ? 'panic.sending' : 'panic.waiting')}</h2>
        {state === 'waiting' && !online ? <p>{t('panic.waitingText')}</p> : null}
        {state === 'sent' && call.number !== undefined ? <p>{t('panic.heardText', { number: call.number })}</p> : null}
      </div>
      {state === 'waiting' ? null : (
        <Button kind="primary" size="large" onClick={() => void duty.seeReport(call.id)}>
          {t('panic.seen')}
        </Button>
      )}
    </section>
  )
}
