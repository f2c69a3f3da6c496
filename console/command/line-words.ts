/** Words of the command line: taken one by one, and the things of the room that they name. */
import type { Command, Completion, NamedIncident, NamedUnit, Reading, Saying, Verb, Vocabulary } from './line-types.ts'
import { callSignNames, indexOf, nameIndex, type Found } from './name-index.ts'

export const completionsMax = 8

/** The rest of the line, taken word by word; remembers the line up to the word being typed, for completions. */
export class Words {
  #before: string
  #rest: string
  constructor(before: string, rest: string) {
    this.#before = before
    this.#rest = rest.trimStart()
  }
  /** Everything that is not taken yet. */
  get rest(): string {
    return this.#rest
  }
  get isEmpty(): boolean {
    return this.#rest.trim() === ''
  }
  /** The next word without taking it; `open` when the cursor is still in it. */
  peek(): { text: string; open: boolean } {
    const [text = ''] = /^\S+/.exec(this.#rest) ?? []
    return { text, open: text.length === this.#rest.length }
  }
  take(): string {
    const { text } = this.peek()
    this.#before += `${text} `
    this.#rest = this.#rest.slice(text.length).trimStart()
    return text
  }
  takeAll(): string {
    const text = this.#rest.trim()
    this.#rest = ''
    return text
  }
  /** The line, with `word` in place of the one being typed. */
  with(word: string): string {
    return `${this.#before}${word} `
  }
}

export const say = (key: string, params: Record<string, string> = {}): Saying => ({ key, params })
export const ready = (verb: Verb, command: Command, saying: Saying, warnings: Saying[] = [], completions: Completion[] = []): Reading =>
  ({ status: 'ready', verb, saying, warnings, command, completions })
export const missing = (verb: Verb, what: string, completions: Completion[] = []): Reading =>
  ({ status: 'unfinished', verb, saying: say(`missing.${what}`), warnings: [], command: null, completions })
export const wrong = (verb: Verb, key: string, params: Record<string, string>, completions: Completion[] = []): Reading =>
  ({ status: 'wrong', verb, saying: say(`wrong.${key}`, params), warnings: [], command: null, completions })

/** The thing that a word names: the only exact one, or the only one that is like it. `worst`: how unlike it may be (initials.ts). */
export const find = <T>(typed: string, things: readonly T[], namesOf: (thing: T) => readonly string[], worst = 4): Found<T> => nameIndex(things, namesOf).find(typed, worst)

// ── what words name ──

const incidentLabel = (incident: NamedIncident) => `#${incident.number}`
export const incidentSaid = (incident: NamedIncident) => `#${incident.number} ${incident.title}`.trim()

export function incidentCompletions(reader: Words, typed: string, words: Vocabulary): Completion[] {
  const digits = typed.replace('#', '')
  return words.incidents
    .filter((incident) => incident.open && (typed === '' || String(incident.number).startsWith(digits)))
    .toSorted((a, b) => Number(b.id === words.selected) - Number(a.id === words.selected) || b.openedAt - a.openedAt)
    .slice(0, completionsMax)
    .map((incident) => ({ line: reader.with(String(incident.number)), label: incidentLabel(incident), hint: incident.title }))
}

/** Numbers start again each day: an open one is meant before a closed one, today's before yesterday's. */
export function incidentNumbered(typed: string, words: Vocabulary): NamedIncident | undefined {
  const number = Number(typed.replace('#', ''))
  return words.incidents
    .filter((incident) => incident.number === number)
    .toSorted((a, b) => Number(b.open) - Number(a.open) || b.openedAt - a.openedAt)[0]
}

export const isNumber = (text: string) => /^#?\d{1,6}$/.test(text)

/** The incident named by the next word, or the selected one when the next word is no number. */
export function readIncident(verb: Verb, reader: Words, words: Vocabulary): NamedIncident | Reading {
  const { text } = reader.peek()
  if (isNumber(text)) {
    const completions = incidentCompletions(reader, text, words)
    const incident = incidentNumbered(text, words)
    if (!incident) return wrong(verb, 'no-incident', { number: text.replace('#', '') }, completions)
    reader.take()
    return incident
  }
  const selected = words.incidents.find((incident) => incident.id === words.selected)
  if (selected && text !== '') return selected
  return text === ''
    ? missing(verb, 'incident', incidentCompletions(reader, '', words))
    : wrong(verb, 'not-an-incident', { word: text }, incidentCompletions(reader, '', words))
}
export const isReading = (value: object): value is Reading => 'status' in value

export function unitCompletions(reader: Words, units: readonly NamedUnit[]): Completion[] {
  const offered: [free: NamedUnit[], atWork: NamedUnit[], offDuty: NamedUnit[]] = [[], [], []]
  for (const unit of units) {
    const rank = unit.state === 'off-duty' ? 2 : unit.state === 'free' ? 0 : 1
    if (offered[rank].length < completionsMax) offered[rank].push(unit)
    if (offered[0].length === completionsMax) break
  }
  return offered
    .flat()
    .slice(0, completionsMax)
    .map((unit) => ({ line: reader.with(unit.callSign.replaceAll(' ', '')), label: unit.callSign, hint: `unitState.${unit.state}` }))
}

const unitsByName = indexOf<NamedUnit>(callSignNames)
export const findUnit = (typed: string, words: Vocabulary, worst?: number): Found<NamedUnit> => unitsByName(words.units).find(typed, worst)

export function readUnit(verb: Verb, reader: Words, words: Vocabulary): NamedUnit | Reading {
  const { text } = reader.peek()
  if (text === '') return missing(verb, 'unit', unitCompletions(reader, words.units))
  const { one, many } = findUnit(text, words)
  if (!one) {
    return many.length > 0
      ? wrong(verb, 'which-unit', { word: text, names: names(many.slice(0, namesMax + 1).map((unit) => unit.callSign), words) }, unitCompletions(reader, many))
      : wrong(verb, 'no-unit', { word: text }, unitCompletions(reader, words.units))
  }
  reader.take()
  return one
}

/** More than so many are not said. */
const namesMax = 4
export const names = (list: readonly string[], words: Vocabulary) => {
  const few = list.slice(0, namesMax)
  return new Intl.ListFormat(words.language === 'zh' ? 'zh-CN' : 'en', { type: 'unit', style: 'short' }).format(list.length > namesMax ? [...few, '…'] : few)
}

export function chooseWord<T extends string>(typed: string, table: Readonly<Record<T, readonly string[]>>): { one?: T; many: readonly T[] } {
  return find(typed, Object.keys(table) as T[], (key) => table[key])
}
