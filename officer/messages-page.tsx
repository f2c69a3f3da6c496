/** Messages on the phone: the channels of the shift, one of them at a time; what is written goes through the line like everything else. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '#ui/i18n.ts'
import { ChannelList } from '#ui/messages/channel-list.tsx'
import { Composer } from '#ui/messages/composer.tsx'
import { useInbox, useInboxPart } from '#ui/messages/inbox-context.tsx'
import { inOrder } from '#ui/messages/inbox-state.ts'
import { MessageList } from '#ui/messages/message-list.tsx'
import { channelName } from '#ui/messages/words.ts'
import type { OwnChannelView } from '#modules/messages/contract.ts'
import { Empty, ErrorState, Icon, IconButton, Spinner } from '#ui/primitives.ts'
import { CalledCard } from './called-card.tsx'
import { connectionOf } from './connection.ts'
import type { Waiting } from './outbox.ts'
import { PanicButton } from './panic-button.tsx'
import { base64, shrink } from './picture.ts'
import { Sheet } from './sheet.tsx'
import type { Duty } from './use-duty.ts'

export function MessagesPage({ account, duty, onClose }: { readonly account: string; readonly duty: Duty; readonly onClose: () => void }) {
  const { t } = useTranslation('messages')
  const { language } = useLanguage()
  const [open, setOpen] = useState<string | null>(null)
  const listed = useInboxPart((state) => (open === null ? undefined : state.channels.get(open)))
  // off line from the start there is no list; one's own channel is known all the same, and what is written waits
  const own = ownChannel(duty)
  const channel = listed ?? (own?.id === open ? own : undefined)
  const back = () => (open === null ? onClose() : setOpen(null))
  return (
    <Sheet className="messages-page" label={t('title')} onClose={back}>
      <header className="messages-head">
        <IconButton icon="arrow-left" size="large" label={open === null ? t('close') : t('back')} onClick={back} />
        <h2>{channel ? channelName(channel, t, language) : t('title')}</h2>
        <PanicButton />
      </header>
      {channel ? <Thread key={channel.id} channel={channel} account={account} duty={duty} /> : <Channels duty={duty} onOpen={setOpen} />}
    </Sheet>
  )
}

function Channels({ duty, onOpen }: { readonly duty: Duty; readonly onOpen: (id: string) => void }) {
  const { t } = useTranslation('messages')
  const inbox = useInbox()
  const phase = useInboxPart((state) => state.phase)
  const problem = useInboxPart((state) => state.problem)
  const channels = useInboxPart((state) => state.channels)
  const broadcasts = useInboxPart((state) => state.broadcasts)
  const own = ownChannel(duty)
  if (phase !== 'ready' && own && connectionOf(duty.live) === 'offline') return <ChannelList channels={[own]} onOpen={onOpen} />
  if (phase === 'loading') return <Spinner size={28} label={t('common:loading')} />
  if (phase === 'failed') return <ErrorState problem={problem} onRetry={() => void inbox.load()} />
  const open = [...broadcasts.values()].filter(({ endedAt }) => endedAt === null).sort((a, b) => b.sentAt - a.sentAt)
  return (
    <main className="messages-body">
      {open.map((view) => (
        <CalledCard key={view.id} view={view} duty={duty} />
      ))}
      {channels.size === 0 ? (
        <Empty icon="message" title={t('empty.title')}>
          {t('empty.crew')}
        </Empty>
      ) : (
        <ChannelList channels={inOrder(channels.values())} onOpen={onOpen} />
      )}
    </main>
  )
}

/** The channel of one's own unit, as far as the phone knows it by itself. */
function ownChannel({ known }: Duty): OwnChannelView | undefined {
  if (known.state !== 'on-duty') return undefined
  const { id, callSign, agency, crew } = known.unit
  return { id: `unit-${id}`, kind: 'unit', agency, name: callSign, nameEn: null, units: [], crews: crew.length, last: null, closedAt: null, unread: 0 }
}

type ThreadProps = { readonly channel: OwnChannelView; readonly account: string; readonly duty: Duty }

function Thread({ channel, account, duty }: ThreadProps) {
  const { t } = useTranslation('messages')
  const { language } = useLanguage()
  const waiting = duty.waiting.filter(({ about }) => about.kind === 'message' && about.channel === channel.id)
  const isOffline = connectionOf(duty.live) === 'offline'
  // the server says the same: a crew reads what the agencies above tell, and writes to its own
  const isFromAbove = channel.kind === 'agency' && duty.known.state === 'on-duty' && channel.agency !== duty.known.unit.agency
  return (
    <>
      <MessageList channel={channel} account={account} seesWho={false} readsOnly={isFromAbove} waiting={waiting.length > 0 ? <OnTheWay waiting={waiting} isOffline={isOffline} /> : undefined} />
      <Composer
        large
        name={channelName(channel, t, language)}
        disabledBecause={channel.closedAt !== null ? t('compose.closed') : isFromAbove ? t('compose.fromAbove') : undefined}
        onText={(text) => duty.say(channel.id, 'messages', { text })}
        onPicture={async (file) => duty.say(channel.id, 'pictures', { data: await base64(await shrink(file)) })}
        onVoice={async ({ blob, seconds }) => duty.say(channel.id, 'voices', { data: await base64(blob), seconds })}
      />
    </>
  )
}

/** What was written here and has not reached the server. */
function OnTheWay({ waiting, isOffline }: { readonly waiting: readonly Waiting[]; readonly isOffline: boolean }) {
  const { t } = useTranslation('messages')
  return (
    <ol>
      {waiting.map(({ id, path, body }) => (
        <li key={id} className="message is-own is-waiting">
          <div className="message-body">
            <div className="message-bubble">
              <span className="message-text">{path.endsWith('voices') ? t('voice', { seconds: Math.round(Number(body['seconds'])) }) : path.endsWith('pictures') ? t('last.picture') : String(body['text'])}</span>
            </div>
            <div className="message-receipts">
              <span className="receipt">
                <Icon name={isOffline ? 'no-signal' : 'clock'} size={12} /> {t('receipts.sending')}
              </span>
            </div>
          </div>
        </li>
      ))}
    </ol>
  )
}
