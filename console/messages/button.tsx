/** In the bar: messages, and how many are unread. */
import { useTranslation } from 'react-i18next'
import { useInboxPart } from '#ui/messages/inbox-context.tsx'
import { unreadCount } from '#ui/messages/inbox-state.ts'
import { Icon } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { changeView, useView } from '../router.ts'
import { talkers } from './provider.tsx'

export function MessagesButton() {
  const { t } = useTranslation('messages')
  const { may } = useSession()
  const unread = useInboxPart((state) => unreadCount(state.channels.values()))
  const messages = useView((view) => view.messages)
  if (!may(talkers)) return null
  const label = unread > 0 ? `${t('open')} · ${t('unread', { count: unread })}` : t('open')
  return (
    <button type="button" className="button button-quiet icon-button bar-messages" aria-label={label} title={label} aria-pressed={messages !== null} onClick={() => changeView({ workspace: 'command', page: '', messages: messages === null ? 'all' : null })}>
      <Icon name="message" />
      {unread > 0 ? <span className="unread-badge">{unread > 99 ? '99+' : unread}</span> : null}
    </button>
  )
}
