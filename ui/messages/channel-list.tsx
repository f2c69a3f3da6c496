/** Channels, the newest message first: what it is, what was said last, how much is unread. */
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../i18n.ts'
import { Icon, type IconName } from '../primitives.ts'
import { useFormat } from '../use-format.ts'
import type { ChannelKind, OwnChannelView } from '#modules/messages/contract.ts'
import { channelName, inOneLine } from './words.ts'

export const channelIcons: Readonly<Record<ChannelKind, IconName>> = { unit: 'car', incident: 'alert', agency: 'layers', group: 'people' }

export function ChannelList({ channels, onOpen }: { readonly channels: readonly OwnChannelView[]; readonly onOpen: (id: string) => void }) {
  const { t } = useTranslation('messages')
  const { language } = useLanguage()
  const format = useFormat()
  return (
    <ul className="channel-list">
      {channels.map((channel) => (
        <li key={channel.id}>
          <button type="button" className="channel-row" data-channel={channel.id} onClick={() => onOpen(channel.id)}>
            <Icon name={channelIcons[channel.kind]} />
            <span className="channel-row-what">
              <b>{channelName(channel, t, language)}</b>
              <span className="soft">{channel.last ? `${channel.last.callSign ?? channel.last.by}：${inOneLine(channel.last, t)}` : t('last.none')}</span>
            </span>
            <span className="channel-row-end">
              {channel.last ? <time title={format.fullTime(channel.last.at)}>{format.shortTime(channel.last.at)}</time> : null}
              {channel.unread > 0 ? (
                <span className="unread-badge" aria-label={t('unread', { count: channel.unread })}>
                  {channel.unread}
                </span>
              ) : null}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
