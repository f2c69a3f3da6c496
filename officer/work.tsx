/** A shift on the phone: choose a unit, or carry out what the unit is told. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorState, Icon, Spinner, useToasts } from '#ui/primitives.ts'
import { serverNow, useNow } from '#ui/clock.ts'
import { useFormat } from '#ui/use-format.ts'
import { useSession, type Session } from '#ui/session.tsx'
import { ring } from './alarm.ts'
import { BackgroundPage } from './background-page.tsx'
import { InboxProvider } from '#ui/messages/inbox-context.tsx'
import { CalledCard, isCalling } from './called-card.tsx'
import { ChooseUnit } from './choose-unit.tsx'
import { DraftCard } from './draft-card.tsx'
import { leftBehind, withDraft, withoutDraft, type Draft } from './draft.ts'
import { EndedCard } from './ended-card.tsx'
import { forgetFixes } from './fix-store.ts'
import { LinePage } from './line-page.tsx'
import { Menu } from './menu.tsx'
import { MessagesPage } from './messages-page.tsx'
import { useNotices } from './notices.ts'
import { OrderPage } from './order-page.tsx'
import { PanicContext } from './panic-button.tsx'
import { PanicCard } from './panic-card.tsx'
import { Ready } from './ready.tsx'
import { ReportSheet } from './report-sheet.tsx'
import { fixFor, type NewReport } from './report.ts'
import { startSharing, type Sharing } from './sharing.ts'
import { Strip } from './strip.tsx'
import type { Waiting } from './outbox.ts'
import { useDuty } from './use-duty.ts'
import { usePocketInbox } from './use-inbox.ts'
import './messages.css'

/** After the end of a session that is none after all. */
const lookAgainMs = 2000

