/** The command line's verbs for roads: a way, an area reached, a road to be closed, one to be opened. */
import type { Completion, NamedClosure, Reading, Saying, Verb, Vocabulary, Where } from './line-types.ts'
import { completionsMax, find, findUnit, incidentCompletions, incidentNumbered, incidentSaid, isNumber, missing, ready, say, unitCompletions, wrong, type Words } from './line-words.ts'

type Found = { readonly where: Where; /** As it is said. */ readonly said: string }

/** Where some words are: `12` and `#12` an incident, a call sign a unit, everything else a place to search for. */
function whereOf(verb: Verb, typed: string, words: Vocabulary): Found | Reading {
  if (isNumber(typed)) {
    const incident = incidentNumbered(typed, words)
    return incident ? { where: { incident: incident.id }, said: incidentSaid(incident) } : wrong(verb, 'no-incident', { number: typed.replace('#', '') })
  }
  const { one } = findUnit(typed, words)
  return one ? { where: { unit: one.id }, said: one.callSign } : { where: { place: typed }, said: typed }
}
const isFound = (value: Found | Reading): value is Found => 'where' in value

/** Where the selected incident is. */
function selectedPlace(words: Vocabulary): Found | undefined {
  const incident = words.incidents.find(({ id }) => id === words.selected)
  return incident && { where: { incident: incident.id }, said: incidentSaid(incident) }
}

function placeCompletions(reader: Words, words: Vocabulary): Completion[] {
  return [...incidentCompletions(reader, '', words).slice(0, 4), ...unitCompletions(reader, words.units).slice(0, 4)]
}

/** Between two places of several words. */
const between = /\s+(?:>|→|to|到)(?:\s+|$)/i

/** `r x3 12`, `r Main St > Oak St`: from here to there; with one place only, to the selected incident. */
export function readRoute(reader: Words, words: Vocabulary): Reading {
  if (reader.isEmpty) return missing('route', 'start', placeCompletions(reader, words))
  const first = reader.peek()
  const typed = reader.rest.trim()
  const parts = between.test(typed) ? typed.split(between) : typed.split(/\s+/)
  if (parts.length > 2) return wrong('route', 'two-places', { word: typed })
  const from = whereOf('route', parts[0]!, words)
  if (!isFound(from)) return from
  const goal = parts[1]?.trim() ?? ''
  const to = goal === '' ? selectedPlace(words) : whereOf('route', goal, words)
  if (!to) {
    if (first.open) return missing('route', 'goal', unitCompletions(reader, findUnit(first.text, words).many))
    reader.take()
    return missing('route', 'goal', placeCompletions(reader, words))
  }
  if (!isFound(to)) return to
  return ready('route', { verb: 'route', from: from.where, to: to.where }, say('route', { from: from.said, to: to.said }))
}

const unitsWords = ['units', 'free', '空闲', '警力', '全部', 'kx', 'jl']
const minutesText = /^(\d{1,2}(?:,\d{1,2})*)(分钟|分|minutes?|min|m)?$/i

/** `i 12`, `i 10 Main St`, `i 5,10 units`: what is reached in so many minutes. A number that stands alone is an incident's. */
export function readReach(reader: Words, words: Vocabulary): Reading {
  const completions = (): Completion[] => [{ line: reader.with(words.language === 'zh' ? '空闲' : 'units'), label: words.language === 'zh' ? '空闲' : 'units', hint: 'all-units' }, ...placeCompletions(reader, words)]
  let minutes: number[] | null = null
  const [, numbers, unit] = minutesText.exec(reader.peek().text) ?? []
  if (numbers !== undefined && (unit !== undefined || numbers.includes(',') || !reader.peek().open)) {
    const given = [...new Set(numbers.split(',').map(Number))].sort((a, b) => a - b)
    if (given.length > 6 || given.some((each) => each < 1 || each > 60)) return wrong('reach', 'minutes', { word: reader.peek().text })
    // `i 12 ` is still the incident, until something follows
    if (unit !== undefined || numbers.includes(',') || reader.rest.trim() !== reader.peek().text) {
      minutes = given
      reader.take()
    }
  }
  const doIt = (at: Where | 'units', said: Saying) => ready('reach', { verb: 'reach', at, minutes }, said)
  const range = minutes ? { minutes: minutes.join(', ') } : undefined
  const typed = reader.rest.trim()
  if (typed === '') {
    const here = selectedPlace(words)
    if (!here) return missing('reach', 'reach', completions())
    return doIt(here.where, range ? say('reach-minutes', { place: here.said, ...range }) : say('reach', { place: here.said }))
  }
  if (unitsWords.includes(typed.toLowerCase())) return doIt('units', range ? say('reach-units-minutes', range) : say('reach-units'))
  const here = whereOf('reach', typed, words)
  if (!isFound(here)) return here
  return doIt(here.where, range ? say('reach-minutes', { place: here.said, ...range }) : say('reach', { place: here.said }))
}

/** `b 12`, `b Main St`: shows a cut there; the person looks, gives the reason and closes. */
export function readRoadClosing(reader: Words, words: Vocabulary): Reading {
  const typed = reader.rest.trim()
  const here = typed === '' ? selectedPlace(words) : whereOf('close-road', typed, words)
  if (!here) return missing('close-road', 'cut', placeCompletions(reader, words))
  if (!isFound(here)) return here
  return ready('close-road', { verb: 'close-road', at: here.where }, say('close-road', { place: here.said }))
}

/** `o Main St`: opens the road that is closed there. With one closure none need be named. */
export function readOpenRoad(reader: Words, words: Vocabulary): Reading {
  const { closures } = words
  const saidOf = ({ streets, reason }: NamedClosure) => [streets[0], reason].filter(Boolean).join(' · ')
  const completionsOf = (those: readonly NamedClosure[]) =>
    those.slice(0, completionsMax).map((closure) => ({ line: reader.with((closure.streets[0] ?? closure.reason).replaceAll(' ', '')), label: closure.streets[0] ?? closure.reason, hint: closure.reason }))
  if (closures.length === 0) return wrong('open-road', 'no-closures', {})
  const typed = reader.rest.trim()
  if (typed === '' && closures.length > 1) return missing('open-road', 'closure', completionsOf(closures))
  const plain = (text: string) => text.replaceAll(' ', '')
  const { one, many } = typed === '' ? { one: closures[0], many: closures } : find(plain(typed), closures, ({ streets, reason }) => [...streets.map(plain), plain(reason), plain(`${streets[0] ?? ''}${reason}`)])
  if (!one) return wrong('open-road', many.length > 0 ? 'which-closure' : 'no-closure', { word: typed }, completionsOf(many.length > 0 ? many : closures))
  return ready('open-road', { verb: 'open-road', closure: one.id }, say('open-road', { closure: saidOf(one) }))
}
