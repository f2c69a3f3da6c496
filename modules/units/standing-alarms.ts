/** Alarms of devices as the watch room is shown them: what lasts or has just happened, once, whatever a loose wire says in between. Pure. */
import type { Instant } from '#kernel/names.ts'

/** From edge to edge, as it is kept. */
export type AlarmEpisode = {
  readonly device: number
  readonly unit: number
  readonly name: string
  readonly beganAt: Instant
  /** Null while it lasts; of an event as it began. */
  readonly endedAt: Instant | null
  readonly takenAt: Instant
  readonly seenAt: Instant | null
}

export type StandingAlarm = {
  readonly device: number
  readonly unit: number
  readonly name: string
  /** When we heard of the first of its episodes. */
  readonly since: Instant
  /** When it was over; null while it lasts. */
  readonly endedAt: Instant | null
  /** How often it came and went. */
  readonly times: number
  /** Harm to people or the car. */
  readonly isGrave: boolean
  /** From when on it is shown, if nothing more is heard; may be still to come. */
  readonly shownFrom: Instant
  /** Up to when it is shown; null while it lasts. */
  readonly shownUntil: Instant | null
}

/** What says less than this is a bad contact, and nobody is told. */
export const settleMs = 30_000
/** Episodes that lie no farther apart are one alarm; and so long it is still shown when it is over, so that nothing comes and goes under the pointer. */
export const joinMs = 10 * 60_000
/** What happens in a moment is shown for so long. */
export const eventShownMs = 30 * 60_000
/** How far back episodes have to be read; what began before and lasts is read as well. */
export const standingBackMs = 3_600_000

/** These mean harm to people or the car: shown with their first word. */
const grave = new Set(['collision', 'rollover', 'fall', 'danger', 'stolen'])
/** An emergency is an incident; crossings of our fences are told by the fences. */
const toldElsewhere = new Set(['emergency', 'area'])

/** What is shown now, the grave ones first, then the newest. */
export const standingAlarms = (episodes: readonly AlarmEpisode[], now: Instant): StandingAlarm[] => comingAlarms(episodes, now).filter((alarm) => isShown(alarm, now))

export const isShown = ({ shownFrom, shownUntil }: Pick<StandingAlarm, 'shownFrom' | 'shownUntil'>, now: Instant): boolean => shownFrom <= now && (shownUntil === null || now <= shownUntil)

/**
 * What is shown now, or will be when nothing more is heard, so that whoever is told of it needs to be told nothing more until something happens.
 * What somebody took note of is not, until it has been quiet for a while and comes again.
 */
export function comingAlarms(episodes: readonly AlarmEpisode[], now: Instant): StandingAlarm[] {
  const shown: StandingAlarm[] = []
  for (const own of Map.groupBy(episodes, ({ device, name }) => `${device} ${name}`).values()) {
    if (toldElsewhere.has(own[0]!.name)) continue
    const run = lastRun(own.toSorted((a, b) => a.takenAt - b.takenAt))
    const [first, last] = [run[0]!, run.at(-1)!]
    if (run.some(({ seenAt }) => seenAt !== null)) continue
    const endedAt = run.some((each) => each.endedAt === null) ? null : overAt(last)
    const isEvent = run.every((each) => each.endedAt === each.beganAt)
    const shownUntil = endedAt === null ? null : endedAt + (isEvent ? eventShownMs : joinMs)
    if (shownUntil !== null && now > shownUntil) continue
    // Measured by what was said, not by the pauses: ten blinks of a second are ten seconds.
    const saidMs = run.reduce((sum, each) => sum + (each.endedAt === null ? now - each.takenAt : each.endedAt - each.beganAt), 0)
    const isGrave = grave.has(first.name)
    const missingMs = isEvent || isGrave ? 0 : Math.max(0, settleMs - saidMs)
    if (missingMs > 0 && endedAt !== null) continue
    shown.push({ device: first.device, unit: last.unit, name: first.name, since: first.takenAt, endedAt, times: run.length, isGrave, shownFrom: missingMs > 0 ? now + missingMs : first.takenAt, shownUntil })
  }
  return shown.sort((a, b) => Number(b.isGrave) - Number(a.isGrave) || b.since - a.since || a.device - b.device || (a.name < b.name ? -1 : 1))
}

/** On our clock, as well as we know it: a device's own may be off, and what is sent late was over long ago. */
const overAt = ({ beganAt, endedAt, takenAt }: AlarmEpisode): Instant => Math.min(beganAt, takenAt) + ((endedAt ?? beganAt) - beganAt)

function lastRun(episodes: readonly AlarmEpisode[]): readonly AlarmEpisode[] {
  let from = 0
  for (let index = 1; index < episodes.length; index++) {
    const before = episodes[index - 1]!
    if (before.endedAt !== null && episodes[index]!.takenAt - overAt(before) > joinMs) from = index
  }
  return episodes.slice(from)
}

/** Alarms that a JT/T 808 terminal repeats until a person confirmed them (0x8203). */
const confirmable = new Set(['danger', 'route', 'segment-time', 'illegal-ignition', 'illegal-movement'])
export const isConfirmable = (protocol: string, name: string): boolean => protocol === 'jt808' && confirmable.has(name)
