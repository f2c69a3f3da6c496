/**
 * The command line's grammar: verb first, words apart by spaces (or dots), Chinese words, their pinyin initials and
 * English alike. `d 12 x3` · `派 12 巡3` · `d.12.x3` send 巡3 to incident 12.
 *
 * Reading a line is pure and complete at every key press: it says what the line would do, what is missing or wrong,
 * and how it could go on. Doing it is somebody else's work.
 */
import { initials } from './initials.ts'
import { readOpenRoad, readReach, readRoadClosing, readRoute } from './line-roads.ts'
import { type AskedState, askedStates, type Completion, type NamedUnit, type OutcomeName, outcomeNames, type Reading, type Saying, type Verb, verbs, type Vocabulary } from './line-types.ts'
import {
  chooseWord, completionsMax, find, findUnit, incidentCompletions, incidentNumbered, incidentSaid, isNumber, isReading, missing, names, readIncident, readUnit, ready, say, unitCompletions, Words, wrong,
} from './line-words.ts'

const verbWords: Readonly<Record<Verb, readonly string[]>> = {
  new: ['n', 'new', '新警情', '新警', '新建', '新', 'xj'],
  dispatch: ['d', 'dispatch', 'send', '派警', '派', 'pj'],
  state: ['s', 'state', '状态', '态', 'zt'],
  close: ['c', 'close', '结案', '结', '关', 'ja'],
  message: ['m', 'message', '发消息', '消息', '发', '留言', '告', 'xx', 'ly'],
  note: ['l', 'log', 'note', '记录', '记', '备注', 'jl'],
  'hand-over': ['h', 'hand', '移交', '移', 'yj'],
  go: ['g', 'go', '定位', '去', '到', 'dw'],
  route: ['r', 'route', '路线', '导航', 'lx'],
  reach: ['i', 'reach', 'area', '可达', '范围', 'kd'],
  'close-road': ['b', 'block', 'barrier', '封路', '封', 'fl'],
  'open-road': ['o', 'open', '解封', '开放', 'jf'],
  undo: ['u', 'undo', '撤销', '撤', 'cx'],
  help: ['?', 'help', '帮助', 'bz'],
}

const stateWords: Readonly<Record<AskedState, readonly string[]>> = {
  acknowledged: ['签收', 'acknowledged', 'ack', 'qs'],
  'en-route': ['出警', 'en-route', 'enroute', 'cj', '途中', 'tz'],
  'on-scene': ['到场', 'on-scene', 'onscene', 'scene', 'dc'],
  reported: ['反馈', 'reported', 'report', 'fk'],
  cleared: ['结束', 'cleared', 'clear', 'free', 'js', '空闲', 'kx'],
  refused: ['拒绝', 'refused', 'refuse', 'jj'],
  cancelled: ['撤回', 'cancelled', 'cancel', 'recall', 'ch'],
}

const outcomeWords: Readonly<Record<OutcomeName, readonly string[]>> = {
  settled: ['处结', 'settled', 'cj', '办结', '解决'],
  'handed-over': ['移交', 'handed-over', 'yj'],
  unfounded: ['不实', 'unfounded', 'bs', '虚警'],
  duplicate: ['重复', 'duplicate', 'cf', 'zf'],
  'cancelled-by-caller': ['撤警', 'cancelled-by-caller', 'cancelled', '报警人撤销'],
  mistake: ['误报', 'mistake', 'wb', '误建'],
}

const nothing: Reading = { status: 'empty', verb: null, saying: null, warnings: [], command: null, completions: [] }

