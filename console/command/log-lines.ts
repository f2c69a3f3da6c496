/** The journal's entries of an incident, as sentences. */
import { endReasons, type LogLine } from '#modules/dispatch/contract.ts'

export type LogWords = {
  /** Words of this room, as `useTranslation('command')` gives them; and the common ones. */
  readonly t: (key: string, params?: Record<string, unknown>) => string
  readonly common: (key: string, params?: Record<string, unknown>) => string
  readonly category: (id: string) => string
  readonly agency: (path: string) => string
  readonly callSign: (assignment: string) => string
  readonly language: 'zh-CN' | 'en'
}

/** Commands that were taken back: their lines stay, struck through. */
export const withdrawnCommands = (lines: readonly LogLine[]): ReadonlySet<string> =>
  new Set(lines.filter((line) => line.type === 'command-undone').map((line) => String(line.data['command'])))

/** Taken by the watch room, or reported by an officer in the street, perhaps as a call for help. */
const openedKey = (report: unknown): string => {
  if (!report || typeof report !== 'object') return 'log.opened'
  if (!('panic' in report) || report.panic !== true) return 'log.reported'
  return 'means' in report && report.means === 'terminal' ? 'log.calledByTerminal' : 'log.calledForHelp'
}

const facts = ['category', 'priority', 'place', 'placeEn', 'lon', 'lat', 'summary', 'reporter', 'phone', 'answers'] as const

export function sayLogLine(line: LogLine, words: LogWords): string {
  const { t, common } = words
  const data = line.data
  const text = (key: string) => String(data[key] ?? '')
  switch (line.type) {
    case 'incident-opened':
      return t(openedKey(data['report']), { category: words.category(text('category')), priority: common(`priority.${text('priority')}`) })
    case 'incident-changed': {
      const changes = (data['changes'] ?? {}) as Record<string, unknown>
      const named = facts.filter((fact) => fact in changes && fact !== 'placeEn' && fact !== 'lat')
      const said = named.map((fact) => {
        if (fact === 'lon') return t('log.fact.where')
        if (fact === 'category') return t('log.changedTo', { fact: t('log.fact.category'), value: words.category(String(changes[fact])) })
        if (fact === 'priority') return t('log.changedTo', { fact: t('log.fact.priority'), value: common(`priority.${String(changes[fact])}`) })
        if (fact === 'answers') return t('log.fact.answers')
        return t('log.changedTo', { fact: t(`log.fact.${fact}`), value: String(changes[fact] ?? '') })
      })
      return t('log.changed', { facts: said.join(t('listSeparator')) })
    }
    case 'unit-assigned':
      return t('log.assigned', { unit: text('callSign') })
    case 'assignment-changed': {
      const because = data['because'] === null || data['because'] === undefined ? '' : text('because')
      const said = endReasons[because]?.[words.language === 'en' ? 'en' : 'zh'] ?? because
      const key = said ? 'log.stateBecause' : data['means'] === 'terminal' ? 'log.stateOnTerminal' : 'log.state'
      return t(key, { unit: words.callSign(text('assignment')), state: common(`assignmentState.${text('state')}`), because: said })
    }
    case 'limit-passed':
      return t('log.limitPassed', { limit: t(`timer.${text('kind')}`), told: t(`alarm.told.${Math.min(3, Number(data['escalation'] ?? 1))}`), unit: data['assignment'] ? words.callSign(text('assignment')) : '' })
    case 'limit-seen':
      return t('log.limitSeen')
    case 'order-spoken':
      return t('log.spoken', { unit: words.callSign(text('assignment')) })
    case 'help-called-again': {
      const place = words.language === 'en' ? text('placeEn') || text('place') : text('place')
      return t(place ? 'log.calledAgainAt' : 'log.calledAgain', { place, text: text('summary') })
    }
    case 'note-added':
      return text('text')
    case 'message-sent': {
      const attachment = (data['attachment'] ?? null) as { kind?: string; seconds?: number } | null
      const said = attachment?.kind === 'voice' ? t('log.messageVoice', { seconds: Math.round(attachment.seconds ?? 0) }) : text('text') || t('log.picture')
      return data['callSign'] ? t('log.message', { by: text('callSign'), text: said }) : t('log.messageText', { text: said })
    }
    case 'broadcast-sent':
      return t('log.broadcastSent', { count: data['reached'] ?? (data['recipients'] as unknown[] | undefined)?.length ?? 0, text: text('text') })
    case 'broadcast-widened':
      return t('log.broadcastWidened', { minutes: text('minutes'), count: data['reached'] ?? (data['recipients'] as unknown[] | undefined)?.length ?? 0 })
    case 'broadcast-answered':
      return t(data['answer'] === 'yes' ? 'log.broadcastYes' : 'log.broadcastNo', { by: `${text('callSign')} ${text('name')}` })
    case 'broadcast-short':
      return t('log.broadcastShort', { yes: text('yes'), wanted: text('enoughYes') })
    case 'broadcast-escalated':
      return t('log.broadcastEscalated', { yes: text('yes'), wanted: text('enoughYes') })
    case 'broadcast-seen':
      return t('log.broadcastSeen')
    case 'broadcast-ended':
      return t('log.broadcastEnded')
    case 'picture-added':
      return text('caption') || t('log.picture')
    case 'incident-handed-over':
      return text('note') ? t('log.handedOverNote', { to: words.agency(text('to')), note: text('note') }) : t('log.handedOver', { to: words.agency(text('to')) })
    case 'incident-joined':
      return t('log.joined', { number: text('number') })
    case 'incident-closed':
      return text('note')
        ? t('log.closedNote', { outcome: common(`outcome.${text('outcome')}`), note: text('note') })
        : t('log.closed', { outcome: common(`outcome.${text('outcome')}`) })
    case 'incident-reopened':
      return t('log.reopened')
    case 'command-undone':
      return t('log.undone', { what: t(`log.what.${text('what')}`) })
    default:
      return line.type // an entry of a newer server: its own name is better than nothing
  }
}
