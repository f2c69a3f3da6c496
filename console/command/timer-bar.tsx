/** A timer as a thin bar that fills, and as seconds. */
import { useTranslation } from 'react-i18next'
import { countdown } from '#ui/format.ts'
import type { TimerView } from '#modules/dispatch/contract.ts'
import { readTimer } from './timers.ts'

export function TimerBar({ timer, now }: { readonly timer: TimerView; readonly now: number }) {
  const { t } = useTranslation('command')
  const reading = readTimer(timer, now)
  return (
    <div
      className={`timer-bar is-${reading.urgency}`}
      role="progressbar"
      aria-label={t(`timer.${timer.kind}`)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(reading.share * 100)}
      aria-valuetext={countdown(reading.leftMs / 1000)}
    >
      <div style={{ transform: `scaleX(${reading.share})` }} />
    </div>
  )
}

/** `签收 0:12`: what is waited for, and how long it may still take; past the limit, by how much. */
export function TimerWords({ timer, now, withKind = true }: { readonly timer: TimerView; readonly now: number; readonly withKind?: boolean }) {
  const { t } = useTranslation('command')
  const reading = readTimer(timer, now)
  return (
    <span className={`timer-words is-${reading.urgency}`}>
      {withKind ? <span>{t(`timer.${timer.kind}`)}</span> : null}
      <span className="timer-time">{countdown(reading.leftMs / 1000)}</span>
    </span>
  )
}