export function Work({ session, member }: { readonly session: Session; readonly member: string }) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  const toasts = useToasts()
  const [open, setOpen] = useState<'menu' | 'line' | 'background' | 'messages'>()
  /** `instead`: what goes when it is sent. */
  const [reporting, setReporting] = useState<{ readonly again?: Partial<NewReport>; readonly instead?: () => unknown }>()
  const [drafts, setDrafts] = useState<readonly Draft[]>([])
  const [sharing, setSharing] = useState<Sharing>()

  const onRefused = useCallback(
    (waiting: Waiting, because: string) => void toasts.show({ kind: 'problem', key: 'refused', text: t(`refused.${waiting.about.kind}`, { because }) }),
    [t, toasts],
  )
  const onUnkept = useCallback(() => void toasts.show({ kind: 'problem', seconds: 0, key: 'unkept', text: t('unkept') }), [t, toasts])
  const onSent = useCallback(
    (waiting: Waiting) => {
      // a message stands in its channel, an answer on its card, a shift on the whole page: there is nothing more to say
      if (!['state', 'undo', 'message', 'answer', 'shift'].includes(waiting.about.kind)) toasts.show({ kind: 'done', seconds: 3, key: 'sent', text: t(`sent.${waiting.about.kind}`) })
    },
    [t, toasts],
  )
  const { inbox, hear } = usePocketInbox(session.account)
  const duty = useDuty({ session, member, onRefused, onSent, onUnkept, onChanges: hear })
  const { known, order, ended } = duty

  // positions: from the start of the shift to its end, never outside it; who has pressed the end is done, whether the server knows or not
  const isGoing = duty.shift?.to === 'end'
  const unitId = known.state === 'on-duty' && !isGoing ? known.unit.id : undefined
  const notices = useNotices(session.account, unitId)
  const sharer = useRef<ReturnType<typeof startSharing>>(undefined)
  useEffect(() => {
    if (!unitId) return setSharing(undefined)
    const handle = startSharing(session.account, unitId, setSharing)
    sharer.current = handle
    return () => handle.stop()
  }, [unitId, session.account])
  const isOff = known.state === 'off-duty'
  useEffect(() => {
    if (isOff) forgetFixes(session.account)
  }, [isOff, session.account])
  // the session may have ended, or another have begun on another page: the server is asked which, and orders must come again
  const isEnded = duty.live?.state === 'ended'
  const { refresh } = useSession()
  const { retryNow } = duty
  useEffect(() => {
    if (!isEnded) return
    let timer: number | undefined
    let gone = false
    void refresh().then(() => void (gone || (timer = window.setTimeout(retryNow, lookAgainMs))))
    return () => {
      gone = true
      window.clearTimeout(timer)
    }
  }, [isEnded, refresh, retryNow])
  const isLive = duty.live?.state === 'live'
  useEffect(() => {
    if (isLive) sharer.current?.nudge()
  }, [isLive])

  // what the phone could not keep goes with the page: the browser asks before it does
  const mayLose = duty.waiting.some((each) => each.unkept)
  useEffect(() => {
    if (!mayLose) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [mayLose])

  const panic = async () => {
    const fix = fixFor(sharing?.fix, serverNow())
    const ageSeconds = fix ? (serverNow() - fix.at) / 1000 : 0
    const age = ageSeconds > 60 ? t('panic.old', { age: format.duration(ageSeconds) }) : ''
    const text = t('panic.summary', { unit: known.state === 'on-duty' ? known.unit.callSign : '', name: session.displayName }) + age
    await duty.report({ category: undefined, panic: true, text, place: '', fix, pictures: [] })
  }

  // another shift, another incident: other channels
  const incidentId = known.state === 'on-duty' ? known.unit.incident : undefined
  useEffect(() => hear(undefined), [hear, unitId, incidentId])
  const broadcasts = useSyncExternalStore(inbox.subscribe, () => inbox.get().broadcasts)
  const calls = known.state === 'on-duty' ? [...broadcasts.values()].filter((view) => isCalling(view, duty)).sort((a, b) => b.sentAt - a.sentAt) : []

  // the ring: at once, then every six seconds, until somebody answers
  const ringing = order?.seen === 'ordered' ? order.assignment.id : calls[0]?.id
  useEffect(() => {
    if (!ringing) return
    ring()
    const timer = window.setInterval(ring, 6000)
    return () => window.clearInterval(timer)
  }, [ringing])

  return (
    <PanicContext value={panic}>
      <InboxProvider inbox={inbox}>
      <div className={ringing ? 'pocket is-ringing' : 'pocket'}>
        <Strip duty={duty} sharing={sharing} onMenu={() => setOpen('menu')} onLine={() => setOpen('line')} onMessages={() => setOpen('messages')} />
        {duty.rememberedAt === undefined ? null : <Remembered at={duty.rememberedAt} />}
        <PanicCard duty={duty} now={serverNow()} />
        {calls[0] ? <CalledCard key={calls[0].id} view={calls[0]} duty={duty} /> : null}
        {leftBehind(drafts, order?.assignment.id).map((draft) => {
          const drop = () => setDrafts((old) => withoutDraft(old, draft.assignment))
          return (
            <DraftCard
              key={draft.assignment}
              draft={draft}
              onSend={() => duty.note(draft.incident, draft.text.trim()).then(drop)}
              onReport={() => setReporting({ again: { text: draft.text.trim() }, instead: drop })}
              onGiveUp={drop}
            />
          )
        })}
        {known.state === 'loading' ? (
          <main className="door">
            <Spinner size={28} label={t('common:loading')} />
          </main>
        ) : known.state === 'problem' ? (
          <main className="door">
            <ErrorState problem={known.problem} onRetry={() => void duty.reload()} />
          </main>
        ) : known.state === 'off-duty' ? (
          <ChooseUnit member={member} displayName={session.displayName} duty={duty} />
        ) : (
          <>
            {ended ? <EndedCard ended={ended} onSeen={duty.dismissEnded} /> : null}
            {order ? (
              <OrderPage
                key={order.assignment.id}
                order={order}
                duty={duty}
                fix={sharing?.fix}
                draft={drafts.find(({ assignment }) => assignment === order.assignment.id)}
                onDraft={(draft) => setDrafts((old) => (draft ? withDraft(old, draft) : withoutDraft(old, order.assignment.id)))}
                onReport={() => setReporting({})}
              />
            ) : ended ? null : (
              <Ready unit={known.unit} sharing={sharing} duty={duty} onReport={() => setReporting({})} />
            )}
          </>
        )}
        {open === 'menu' ? <Menu session={session} duty={duty} notices={notices} onLine={() => setOpen('line')} onBackground={() => setOpen('background')} onClose={() => setOpen(undefined)} /> : null}
        {open === 'background' ? <BackgroundPage onClose={() => setOpen(undefined)} /> : null}
        {open === 'messages' && known.state === 'on-duty' ? <MessagesPage account={session.account} duty={duty} onClose={() => setOpen(undefined)} /> : null}
        {open === 'line' ? (
          <LinePage
            duty={duty}
            onClose={() => setOpen(undefined)}
            onReport={(again, instead) => {
              setOpen(undefined)
              setReporting({ again, instead: () => duty.dismiss(instead) })
            }}
          />
        ) : null}
        {reporting ? (
          <ReportSheet
            categories={duty.categories}
            fix={sharing?.fix}
            {...(reporting.again ? { again: reporting.again } : {})}
            onClose={() => setReporting(undefined)}
            onSend={async (report) => {
              await duty.report(report)
              await reporting.instead?.()
              setReporting(undefined)
              toasts.show({ kind: 'done', key: 'report', text: t(isLive ? 'report.kept' : 'report.keptOffline') })
            }}
          />
        ) : null}
      </div>
      </InboxProvider>
    </PanicContext>
  )
}

/** What is shown is old, and how old. */
function Remembered({ at }: { readonly at: number }) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  useNow(1000)
  return (
    <p className="remembered" role="status">
      <Icon name="clock" size={18} />
      {t('remembered', { time: format.shortTime(at), age: format.duration((serverNow() - at) / 1000) })}
    </p>
  )
}
