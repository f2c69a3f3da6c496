/** Alarms of devices: from what a device says again and again to where one begins and where it ends. Pure. */
import type { Instant } from '#kernel/names.ts'
import type { Protocol } from './contract.ts'

export type SaidAlarm = { readonly name: string; readonly at: Instant }
/** Alarms of one device that have begun and not ended: when each began. */
export type OpenAlarms = ReadonlyMap<string, Instant>
export type AlarmEdges = {
  readonly began: readonly { readonly name: string; readonly at: Instant; readonly endedAt: Instant | null }[]
  readonly ended: readonly { readonly name: string; readonly beganAt: Instant; readonly at: Instant }[]
}

/** Who says an alarm as an event says it once; who says it as a state repeats it in every message until it is over. */
export const saysStates: Readonly<Record<Protocol, boolean>> = { jt808: true, h02: true, gt06: false, phone: false }

/** A button that is pressed again and again is one call for help. */
export const sameCallMs = 120_000

/**
 * What begins and ends with one message.
 *
 * A state begins when it is first said and ends with the first message, not sent late, that does not say it. An event is over as it is said, and
 * the same one within two minutes is the same. What is sent late begins what was not known and ends nothing.
 *
 * @param at      when the message says it was: the newest of its places, or now
 * @param recent  when each alarm of this device last began
 */
export function alarmEdges(
  open: OpenAlarms,
  recent: ReadonlyMap<string, Instant>,
  said: readonly SaidAlarm[],
  at: Instant,
  { states, isLate }: { readonly states: boolean; readonly isLate: boolean },
): AlarmEdges {
  const began: { name: string; at: Instant; endedAt: Instant | null }[] = []
  const names = new Set<string>()
  for (const alarm of said) {
    if (names.has(alarm.name)) continue
    names.add(alarm.name)
    if (open.has(alarm.name)) continue
    const last = recent.get(alarm.name)
    if ((isLate || !states) && last !== undefined && Math.abs(alarm.at - last) < sameCallMs) continue
    began.push({ name: alarm.name, at: alarm.at, endedAt: states && !isLate ? null : alarm.at })
  }
  const ended =
    states && !isLate ? [...open].flatMap(([name, beganAt]) => (names.has(name) || beganAt > at ? [] : [{ name, beganAt, at }])) : []
  return { began, ended }
}
