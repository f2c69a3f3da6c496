/** Who should go, and why: the nearest by road first. Number keys send while the list or the incident has the focus. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, StateMark } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useFormat } from '#ui/use-format.ts'
import type { RecommendationItem } from '#modules/dispatch/contract.ts'
import { useRoomPart } from './room-context.tsx'
import { selectUnit } from '../router.ts'

export type RecommendationListProps = {
  readonly items: readonly RecommendationItem[]
  /** Undefined where nothing can be sent yet; then rows only inform. */
  readonly onSend?: (item: RecommendationItem) => Promise<void>
  readonly disabledBecause?: string | undefined
  readonly onHover: (unit: string | null) => void
  /** Chosen units of an incident that is not there yet. */
  readonly chosen?: ReadonlySet<string>
  readonly onChoose?: (unit: string, isChosen: boolean) => void
}

export function RecommendationList({ items, onSend, disabledBecause, onHover, chosen, onChoose }: RecommendationListProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const units = useRoomPart((state) => state.units)
  const format = useFormat()
  const [sending, setSending] = useState<string | null>(null)

  const send = async (item: RecommendationItem) => {
    if (!onSend || sending) return
    setSending(item.unit)
    try {
      await onSend(item)
    } catch {
      // said in a toast already
    } finally {
      setSending(null)
    }
  }

  return (
    <ol className="recommendations">
      {items.map((item, index) => {
        const unit = units.get(item.unit)
        return (
          <li key={item.unit} className="recommendation" onMouseEnter={() => onHover(item.unit)} onMouseLeave={() => onHover(null)} onFocus={() => onHover(item.unit)} onBlur={() => onHover(null)}>
            <span className="recommendation-rank" aria-hidden="true">{index + 1}</span>
            <span className="recommendation-main">
              <span className="recommendation-first">
                <button type="button" className="link-button" onClick={() => selectUnit(item.unit)}>
                  <b>{item.callSign}</b>
                </button>
                {unit ? <StateMark tone={toneOf(unit.state)} stale={unit.stale}>{common(`unitKind.${unit.kind}`)}</StateMark> : null}
              </span>
              <span className="recommendation-why">{item.reasons.map((reason) => reason.text).join(t('listSeparator'))}</span>
            </span>
            <span className="recommendation-far">
              <b>{format.travelTime(item.travelSeconds)}</b>
              <span className="soft">{format.distance(item.distanceMeters)}</span>
            </span>
            {onChoose ? (
              <Button size="small" kind={chosen?.has(item.unit) ? 'primary' : 'plain'} icon={chosen?.has(item.unit) ? 'check' : 'plus'} aria-pressed={chosen?.has(item.unit)} onClick={() => onChoose(item.unit, !chosen?.has(item.unit))}>
                {chosen?.has(item.unit) ? t('send.chosen') : t('send.choose')}
              </Button>
            ) : onSend ? (
              <Button size="small" kind={index === 0 ? 'primary' : 'plain'} busy={sending === item.unit} disabledBecause={disabledBecause} title={`${t('send.title', { unit: item.callSign })} (${index + 1})`} aria-label={t('send.title', { unit: item.callSign })} onClick={() => void send(item)}>
                {t('send.send')}
              </Button>
            ) : null}
          </li>
        )
      })}
    </ol>
  )
}