/** Read a line as it stands. */
export function readLine(line: string, words: Vocabulary): Reading {
  const text = line.normalize('NFKC').replace(/^\s*[/]\s*/, '').trimStart()
  if (text.trim() === '') return { ...nothing, completions: verbCompletions('', words) }

  const { verb, head, rest } = splitVerb(text)
  if (!verb) {
    const completions = verbCompletions(head, words)
    if (completions.length > 0) return { ...nothing, status: 'unfinished', saying: say('choose-verb'), completions }
    return { ...nothing, status: 'wrong', saying: say('unknown-verb', { word: head }), completions: verbCompletions('', words) }
  }

  const reader = new Words(`${head} `, rest)
  switch (verb) {
    case 'new':
      return readNew(reader, words)
    case 'dispatch':
      return readDispatch(reader, words)
    case 'state':
      return readState(reader, words)
    case 'close':
      return readClose(reader, words)
    case 'message':
      return readMessage(reader, words)
    case 'note':
      return readNote(reader, words)
    case 'hand-over':
      return readHandOver(reader, words)
    case 'go':
      return readGo(reader, words)
    case 'route':
      return readRoute(reader, words)
    case 'reach':
      return readReach(reader, words)
    case 'close-road':
      return readRoadClosing(reader, words)
    case 'open-road':
      return readOpenRoad(reader, words)
    case 'undo':
    case 'help':
      return ready(verb, { verb }, say(verb))
  }
}

// ── the verb ──

/** `d 12`, `d.12`, `d12`, `派12`, `派警 12`: the verb, and what follows it. */
function splitVerb(text: string): { verb: Verb | null; head: string; rest: string } {
  const [first = ''] = /^\S+/.exec(text) ?? []
  const whole = verbNamed(first)
  if (whole) return { verb: whole, head: first, rest: text.slice(first.length) }
  const dotted = /^([^\s.]+)\.(.*)$/s.exec(text)
  if (dotted && verbNamed(dotted[1]!)) {
    const rest = dotted[2]!
    return { verb: verbNamed(dotted[1]!)!, head: dotted[1]!, rest: rest.includes(' ') ? ` ${rest}` : ` ${rest.replaceAll('.', ' ')}` }
  }
  for (const verb of verbs) {
    for (const word of verbWords[verb]) {
      const joined = /\p{Script=Han}/u.test(word) ? first.startsWith(word) : new RegExp(`^${escape(word)}#?\\d`, 'i').test(first)
      if (joined && word !== '?') return { verb, head: text.slice(0, word.length), rest: ` ${text.slice(word.length)}` }
    }
  }
  return { verb: null, head: first, rest: text.slice(first.length) }
}

const escape = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const verbNamed = (word: string) => verbs.find((verb) => verbWords[verb].includes(word.toLowerCase()))

/** The word shown for a verb: its letter and its name in the reader's language. */
export const verbLetter = (verb: Verb): string => verbWords[verb][0]!

function verbCompletions(typed: string, words: Vocabulary): Completion[] {
  return verbs
    .filter((verb) => typed === '' || verbWords[verb].some((word) => word.startsWith(typed.toLowerCase())))
    .map((verb) => ({ line: verb === 'undo' || verb === 'help' ? verbLetter(verb) : `${verbLetter(verb)} `, label: verbLetter(verb), hint: `verb.${verb}` }))
    .slice(0, words.language ? verbs.length : 0)
}

// ── verbs ──

function readNew(reader: Words, words: Vocabulary): Reading {
  const { text, open } = reader.peek()
  const categoryNames = (category: Vocabulary['categories'][number]) => [category.name, category.nameEn, category.pinyin]
  const completionsFor = (list: readonly Vocabulary['categories'][number][]): Completion[] =>
    list.slice(0, completionsMax + 1).map((category) => ({
      line: reader.with(category.pinyin),
      label: words.language === 'zh' ? category.name : category.nameEn,
      hint: category.pinyin,
    }))
  if (text === '') return ready('new', { verb: 'new', category: null, place: '', summary: '' }, say('new'), [], completionsFor(words.categories))
  const { one, many } = find(text, words.categories, categoryNames)
  const completions = open ? completionsFor(many) : []
  if (one) reader.take()
  const place = reader.isEmpty ? '' : reader.take()
  const summary = reader.takeAll()
  const named = one ? (words.language === 'zh' ? one.name : one.nameEn) : ''
  const key = one ? (place ? 'new-kind-place' : 'new-kind') : 'new-place'
  return ready('new', { verb: 'new', category: one?.id ?? null, place, summary }, say(key, { kind: named, place }), [], completions)
}

