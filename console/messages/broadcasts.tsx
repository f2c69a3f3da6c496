/** Broadcasts, counted as they are answered: of one incident, or those that still run. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newCommandId } from '#ui/client.ts'
import { useNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { useInboxPart } from '#ui/messages/inbox-context.tsx'
import { Button, Icon, useToasts } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { useFormat } from '#ui/use-format.ts'
import type { BroadcastView, RecipientView } from '#modules/messages/contract.ts'
import type { AnyBroadcast } from '#ui/messages/inbox-state.ts'
import { Section } from '../command/incident-detail.tsx'
import { selectIncident } from '../router.ts'
import { leaders } from './provider.tsx'

const isWhole = (view: AnyBroadcast): view is BroadcastView => view.recipients !== undefined

/** @param incident  whose; null: all that are not over */
export function Broadcasts({ incident }: { readonly incident: string | null }) {
  const { t } = useTranslation('messages')
  const broadcasts = useInboxPart((state) => state.broadcasts)
  const shown = [...broadcasts.values()].filter(isWhole).filter((view) => (incident === null ? view.endedAt === null : view.incident === incident)).sort((a, b) => b.sentAt - a.sentAt)
  if (shown.length === 0) return null
  return (
    <Section title={t('broadcast.title')} count={shown.length} className="broadcasts">
      {shown.map((view) => (
        <BroadcastCard key={view.id} view={view} isLinked={incident === null} />
      ))}
    </Section>
  )
}

function BroadcastCard({ view, isLinked }: { readonly view: BroadcastView; readonly isLinked: boolean }) {
  const { t } = useTranslation('messages')
  const { may } = useSession()
  const { language } = useLanguage()
  const format = useFormat()
  const toasts = useToasts()
  const now = useNow(1000)
  const [busy, setBusy] = useState(false)
  const end = async () => {
    setBusy(true)
    await api.post(`/api/messages/broadcasts/${view.id}/end`, { commandId: newCommandId() }).catch(toasts.problem)
    setBusy(false)
  }
  const { of, delivered, read, yes, no } = view
  const place = (language === 'en' && view.placeEn) || view.place
  const whom = view.kind === 'minutes' ? t('broadcast.within', { minutes: view.minutes }) : view.kilometers !== null ? t('broadcast.withinKilometers', { count: view.kilometers }) : view.fence !== null ? t('broadcast.inFence', { name: view.place }) : view.kind === 'area' ? t('broadcast.inArea') : t('broadcast.ofAgency')
  return (
    <div className={`broadcast-card${view.shortAt !== null && view.endedAt === null ? ' is-short' : ''}`} data-broadcast={view.id}>
      <p className="broadcast-text">{view.text}</p>
      <p className="soft">
        <span>{format.shortTime(view.sentAt)}</span> <span>{view.by}</span> <span>{whom}</span>{view.incident === null && view.fence === null && place ? <span>{place}</span> : null}
      </p>
      <p className="broadcast-counts">
        <span>{t('broadcast.counts', { of, delivered, read })}</span>
        {view.asks ? (
          <>
            <b className={yes >= view.enoughYes ? 'is-enough' : ''}>
              <Icon name="check" size={12} /> {t('broadcast.yes')} {yes}/{view.enoughYes}
            </b>
            <span>
              {t('broadcast.no')} {no}
            </span>
          </>
        ) : null}
      </p>
      {view.shortAt !== null && view.endedAt === null && yes < view.enoughYes ? (
        <p className="broadcast-short">
          <Icon name="alert" size={14} /> {t('broadcast.short', { yes, wanted: view.enoughYes })}{' '}
          {view.seenAt !== null ? t('broadcast.shortSeen', { name: view.seenBy }) : view.escalatedAt !== null ? t('broadcast.above') : view.widensAt !== null ? t('broadcast.aboveIn', { time: format.countdown(Math.max(0, (view.widensAt - now) / 1000)) }) : null}
        </p>
      ) : view.widensAt !== null ? (
        <p className="soft">{t(view.kind === 'minutes' && view.ring < 2 ? 'broadcast.widens' : 'broadcast.alerts', { time: format.countdown(Math.max(0, (view.widensAt - now) / 1000)) })}</p>
      ) : null}
      <details>
        <summary>{t('broadcast.who')}</summary>
        <ul className="receipt-names">
          {view.recipients.map((each) => (
            <li key={each.member}>
              <span>
                {each.callSign} {each.name}
                <span className="soft">
                  {each.seconds === null ? '' : ` ${t('broadcast.away', { time: format.travelTime(each.seconds) })}`}
                  {each.ring > 1 ? ` ${t('broadcast.ring', { ring: each.ring })}` : ''}
                </span>
              </span>
              <Said each={each} asks={view.asks} />
            </li>
          ))}
        </ul>
      </details>
      <div className="act-form-buttons">
        {isLinked && view.incident !== null ? (
          <Button size="small" kind="quiet" onClick={() => selectIncident(view.incident)}>
            {t('goThere')}
          </Button>
        ) : null}
        {view.endedAt === null ? (
          may(leaders) ? (
            <Button size="small" busy={busy} onClick={() => void end()}>
              {t('broadcast.end')}
            </Button>
          ) : null
        ) : (
          <span className="soft">{t('broadcast.ended')}</span>
        )}
      </div>
    </div>
  )
}

function Said({ each, asks }: { readonly each: RecipientView; readonly asks: boolean }) {
  const { t } = useTranslation('messages')
  if (each.answer !== null) return <b className={each.answer === 'yes' ? 'receipt is-read' : 'receipt'}>{each.answer === 'yes' ? t('broadcast.yes') : t('broadcast.no')}</b>
  const got = each.read ? t('receipts.read') : each.delivered ? t('receipts.delivered') : t('receipts.none')
  return <span className="soft">{asks && each.read ? t('broadcast.noAnswer') : got}</span>
}
