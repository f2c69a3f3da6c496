/** Messages in the side column: channels with what is unread, one channel's thread, search, a new one. */
import { useDeferredValue, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '#ui/i18n.ts'
import { ChannelList, channelIcons } from '#ui/messages/channel-list.tsx'
import { useInbox, useInboxPart } from '#ui/messages/inbox-context.tsx'
import { inOrder } from '#ui/messages/inbox-state.ts'
import { channelName, inOneLine } from '#ui/messages/words.ts'
import { Button, Empty, ErrorState, Icon, IconButton, Spinner } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { useFormat } from '#ui/use-format.ts'
import type { MessageView, OwnChannelView } from '#modules/messages/contract.ts'
import { useAnswer } from '../command/use-answer.ts'
import { changeView, selectIncident, selectUnit } from '../router.ts'
import { Broadcasts } from './broadcasts.tsx'
import { CallPanel } from './call-panel.tsx'
import { GroupForm } from './group-form.tsx'
import { PickChannel } from './pick-channel.tsx'
import { leaders } from './provider.tsx'
import { ChannelThread } from './thread.tsx'


export const openMessages = (channel: string) => changeView({ messages: channel })

/** @param at  a channel, `all` for the list, or `call…` for a call to all near */
export function MessagesPanel({ at }: { readonly at: string }) {
  const { t } = useTranslation('messages')
  return (
    <article className="detail messages-panel" aria-label={t('title')}>
      {at.startsWith('call') ? <CallPanel key={at} start={at} /> : at === 'all' ? <AllChannels /> : <OneChannel key={at} id={at} />}
    </article>
  )
}

function AllChannels() {
  const { t } = useTranslation('messages')
  const { may } = useSession()
  const inbox = useInbox()
  const phase = useInboxPart((state) => state.phase)
  const problem = useInboxPart((state) => state.problem)
  const channels = useInboxPart((state) => state.channels)
  const [words, setWords] = useState('')
  const [form, setForm] = useState<'pick' | 'group' | null>(null)
  const looked = useDeferredValue(words.trim())
  return (
    <>
      <header className="detail-head">
        <div className="detail-title">
          <h2>{t('title')}</h2>
        </div>
        <Button size="small" icon="plus" aria-pressed={form === 'pick'} onClick={() => setForm(form === 'pick' ? null : 'pick')}>
          {t('new')}
        </Button>
        {may(leaders) ? (
          <Button size="small" icon="megaphone" title={t('broadcast.hint')} onClick={() => changeView({ messages: 'call' })}>
            {t('broadcast.call')}
          </Button>
        ) : null}
        {may(leaders) ? (
          <Button size="small" icon="people" aria-pressed={form === 'group'} onClick={() => setForm(form === 'group' ? null : 'group')}>
            {t('group.new')}
          </Button>
        ) : null}
        <IconButton icon="close" size="small" label={t('close')} onClick={() => changeView({ messages: null })} />
      </header>
      <div className="detail-body messages-body">
        {form === 'pick' ? <PickChannel onPick={openMessages} onClose={() => setForm(null)} /> : null}
        {form === 'group' ? <GroupForm onDone={(id) => (setForm(null), id && openMessages(id))} /> : null}
        <Broadcasts incident={null} />
        <div className="messages-search">
          <Icon name="search" size={14} />
          <input className="control" type="search" value={words} aria-label={t('search')} placeholder={t('search')} maxLength={100} onChange={(event) => setWords(event.target.value)} onKeyDown={(event) => event.key === 'Escape' && (event.stopPropagation(), setWords(''))} />
        </div>
        {looked ? (
          <Found words={looked} channels={channels} />
        ) : phase === 'failed' ? (
          <ErrorState problem={problem} onRetry={() => void inbox.load()} />
        ) : phase === 'loading' ? (
          <Spinner label={t('common:loading')} />
        ) : channels.size === 0 ? (
          <Empty icon="message" title={t('empty.title')}>{t('empty.text')}</Empty>
        ) : (
          <ChannelList channels={inOrder(channels.values())} onOpen={openMessages} />
        )}
      </div>
    </>
  )
}

/** Messages with these words, each leading to its channel. */
function Found({ words, channels }: { readonly words: string; readonly channels: ReadonlyMap<string, OwnChannelView> }) {
  const { t } = useTranslation('messages')
  const { language } = useLanguage()
  const format = useFormat()
  const { answer, problem } = useAnswer<{ items: MessageView[] }>(`/api/messages/search?q=${encodeURIComponent(words)}&limit=50`, words, 200)
  if (problem) return <ErrorState problem={problem} />
  if (!answer) return <Spinner label={t('common:loading')} />
  if (answer.items.length === 0) return <p className="section-empty">{t('foundNone', { words })}</p>
  return (
    <>
      <p className="section-hint messages-found">{t('found', { count: answer.items.length })}</p>
      <ul className="channel-list">
        {answer.items.map((message) => {
          const channel = channels.get(message.channel)
          return (
            <li key={message.id}>
              <button type="button" className="channel-row" onClick={() => openMessages(message.channel)}>
                <Icon name={channel ? channelIcons[channel.kind] : 'message'} />
                <span className="channel-row-what">
                  <b>{channel ? channelName(channel, t, language) : message.by}</b>
                  <span className="soft">{`${message.callSign ?? message.by}：${inOneLine(message, t)}`}</span>
                </span>
                <span className="channel-row-end">{format.dayTime(message.at)}</span>
              </button>
            </li>
          )
        })}
      </ul>
    </>
  )
}

function OneChannel({ id }: { readonly id: string }) {
  const { t } = useTranslation('messages')
  const { language } = useLanguage()
  const { may } = useSession()
  const channel = useInboxPart((state) => state.channels.get(id))
  const [changing, setChanging] = useState(false)
  useEffect(() => setChanging(false), [id])
  const of = id.slice(id.indexOf('-') + 1)
  const isLink = channel?.kind === 'unit' || channel?.kind === 'incident'
  return (
    <>
      <header className="detail-head">
        <IconButton icon="arrow-left" size="small" label={t('back')} onClick={() => openMessages('all')} />
        <div className="detail-title">
          <h2>{channel ? channelName(channel, t, language) : t('title')}</h2>
          {channel ? (
            <p className="soft">
              <span>{t(`kind.${channel.kind}`)}</span>
              <span>{t('crews', { count: channel.crews })}</span>
              {channel.closedAt === null ? null : <span>{t('group.closed')}</span>}
            </p>
          ) : null}
        </div>
        {isLink ? <IconButton icon="target" size="small" label={t('goThere')} onClick={() => (channel.kind === 'unit' ? selectUnit(of) : selectIncident(of))} /> : null}
        {channel?.kind === 'group' && may(leaders) ? <IconButton icon="settings" size="small" label={t('group.change')} aria-pressed={changing} onClick={() => setChanging(!changing)} /> : null}
        <IconButton icon="close" size="small" label={t('close')} onClick={() => changeView({ messages: null })} />
      </header>
      {changing && channel ? <GroupForm group={channel} onDone={() => setChanging(false)} /> : null}
      <ChannelThread key={id} id={id} autoFocus />
    </>
  )
}
