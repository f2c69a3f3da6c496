/** Reading timers: how full the bar is, how long is left, and who must look at it. */
import type { IncidentView, TimerView } from '#modules/dispatch/contract.ts'

export type TimerReading = {
  readonly timer: TimerView
  /** 0 at the start, 1 at the limit, not beyond. */
  readonly share: number
  /** Negative when the limit has passed. */
  readonly leftMs: number
  /** `calm`, `soon` in the last quarter, `over` past the limit. */
  readonly urgency: 'calm' | 'soon' | 'over'
  /** Past the limit and nobody has said that they saw it. */
  readonly alarming: boolean
}

export function readTimer(timer: TimerView, now: number): TimerReading {
  const whole = Math.max(1, timer.dueAt - timer.startedAt)
  const share = Math.min(1, Math.max(0, (now - timer.startedAt) / whole))
  const leftMs = timer.dueAt - now
  const over = leftMs <= 0 || timer.escalation > 0
  return {
    timer,
    share: over ? 1 : share,
    leftMs,
    urgency: over ? 'over' : share >= 0.75 ? 'soon' : 'calm',
    alarming: timer.escalation > 0 && timer.seenBy === null,
  }
}

/** The timer that a person should look at first: an unseen alarm, then the least time left. */
export function pressingTimer(timers: readonly TimerView[], now: number): TimerReading | undefined {
  let best: TimerReading | undefined
  for (const timer of timers) {
    const reading = readTimer(timer, now)
    if (!best || (reading.alarming !== best.alarming ? reading.alarming : reading.leftMs < best.leftMs)) best = reading
  }
  return best
}

/** All alarms nobody has acknowledged, the oldest first. */
export function alarmsOf(incidents: Iterable<IncidentView>): { incident: IncidentView; timer: TimerView }[] {
  const alarms: { incident: IncidentView; timer: TimerView }[] = []
  for (const incident of incidents) {
    if (incident.status === 'closed') continue
    for (const timer of incident.timers) if (timer.escalation > 0 && timer.seenBy === null) alarms.push({ incident, timer })
  }
  return alarms.sort((a, b) => (a.timer.escalatedAt ?? a.timer.dueAt) - (b.timer.escalatedAt ?? b.timer.dueAt))
}
