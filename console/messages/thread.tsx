/** A channel in the watch room: its messages and what one writes there. Another channel is another one: its `key` is the channel's. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, commandIds } from '#ui/client.ts'
import { useLanguage } from '#ui/i18n.ts'
import { base64Of } from '#ui/messages/bytes.ts'
import { Composer } from '#ui/messages/composer.tsx'
import { useInbox, useInboxPart } from '#ui/messages/inbox-context.tsx'
import { MessageList } from '#ui/messages/message-list.tsx'
import { channelName } from '#ui/messages/words.ts'
import { ErrorState, Spinner } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { talkers, useVoices } from './provider.tsx'
import { UnsentVoices } from './unsent-voices.tsx'

export function ChannelThread({ id, autoFocus = false }: { readonly id: string; readonly autoFocus?: boolean }) {
  const { t } = useTranslation('messages')
  const { language } = useLanguage()
  const { session, may } = useSession()
  const inbox = useInbox()
  const { voices } = useVoices()
  const channel = useInboxPart((state) => state.channels.get(id))
  const [problem, setProblem] = useState<unknown>()
  const [attempt, setAttempt] = useState(0)
  const isKnown = channel !== undefined
  const [ids] = useState(() => ({ messages: commandIds(), pictures: commandIds() }))
  useEffect(() => {
    if (isKnown) return
    let gone = false
    setProblem(undefined)
    inbox.fetchChannel(id).catch((thrown: unknown) => gone || setProblem(thrown))
    return () => void (gone = true)
  }, [inbox, id, isKnown, attempt])

  if (!channel) return problem ? <ErrorState problem={problem} onRetry={() => setAttempt(attempt + 1)} /> : <Spinner label={t('common:loading')} />
  const send = async (what: 'messages' | 'pictures', body: object) => {
    await api.post(`/api/messages/channels/${id}/${what}`, { ...body, commandId: ids[what].of(JSON.stringify(body)) })
    ids[what].answered()
  }
  const disabledBecause = may(talkers) ? (channel.closedAt === null ? undefined : t('compose.closed')) : t('compose.notYours')
  return (
    <div className="channel-thread">
      <MessageList channel={channel} account={session?.account ?? ''} seesWho />
      <UnsentVoices channel={id} disabledBecause={disabledBecause} />
      <Composer
        name={channelName(channel, t, language)}
        autoFocus={autoFocus}
        disabledBecause={disabledBecause}
        onText={(text) => send('messages', { text })}
        onPicture={async (file) => send('pictures', { data: await base64Of(file) })}
        onVoice={(recording) => voices.say(id, recording)}
      />
    </div>
  )
}