function readDispatch(reader: Words, words: Vocabulary): Reading {
  const incident = readIncident('dispatch', reader, words)
  if (isReading(incident)) return incident
  if (!incident.open) return wrong('dispatch', 'incident-closed', { incident: incidentSaid(incident) })
  const units: NamedUnit[] = []
  let completions: Completion[] = []
  while (!reader.isEmpty || units.length === 0) {
    const { text, open } = reader.peek()
    if (open && text !== '') completions = unitCompletions(reader, findUnit(text, words).many)
    const unit = readUnit('dispatch', reader, words)
    if (isReading(unit)) return { ...unit, saying: units.length === 0 && unit.status === 'unfinished' ? say('missing.units-for', { incident: incidentSaid(incident) }) : unit.saying }
    if (unit.state === 'off-duty') return wrong('dispatch', 'off-duty', { unit: unit.callSign }, completions)
    if (unit.incident === incident.id) return wrong('dispatch', 'already-on', { unit: unit.callSign, incident: incidentSaid(incident) }, completions)
    if (!units.includes(unit)) units.push(unit)
  }
  const warnings: Saying[] = []
  for (const unit of units) {
    const from = unit.incident ? words.incidents.find(({ id }) => id === unit.incident) : undefined
    if (unit.incident) warnings.push(say('warning.leaves', { unit: unit.callSign, incident: from ? incidentSaid(from) : '' }))
    if (unit.stale) warnings.push(say('warning.stale', { unit: unit.callSign }))
  }
  return ready(
    'dispatch',
    { verb: 'dispatch', incident: incident.id, units: units.map((unit) => ({ id: unit.id, divert: unit.incident !== null })) },
    say('dispatch', { units: names(units.map((unit) => unit.callSign), words), incident: incidentSaid(incident) }),
    warnings,
    completions,
  )
}

function readState(reader: Words, words: Vocabulary): Reading {
  const unit = readUnit('state', reader, words)
  if (isReading(unit)) return unit
  if (!unit.assignment) return wrong('state', 'no-assignment', { unit: unit.callSign })
  const { text } = reader.peek()
  const { one, many } = chooseWord<AskedState>(text, stateWords)
  const completions = (text === '' ? askedStates : many).map((state) => ({ line: reader.with(stateWords[state][0]!), label: stateWords[state][0]!, hint: `assignmentState.${state}` }))
  if (text === '') return missing('state', 'state', completions)
  if (!one) return wrong('state', many.length > 0 ? 'which-state' : 'no-state', { word: text }, completions)
  return ready('state', { verb: 'state', unit: unit.id, assignment: unit.assignment, state: one }, say('state', { unit: unit.callSign, state: `assignmentState.${one}` }))
}

function readClose(reader: Words, words: Vocabulary): Reading {
  const incident = readIncident('close', reader, words)
  if (isReading(incident)) return incident
  if (!incident.open) return wrong('close', 'incident-closed', { incident: incidentSaid(incident) })
  const { text } = reader.peek()
  const { one, many } = chooseWord<OutcomeName>(text, outcomeWords)
  const completions = (text === '' ? outcomeNames : many).map((outcome) => ({ line: reader.with(outcomeWords[outcome][0]!), label: outcomeWords[outcome][0]!, hint: `outcome.${outcome}` }))
  if (text === '') return missing('close', 'outcome', completions)
  if (!one) return wrong('close', many.length > 0 ? 'which-outcome' : 'no-outcome', { word: text }, completions)
  reader.take()
  const on = words.units.filter((unit) => unit.incident === incident.id)
  const warnings = on.length > 0 ? [say('warning.frees', { units: names(on.map((unit) => unit.callSign), words) })] : []
  const note = reader.takeAll()
  return ready('close', { verb: 'close', incident: incident.id, outcome: one, note }, say('close', { incident: incidentSaid(incident), outcome: `outcome.${one}` }), warnings)
}

/** What is said must not be taken for a name: only beginnings and initials of names count here. */
const nameWorst = 2

