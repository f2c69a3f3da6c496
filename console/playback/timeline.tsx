/** The timeline: how many positions there are, what happened when, and the hand. By mouse, by thumb and by keyboard. */
import { useMemo, useRef, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '#ui/use-format.ts'
import { lanes, type Moment } from './moments.ts'
import type { Player } from './use-player.ts'

/** Ticks at round times, at most this many. */
const ticksMax = 8
const tickSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200].map((minutes) => minutes * 60_000)

type TimelineProps = {
  readonly from: number
  readonly to: number
  readonly player: Player
  readonly moments: readonly Moment[]
  /** Positions in each of so many equal parts. */
  readonly counts: Float64Array
}

export function Timeline({ from, to, player, moments, counts }: TimelineProps) {
  const { t } = useTranslation('playback')
  const format = useFormat()
  const track = useRef<HTMLDivElement>(null)
  const { at } = player
  const share = (instant: number) => (instant - from) / (to - from)

  const bars = useMemo(() => {
    const most = Math.max(1, ...counts)
    const width = 1000 / counts.length
    return Array.from(counts, (count, part) => (count === 0 ? '' : `M${(part * width).toFixed(2)} 100V${(100 - (count / most) * 92 - 8).toFixed(1)}H${((part + 1) * width).toFixed(2)}V100Z`)).join('')
  }, [counts])
  const marks = useMemo(
    () => moments.map((moment) => <i key={moment.position} className={moment.strong ? 'mark is-strong' : 'mark'} data-lane={moment.lane} style={{ left: `${((moment.at - from) / (to - from)) * 100}%` }} />),
    [moments, from, to],
  )
  const ticks = useMemo(() => {
    const step = tickSteps.find((each) => (to - from) / each <= ticksMax) ?? tickSteps.at(-1)!
    const first = Math.ceil(from / step) * step
    // a name at the very end would hang over the edge
    return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, n) => first + n * step).filter((tick) => tick < to - (to - from) * 0.05)
  }, [from, to])

  const seekTo = (event: PointerEvent) => {
    const box = track.current!.getBoundingClientRect()
    player.seek(from + ((event.clientX - box.left) / box.width) * (to - from))
  }
  return (
    <div className="timeline">
      <div className="timeline-lanes" aria-hidden="true">
        {lanes.map((lane) => (
          <span key={lane} data-lane={lane}>{t(`timeline.lane.${lane}`)}</span>
        ))}
      </div>
      <div
        ref={track}
        className="timeline-track"
        role="slider"
        tabIndex={0}
        aria-label={t('timeline.label')}
        aria-valuemin={0}
        aria-valuemax={Math.round((to - from) / 1000)}
        aria-valuenow={Math.round((at - from) / 1000)}
        aria-valuetext={t('timeline.value', { time: format.fullTime(at), part: format.duration((at - from) / 1000) })}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          seekTo(event)
        }}
        onPointerMove={(event) => event.buttons === 1 && seekTo(event)}
      >
        <svg className="timeline-density" viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
          <path d={bars} />
        </svg>
        {marks}
        {ticks.map((tick) => (
          <span key={tick} className="timeline-tick" style={{ left: `${share(tick) * 100}%` }}>
            {to - from > 2 * 86_400_000 ? format.dayTime(tick) : format.shortTime(tick)}
          </span>
        ))}
        <span className="timeline-hand" style={{ left: `${share(at) * 100}%` }} />
      </div>
    </div>
  )
}
