/** The messages of a channel: who, when, what, and who has it. The newest at the foot. */
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../client.ts'
import { useLanguage } from '../i18n.ts'
import { Button, Empty, Icon, Spinner } from '../primitives.ts'
import { useFormat, type Format } from '../use-format.ts'
import type { ChannelView, MessageView, ReceiptView } from '#modules/messages/contract.ts'
import { useInbox, useInboxPart } from './inbox-context.tsx'
import { VoiceNote } from './voice-note.tsx'
import { channelName } from './words.ts'

export type MessageListProps = {
  readonly channel: Pick<ChannelView, 'id' | 'kind' | 'name' | 'nameEn'>
  /** Whose messages stand on the right. */
  readonly account: string
  /** A desk may look who has a message, by name. */
  readonly seesWho: boolean
  /** One does not write here. */
  readonly readsOnly?: boolean
  /** What is still on its way, after the last. */
  readonly waiting?: ReactNode
}

export function MessageList({ channel, account, seesWho, readsOnly = false, waiting }: MessageListProps) {
  const { t } = useTranslation('messages')
  const { language } = useLanguage()
  const format = useFormat()
  const inbox = useInbox()
  const thread = useInboxPart((state) => state.threads.get(channel.id))
  const list = useRef<HTMLDivElement>(null)
  const atFoot = useRef(true)
  const [loading, setLoading] = useState(false)

  useEffect(() => inbox.look(channel.id), [inbox, channel.id])
  const newest = thread?.messages.at(-1)?.number ?? 0
  const first = thread?.messages[0]?.number ?? 0
  const before = useRef({ first, height: 0 })
  useLayoutEffect(() => {
    const box = list.current
    if (!box) return
    // what is put in above must not move what is being read
    if (first < before.current.first && !atFoot.current) box.scrollTop += box.scrollHeight - before.current.height
    else if (atFoot.current) box.scrollTop = box.scrollHeight
    before.current = { first, height: box.scrollHeight }
  }, [newest, first, waiting])

  const older = async () => {
    setLoading(true)
    atFoot.current = false
    await inbox.older(channel.id).catch(() => {}) // the button stays; pressed again it asks again
    setLoading(false)
  }

  if (!thread) {
    return (
      <div className="message-list" aria-busy="true">
        <Spinner label={t('common:loading')} />
        {waiting}
      </div>
    )
  }
  let day = ''
  return (
    <div
      ref={list}
      className="message-list"
      role="log"
      tabIndex={0}
      aria-label={t('thread.label', { name: channelName(channel, t, language) })}
      onScroll={({ currentTarget: box }) => {
        atFoot.current = box.scrollHeight - box.scrollTop - box.clientHeight < 40
      }}
    >
      {!thread.whole && first > 1 ? (
        <Button size="small" kind="quiet" busy={loading} onClick={() => void older()}>
          {t('thread.older')}
        </Button>
      ) : null}
      {thread.messages.length === 0 && !waiting ? <Empty icon="message" title={t('empty.title')}>{t(readsOnly ? 'empty.fromAbove' : 'empty.thread')}</Empty> : null}
      <ol>
        {thread.messages.map((message) => {
          const ofDay = dayOf(message.at, format)
          const isNewDay = ofDay !== day
          day = ofDay
          return (
            <li key={message.number} className={message.account === account ? 'message is-own' : 'message'}>
              {isNewDay && ofDay ? <p className="message-day">{ofDay}</p> : null}
              <Bubble message={message} isOwn={message.account === account} seesWho={seesWho} />
            </li>
          )
        })}
      </ol>
      {waiting}
    </div>
  )
}

/** The day in words: the day and time without the time. */
const dayOf = (at: number, format: Format): string => format.dayTime(at).replace(format.shortTime(at), '').replace(/[,，\s]+$/, '')

function Bubble({ message, isOwn, seesWho }: { readonly message: MessageView; readonly isOwn: boolean; readonly seesWho: boolean }) {
  const { t } = useTranslation('messages')
  const format = useFormat()
  const { file } = message
  const address = `/api/messages/${message.id}/file`
  return (
    <div className="message-body">
      <p className="message-who">
        {isOwn ? null : <b>{message.callSign ? `${message.callSign} ${message.by}` : message.by}</b>}
        <time title={format.fullTime(message.at)}>{format.shortTime(message.at)}</time>
      </p>
      <div className={file?.kind === 'picture' ? 'message-bubble has-picture' : 'message-bubble'}>
        {file?.kind === 'picture' ? (
          <a href={address} target="_blank" rel="noreferrer" title={t('openPicture')}>
            <img src={address} alt={message.text || t('picture')} loading="lazy" />
          </a>
        ) : null}
        {file?.kind === 'voice' ? <VoiceNote address={address} seconds={file.seconds ?? 0} /> : null}
        {message.text ? <span className="message-text">{message.text}</span> : null}
      </div>
      {/* that one has read it oneself is no news */}
      {isOwn || seesWho ? <Receipts message={message} seesWho={seesWho} /> : null}
    </div>
  )
}

/** Plainly who has it: so many of so many, and whether a watch room has read what a crew wrote. */
function Receipts({ message, seesWho }: { readonly message: MessageView; readonly seesWho: boolean }) {
  const { t } = useTranslation('messages')
  const [who, setWho] = useState<readonly ReceiptView[] | null>(null)
  const [open, setOpen] = useState(false)
  const { of, delivered, read, room, id } = message
  useEffect(() => {
    if (!open) return
    let gone = false
    api.get<{ items: ReceiptView[] }>(`/api/messages/${id}/receipts`).then(({ items }) => gone || setWho(items), () => gone || setWho([]))
    return () => void (gone = true)
  }, [open, id, delivered, read])

  const roomWords = room === null ? null : <span className={room ? 'receipt is-read' : 'receipt'}>{room ? t('receipts.roomRead') : t('receipts.roomUnread')}</span>
  const words = of === 0 ? (room === null ? t('receipts.nobody') : null) : read === of ? t('receipts.all', { of }) : t('receipts.counts', { of, delivered, read })
  return (
    <div className="message-receipts">
      {roomWords}
      {words === null ? null : seesWho && of > 0 ? (
        <button type="button" className={read === of ? 'receipt is-read' : 'receipt'} aria-expanded={open} title={t('receipts.who')} onClick={() => setOpen(!open)}>
          {read === of ? <Icon name="check" size={12} /> : null}
          {words}
        </button>
      ) : (
        <span className={read === of && of > 0 ? 'receipt is-read' : 'receipt'}>{words}</span>
      )}
      {open && who ? (
        <ul className="receipt-names">
          {who.map((each, n) => (
            <li key={n}>
              <span>{[each.callSign, each.name].filter(Boolean).join(' ')}</span>
              <span className="soft">{each.read ? t('receipts.read') : each.delivered ? t('receipts.delivered') : t('receipts.none')}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}
