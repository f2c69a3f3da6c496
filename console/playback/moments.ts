/** What happened, as the timeline marks it and the list says it. Pure. */
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { PlaybackEntry, PlaybackUnit } from '#modules/oversight/contract.ts'
import type { FencePassageKind } from '#modules/patrol/contract.ts'
import { sayPassage } from '../command/fence-words.ts'
import { sayLogLine, type LogWords } from '../command/log-lines.ts'

/** The lanes of the timeline, from above. */
export const lanes = ['incident', 'order', 'note', 'fence', 'duty'] as const
export type Lane = (typeof lanes)[number]

export type Moment = {
  readonly position: number
  readonly at: number
  readonly lane: Lane
  /** What the list says before the sentence: an incident’s number, a call sign. */
  readonly about: string
  readonly text: string
  readonly actor: string
  readonly incident: string | null
  readonly unit: string | null
  /** The strong ones: opened and closed, ordered, a limit that passed. */
  readonly strong: boolean
}

const laneOf: Readonly<Record<string, Lane>> = {
  'unit-assigned': 'order',
  'assignment-changed': 'order',
  'order-spoken': 'order',
  'limit-passed': 'order',
  'limit-seen': 'order',
  'note-added': 'note',
  'picture-added': 'note',
}
const strongOnes = new Set(['broadcast-sent', 'broadcast-short', 'broadcast-escalated', 'incident-opened', 'incident-closed', 'incident-reopened', 'unit-assigned', 'limit-passed', 'shift-started', 'shift-ended'])

export type MomentWords = {
  /** As `useTranslation('playback')` gives them. */
  readonly t: (key: string, params?: Record<string, unknown>) => string
  readonly log: Omit<LogWords, 'callSign'>
}

/** Entries as moments, in the order of their time. */
export function momentsOf(entries: readonly PlaybackEntry[], incidents: readonly IncidentView[], units: readonly Pick<PlaybackUnit, 'id' | 'callSign'>[], words: MomentWords): Moment[] {
  const byId = new Map(incidents.map((incident) => [incident.id, incident]))
  const callSigns = new Map(units.map(({ id, callSign }) => [id, callSign]))
  return entries
    .map((entry): Moment => {
      const [kind, id = ''] = entry.stream.split('/')
      const { position, at, type } = entry
      const base = { position, at, actor: entry.actor, strong: strongOnes.has(type) }
      if (kind === 'incident') {
        const incident = byId.get(id)
        const callSign = (assignment: string) => incident?.assignments.find((each) => each.id === assignment)?.callSign ?? ''
        const unit = typeof entry.data['unit'] === 'string' ? entry.data['unit'] : null
        return { ...base, lane: laneOf[type] ?? 'incident', about: incident ? `#${incident.number}` : '', text: sayLogLine(entry, { ...words.log, callSign }), incident: id, unit }
      }
      if (kind === 'channel') {
        const incident = id.startsWith('incident-') ? byId.get(id.slice('incident-'.length)) : undefined
        const unit = id.startsWith('unit-') ? id.slice('unit-'.length) : null
        const about = incident ? `#${incident.number}` : ((unit && callSigns.get(unit)) ?? '')
        return { ...base, lane: 'note', about, text: sayLogLine(entry, { ...words.log, callSign: () => '' }), incident: incident?.id ?? null, unit }
      }
      if (kind === 'broadcast') {
        const incident = typeof entry.data['about'] === 'string' ? byId.get(entry.data['about']) : undefined
        return { ...base, lane: 'note', about: incident ? `#${incident.number}` : '', text: sayLogLine(entry, { ...words.log, callSign: () => '' }), incident: incident?.id ?? null, unit: null }
      }
      if (kind === 'fence') return fenceMoment(entry, base, callSigns, words)
      const text = said.has(type) ? words.t(`said.${type}`) : type // an entry of a newer server: its own name is better than nothing
      if (kind === 'unit') return { ...base, lane: 'duty', about: callSigns.get(id) ?? '', text, incident: null, unit: id }
      return { ...base, lane: 'incident', about: words.t('road'), text, incident: null, unit: null }
    })
    .sort((a, b) => a.at - b.at || a.position - b.position)
}

const passages: Readonly<Record<string, FencePassageKind>> = { 'fence-entered': 'entered', 'fence-left': 'left', 'fence-stayed': 'stayed', 'fence-speeding': 'speeding' }

/** What a unit did at a fence, at the fix that showed it; or what was done to the fence. */
function fenceMoment({ data, type }: PlaybackEntry, base: Pick<Moment, 'position' | 'at' | 'actor' | 'strong'>, callSigns: ReadonlyMap<string, string>, { t, log }: MomentWords): Moment {
  const kind = passages[type]
  const unit = typeof data['unit'] === 'string' ? data['unit'] : null
  const name = String(data['name'] ?? '')
  if (!kind || unit === null) return { ...base, lane: 'fence', about: name, text: said.has(type) ? t(`said.${type}`) : type, incident: null, unit: null }
  const what = sayPassage({ kind, seconds: numberOr(data['seconds']), peakKmh: numberOr(data['peakKmh']), afterSilence: data['afterSilence'] === true }, callSigns.get(unit) ?? '', log.t)
  return { ...base, at: numberOr(data['fixAt']) ?? base.at, strong: data['severity'] === 'alarm', lane: 'fence', about: name, text: what, incident: null, unit }
}
const numberOr = (value: unknown): number | null => (typeof value === 'number' ? value : null)

const said = new Set(['fence-drawn', 'fence-changed', 'fence-retired', 'shift-started', 'shift-ended', 'crew-changed', 'road-closed', 'road-opened'])
