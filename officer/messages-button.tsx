/** In the strip: messages, and how many are unread or call for an answer. */
import { useTranslation } from 'react-i18next'
import { useInboxPart } from '#ui/messages/inbox-context.tsx'
import { unreadCount } from '#ui/messages/inbox-state.ts'
import { Icon } from '#ui/primitives.ts'

export function MessagesButton({ onOpen }: { readonly onOpen: () => void }) {
  const { t } = useTranslation('messages')
  const unread = useInboxPart((state) => unreadCount(state.channels.values()))
  const label = unread > 0 ? `${t('title')} · ${t('unread', { count: unread })}` : t('title')
  return (
    <button type="button" className="button button-quiet icon-button strip-messages" aria-label={label} onClick={onOpen}>
      <Icon name="message" size={20} />
      {unread > 0 ? <span className="unread-badge">{unread > 99 ? '99+' : unread}</span> : null}
    </button>
  )
}
