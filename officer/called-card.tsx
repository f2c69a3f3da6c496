/** One is called 一呼百应: what for, from where, and the answer with one thumb. */
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { serverNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { useInbox } from '#ui/messages/inbox-context.tsx'
import type { AnyBroadcast } from '#ui/messages/inbox-state.ts'
import { Button, Icon } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import type { Duty } from './use-duty.ts'

/** What one said to it, also while that still waits to be sent. */
export function answerOf(view: AnyBroadcast, duty: Pick<Duty, 'waiting'>): 'yes' | 'no' | null {
  const waits = duty.waiting.findLast(({ about, path }) => about.kind === 'answer' && path.includes(`/${view.id}/`))
  return (waits?.body['answer'] as 'yes' | 'no' | undefined) ?? view.answer ?? null // put there by `answer` alone
}

/** So long it rings and stands above everything; after that it waits among the messages. */
const ringMs = 10 * 60_000

/** Whether it still asks for somebody's thumb. */
export const isCalling = (view: AnyBroadcast, duty: Pick<Duty, 'waiting'>): boolean =>
  view.endedAt === null && serverNow() - view.sentAt < ringMs && (view.asks ? answerOf(view, duty) === null : view.isRead === false)

export function CalledCard({ view, duty }: { readonly view: AnyBroadcast; readonly duty: Duty }) {
  const { t } = useTranslation('messages')
  const { language } = useLanguage()
  const format = useFormat()
  const inbox = useInbox()
  const { id, asks } = view
  useEffect(() => {
    if (!asks) return // without a question "seen" is what is pressed
    const read = () => inbox.readBroadcast(id)
    read()
    document.addEventListener('visibilitychange', read)
    return () => document.removeEventListener('visibilitychange', read)
  }, [inbox, id, asks])

  const answer = answerOf(view, duty)
  const say = (said: 'yes' | 'no') => void duty.answer(id, said).then(() => inbox.answered(id, said))
  const place = (language === 'en' && view.placeEn) || view.place
  return (
    <section className={isCalling(view, duty) ? 'called is-calling' : 'called'} role="alert" aria-label={t('broadcast.asked')}>
      <p className="called-head">
        <Icon name="megaphone" size={20} />
        <strong>{t('broadcast.asked')}</strong>
        <span>
          {format.shortTime(view.sentAt)} {view.by}
        </span>
      </p>
      <p className="called-text">{view.text}</p>
      {place ? (
        <p className="called-place">
          <Icon name="pin" size={16} /> {place}
        </p>
      ) : null}
      {!asks ? (
        view.isRead ? null : (
          <Button size="large" kind="primary" onClick={() => inbox.readBroadcast(id)}>
            {t('broadcast.seen')}
          </Button>
        )
      ) : answer === null ? (
        <div className="called-answers">
          <Button size="large" onClick={() => say('no')}>
            {t('broadcast.answerNo')}
          </Button>
          <Button size="large" kind="primary" icon="check" onClick={() => say('yes')}>
            {t('broadcast.answerYes')}
          </Button>
        </div>
      ) : (
        <div className="called-answered">
          <strong>{answer === 'yes' ? t('broadcast.answeredYes') : t('broadcast.answeredNo')}</strong>
          <Button size="medium" kind="quiet" onClick={() => say(answer === 'yes' ? 'no' : 'yes')}>
            {t('broadcast.changeMind')}
          </Button>
        </div>
      )}
    </section>
  )
}
