/** A shift on the phone: choose a unit, or carry out what the unit is told. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { becauseOf } from '#ui/client.ts'
import { ErrorState, Spinner, useToasts } from '#ui/primitives.ts'
import type { Session } from '#ui/session.tsx'
import { ring } from './alarm.ts'
import { ChooseUnit } from './choose-unit.tsx'
import { EndedCard } from './ended-card.tsx'
import { Menu } from './menu.tsx'
import { OrderPage } from './order-page.tsx'
import { Ready } from './ready.tsx'
import { startSharing, type Sharing } from './sharing.ts'
import { Strip } from './strip.tsx'
import type { Waiting } from './outbox.ts'
import { useDuty } from './use-duty.ts'

export function Work({ session, member }: { readonly session: Session; readonly member: string }) {
  const { t } = useTranslation('officer')
  const toasts = useToasts()
  const [menu, setMenu] = useState(false)
  const [sharing, setSharing] = useState<Sharing>()

  const onRefused = useCallback(
    (waiting: Waiting, problem: unknown) =>
      void toasts.show({ kind: 'problem', seconds: 0, text: t(`refused.${waiting.about.kind}`, { because: becauseOf(problem) }) }),
    [t, toasts],
  )
  const onSent = useCallback(
    (waiting: Waiting) => {
      if (waiting.about.kind !== 'state') toasts.show({ kind: 'done', seconds: 3, key: 'sent', text: t(`sent.${waiting.about.kind}`) })
    },
    [t, toasts],
  )
  const duty = useDuty({ session, member, onRefused, onSent })
  const { known, order, ended } = duty

  // positions: from the start of the shift to its end, never outside it
  const unitId = known.state === 'on-duty' ? known.unit.id : undefined
  const sharer = useRef<ReturnType<typeof startSharing>>(undefined)
  useEffect(() => {
    if (!unitId) return setSharing(undefined)
    const handle = startSharing(unitId, setSharing)
    sharer.current = handle
    return () => handle.stop()
  }, [unitId])
  const isLive = duty.live?.state === 'live'
  useEffect(() => {
    if (isLive) sharer.current?.nudge()
  }, [isLive])

  // the ring: at once, then every six seconds, until somebody answers
  const ringing = order?.seen === 'ordered' ? order.assignment.id : undefined
  useEffect(() => {
    if (!ringing) return
    ring()
    const timer = window.setInterval(ring, 6000)
    return () => window.clearInterval(timer)
  }, [ringing])

  return (
    <div className={ringing ? 'pocket is-ringing' : 'pocket'}>
      <Strip duty={duty} sharing={sharing} onMenu={() => setMenu(true)} />
      {known.state === 'loading' ? (
        <main className="door">
          <Spinner size={28} label={t('common:loading')} />
        </main>
      ) : known.state === 'problem' ? (
        <main className="door">
          <ErrorState problem={known.problem} onRetry={() => void duty.reload()} />
        </main>
      ) : known.state === 'off-duty' ? (
        <ChooseUnit member={member} displayName={session.displayName} onStarted={duty.reload} />
      ) : (
        <>
          {ended ? <EndedCard ended={ended} onSeen={duty.dismissEnded} /> : null}
          {order ? (
            <OrderPage key={order.assignment.id} order={order} duty={duty} fix={sharing?.fix} />
          ) : ended ? null : (
            <Ready unit={known.unit} sharing={sharing} onEnded={duty.reload} onRetry={duty.retryNow} />
          )}
        </>
      )}
      {menu ? <Menu session={session} waiting={duty.waiting} onClose={() => setMenu(false)} /> : null}
    </div>
  )
}
