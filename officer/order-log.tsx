/** What people wrote and photographed at this incident, newest first; what still waits on this phone above it. */
import { useTranslation } from 'react-i18next'
import type { LogLine } from '#modules/dispatch/contract.ts'
import { Icon } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import type { Waiting } from './outbox.ts'

export function OrderLog({ log, waiting }: { readonly log: readonly LogLine[]; readonly waiting: readonly Waiting[] }) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  const lines = log.filter((line) => line.type === 'note-added' || line.type === 'picture-added').toReversed()
  if (lines.length === 0 && waiting.length === 0) return null
  return (
    <section className="order-log">
      <h2>{t('log.title')}</h2>
      <ul>
        {waiting.toReversed().map((each) => (
          <li key={each.id} className="is-waiting">
            <p className="order-log-head">
              <Icon name="no-signal" size={14} />
              {t('log.waits')}
            </p>
            <p>{typeof each.body['text'] === 'string' ? each.body['text'] : t('log.picture')}</p>
          </li>
        ))}
        {lines.map((line) => (
          <li key={line.position}>
            <p className="order-log-head">
              {line.actor} · {format.shortTime(line.at)}
            </p>
            {line.type === 'picture-added' ? (
              <img src={`/api/dispatch/pictures/${String(line.data['picture'])}`} alt={String(line.data['caption'] || t('log.picture'))} loading="lazy" />
            ) : (
              <p>{String(line.data['text'] ?? '')}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
