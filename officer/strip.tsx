/** The truth about the connection, always in sight: on line; or off line, since when, and how many things wait. */
import { useTranslation } from 'react-i18next'
import { useNow } from '#ui/clock.ts'
import { Icon, IconButton } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { connectionOf } from './connection.ts'
import { MessagesButton } from './messages-button.tsx'
import { PanicButton } from './panic-button.tsx'
import type { Sharing } from './sharing.ts'
import type { Duty } from './use-duty.ts'

export type StripProps = {
  readonly duty: Duty
  readonly sharing: Sharing | undefined
  readonly onMenu: () => void
  readonly onLine: () => void
  readonly onMessages: () => void
}

export function Strip({ duty, sharing, onMenu, onLine, onMessages }: StripProps) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  useNow(1000) // ages move on by themselves
  const { live, waiting, refused, known } = duty
  const connected = connectionOf(live)
  const online = connected === 'online'
  const count = waiting.length

  const connection = online
    ? count > 0
      ? t('strip.sending', { count })
      : t('strip.online')
    : connected === 'connecting' || !live
      ? t('strip.connecting')
      : count > 0
        ? t('strip.offlineWaiting', { count, age: format.duration((Date.now() - live.since) / 1000) })
        : t('strip.offline', { age: format.duration((Date.now() - live.since) / 1000) })

  return (
    <header className={online ? 'strip' : `strip is-${connected}`}>
      <div className="strip-row">
        <button type="button" className="strip-state" aria-label={`${connection} ${t('strip.line')}`} onClick={onLine}>
          <Icon name={online ? 'signal' : 'no-signal'} size={18} />
          <span role="status">{connection}</span>
        </button>
        {known.state === 'on-duty' ? <strong className="strip-unit">{known.unit.callSign}</strong> : null}
        {known.state === 'on-duty' ? <MessagesButton onOpen={onMessages} /> : null}
        <PanicButton />
        <IconButton icon="settings" label={t('menu.open')} onClick={onMenu} />
      </div>
      <div className="strip-second">
        {sharing ? <SharingLine sharing={sharing} offline={connected === 'offline'} /> : null}
        {connected === 'offline' ? (
          <button type="button" className="strip-retry" onClick={duty.retryNow}>
            {t('common:connection.retryNow')}
          </button>
        ) : null}
      </div>
      {refused.length > 0 ? (
        <button type="button" className="strip-alert" onClick={onLine}>
          <Icon name="alert" size={16} />
          {t('strip.refused', { count: refused.length })}
        </button>
      ) : null}
      {waiting.some((each) => each.unkept) ? (
        <p className="strip-alert">
          <Icon name="alert" size={16} />
          {t('strip.unkept')}
        </p>
      ) : null}
    </header>
  )
}

/** Whether the room can see this phone, and why not. */
function SharingLine({ sharing, offline }: { readonly sharing: Sharing; readonly offline: boolean }) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  const good = !offline && sharing.state === 'sharing' && sharing.sentAt !== undefined && sharing.waiting < 3
  const text =
    sharing.state !== 'sharing'
      ? t(`sharing.${sharing.state}`)
      : offline
        ? sharing.waiting > 0
          ? t('sharing.offline', { count: sharing.waiting })
          : t('sharing.unseen')
        : sharing.sentAt === undefined
          ? t('sharing.first')
          : sharing.waiting >= 3
            ? t('sharing.kept', { count: sharing.waiting })
            : Date.now() - sharing.sentAt < 10_000
              ? t('sharing.justNow')
              : t('sharing.sharing', { age: format.duration((Date.now() - sharing.sentAt) / 1000) })
  return (
    <p className={good ? 'strip-sharing' : 'strip-sharing is-wanting'}>
      <Icon name="pin" size={14} />
      {text}
    </p>
  )
}