/** To a unit, an agency or group by its name, an incident by its number; else to the incident in hand. */
function readMessage(reader: Words, words: Vocabulary): Reading {
  const { text, open } = reader.peek()
  const said = (channel: string, to: string): Reading => {
    const message = reader.takeAll()
    return message === '' ? missing('message', 'text') : ready('message', { verb: 'message', channel, to, text: message }, say('message', { to }))
  }
  if (text !== '' && !isNumber(text)) {
    const unit = findUnit(text, words, nameWorst)
    const channelNames = ({ name, nameEn }: Vocabulary['channels'][number]) => [name, name.replaceAll(' ', ''), nameEn ?? '']
    const area = find(text, words.channels, channelNames, nameWorst)
    const nameOf = (channel: Vocabulary['channels'][number]) => (words.language === 'en' && channel.nameEn) || channel.name
    const isUnit = unit.one && !area.many.some((channel) => channelNames(channel).includes(text))
    if (isUnit || area.one) {
      reader.take()
      return isUnit ? said(`unit-${unit.one.id}`, unit.one.callSign) : said(area.one!.id, nameOf(area.one!))
    }
    const completions = open
      ? [
          ...unitCompletions(reader, unit.many).slice(0, 4),
          ...area.many.slice(0, 4).map((channel) => ({ line: reader.with(nameOf(channel).replaceAll(' ', '')), label: nameOf(channel), hint: '' })),
        ]
      : []
    if (completions.length > 0) return { ...missing('message', 'to', completions), status: 'unfinished' }
  }
  if (text === '') return missing('message', 'to', [...incidentCompletions(reader, '', words).slice(0, 4), ...unitCompletions(reader, words.units).slice(0, 4)])
  const incident = readIncident('message', reader, words)
  return isReading(incident) ? incident : said(`incident-${incident.id}`, incidentSaid(incident))
}

function readNote(reader: Words, words: Vocabulary): Reading {
  const incident = readIncident('note', reader, words)
  if (isReading(incident)) return incident
  const text = reader.takeAll()
  return text === '' ? missing('note', 'note') : ready('note', { verb: 'note', incident: incident.id, text }, say('note', { incident: incidentSaid(incident) }))
}

function readHandOver(reader: Words, words: Vocabulary): Reading {
  const incident = readIncident('hand-over', reader, words)
  if (isReading(incident)) return incident
  if (!incident.open) return wrong('hand-over', 'incident-closed', { incident: incidentSaid(incident) })
  const { text } = reader.peek()
  const nameOf = (station: Vocabulary['stations'][number]) => (words.language === 'en' && station.nameEn) || station.name
  const { one, many } = find(text, words.stations, (station) => [station.name, station.nameEn ?? ''])
  const completions = (text === '' ? words.stations : many).slice(0, completionsMax).map((station) => ({
    line: reader.with(station.name.replaceAll(' ', '')),
    label: nameOf(station),
    hint: initials(station.name),
  }))
  if (text === '') return missing('hand-over', 'station', completions)
  if (!one) return wrong('hand-over', many.length > 0 ? 'which-station' : 'no-station', { word: text }, completions)
  return ready('hand-over', { verb: 'hand-over', incident: incident.id, station: one.path }, say('hand-over', { incident: incidentSaid(incident), station: nameOf(one) }))
}

function readGo(reader: Words, words: Vocabulary): Reading {
  const { text } = reader.peek()
  if (text === '') return missing('go', 'place', incidentCompletions(reader, '', words).slice(0, 5))
  if (isNumber(text)) {
    const incident = incidentNumbered(text, words)
    if (!incident) return wrong('go', 'no-incident', { number: text.replace('#', '') })
    return ready('go', { verb: 'go', incident: incident.id, unit: null, place: null }, say('go', { place: incidentSaid(incident) }))
  }
  const { one, many } = findUnit(text, words)
  const place = reader.takeAll()
  const completions = many.slice(0, 4).map((unit) => ({ line: `g ${unit.callSign.replaceAll(' ', '')} `, label: unit.callSign, hint: `unitState.${unit.state}` }))
  if (one && place === text) return ready('go', { verb: 'go', incident: null, unit: one.id, place: null }, say('go', { place: one.callSign }), [], completions)
  return ready('go', { verb: 'go', incident: null, unit: null, place }, say('go', { place }), [], completions)
}
