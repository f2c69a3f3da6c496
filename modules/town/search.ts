/**
 * Finding a place by what somebody types: Chinese, English, full pinyin, initials, a mixture, with a slip of the finger.
 *
 * Every name is compared with what was typed and gets a quality from 0 to 1; equal qualities go to the more important
 * thing, then to the nearer. A town has some thousands of names, so all are looked at; no index can then miss one.
 */
import type { Gazetteer, GazetteerEntry, Spelling } from './town-store.ts'

export type Sounds = (text: string) => { chars: string[]; sounds: string[] }
export type Near = { readonly lon: number; readonly lat: number }
export type Found = { readonly entry: GazetteerEntry; readonly meters: number | null; readonly score: number }

/** Names made ready once for many searches. */
export type SearchIndex = {
  readonly gazetteer: Gazetteer
  readonly streets: readonly (readonly Form[])[]
  /** By place in `entries`; a crossing has none of its own. */
  readonly forms: readonly (readonly Form[])[]
  /** The same for what such things are called in general. */
  readonly kinds: readonly (readonly Form[])[]
  readonly sounds: Sounds
}

type Form = {
  readonly chars: readonly string[]
  readonly sounds: readonly string[]
  readonly text: string
  /** All sounds run together: guixidadao. */
  readonly spoken: string
  /** The same as a southerner may type it: no difference between zh and z, ing and in. */
  readonly flat: string
  readonly words: readonly string[]
  readonly isHan: boolean
}

const HAN = /\p{Script=Han}/u

/** What people shorten, as a street sign and a map spell it. */
const shortened: Readonly<Record<string, string>> = {
  n: 'north', s: 'south', e: 'east', w: 'west', ne: 'northeast', nw: 'northwest', se: 'southeast', sw: 'southwest',
  st: 'street', str: 'street', ave: 'avenue', av: 'avenue', rd: 'road', blvd: 'boulevard', dr: 'drive', ln: 'lane', ct: 'court', pl: 'place', pkwy: 'parkway',
  hwy: 'highway', fwy: 'freeway', sq: 'square', ter: 'terrace', cir: 'circle', br: 'bridge', bd: 'boulevard', mt: 'mount', ft: 'fort',
}
const numbers: Readonly<Record<string, string>> = {
  first: '1st', second: '2nd', third: '3rd', fourth: '4th', fifth: '5th', sixth: '6th', seventh: '7th', eighth: '8th', ninth: '9th', tenth: '10th',
}

/** Lower case, no accents, full-width letters narrowed. */
const plain = (text: string) => text.normalize('NFKC').toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC').replace(/ß/g, 'ss').replace(/ø/g, 'o').replace(/œ/g, 'oe')
const wordsOf = (text: string): string[] =>
  plain(text).replace(/['’.]/g, '').split(/[^\p{L}\p{N}]+/u).filter(Boolean).map((word) => shortened[word] ?? numbers[word] ?? word)
const flattened = (text: string) => text.replace(/([zcs])h/g, '$1').replace(/([aei])ng/g, '$1n').replace(/^l|(?<=[aeiouvn])l/g, 'n')

function formOf({ text, chars, sounds }: Spelling): Form {
  const spoken = plain(sounds.join(''))
  return { chars, sounds, text: plain(chars.join('')), spoken, flat: flattened(spoken), words: wordsOf(text), isHan: chars.some((char) => HAN.test(char)) }
}

export function searchIndex(gazetteer: Gazetteer, sounds: Sounds): SearchIndex {
  return {
    gazetteer,
    streets: gazetteer.streets.map((street) => street.spellings.map(formOf)),
    forms: gazetteer.entries.map((entry) => entry.spellings.map(formOf)),
    kinds: gazetteer.entries.map((entry) => (entry.kindWords ?? []).map(formOf)),
    sounds,
  }
}

/** What stands between the two streets of a crossing, the surest first: names may hold commas and "and" themselves. */
const betweenStreets = [
  /\s*[/／@＠×]\s*/gu,
  /\s*[&＆+＋]\s*/gu,
  /\s+(?:and|at|x|corner of)\s+/giu,
  /\s*(?<=\p{Script=Han})[与和跟交](?=\p{Script=Han})\s*/gu,
  /\s*[,，、;；]\s*/gu,
]
const crossingEnd = /(?:交叉路?口|十字路口|丁字路口|交汇处|路口|口)$/

const KIND_SHARE = 0.62
/** Below this a likeness is chance. */
const LEAST = 0.4
/** Streets that were named as a crossing that the map does not have. */
const HALF_A_CROSSING = 0.42

/** The best `limit` answers, best first. O(names × letters typed). */
export function search(index: SearchIndex, typed: string, limit: number, near?: Near): Found[] {
  const text = typed.trim().slice(0, 80)
  if (!/[\p{L}\p{N}]/u.test(text)) return []
  const { entries } = index.gazetteer
  const scores = new Map<number, number>()
  const keep = (i: number, quality: number) => {
    if (quality > (scores.get(i) ?? 0)) scores.set(i, quality)
  }

  const question = questionOf(text, index.sounds)
  for (let i = 0; i < entries.length; i++) {
    let best = 0
    // a name by which the map has it counts a little more than what else it is called
    index.forms[i]!.forEach((form, k) => (best = Math.max(best, qualityOf(form, question) - (k > 0 ? 0.03 : 0))))
    // "school" means any school, but one called so comes first
    if (best < KIND_SHARE) for (const form of index.kinds[i]!) best = Math.max(best, qualityOf(form, question) * KIND_SHARE)
    if (best > LEAST) keep(i, best)
  }
  for (const [i, quality] of crossingQualities(index, text)) keep(i, quality)
  // with one street named, its crossings come after it
  if (scores.size < limit) {
    const streetQuality = index.streets.map((forms) => forms.reduce((best, form) => Math.max(best, qualityOf(form, question)), 0))
    entries.forEach((entry, i) => {
      if (!entry.streets) return
      const best = Math.max(...entry.streets.map((street) => streetQuality[street]!))
      if (best >= 0.6) keep(i, best * 0.5)
    })
  }

  if (scores.size === 0) for (const [i, quality] of halfCrossings(index, text)) keep(i, quality)

  const found = [...scores].map(([i, quality]): Found => {
    const entry = entries[i]!
    const meters = near ? metersBetween(near, entry) : null
    const importance = entry.rank * 0.012 + (entry.kind === 'poi' ? 0.01 : entry.kind === 'crossing' ? 0.01 : 0)
    // nearness decides among likes, and never lifts a bad match over a good one
    const farness = meters === null ? 0 : Math.min(0.08, Math.log2(1 + meters / 500) * 0.015)
    return { entry, meters, score: quality - importance - farness }
  })
  found.sort((a, b) => b.score - a.score || (a.meters ?? 0) - (b.meters ?? 0) || (a.entry.id < b.entry.id ? -1 : 1))
  return found.slice(0, limit)
}

function crossingQualities(index: SearchIndex, text: string): [number, number][] {
  for (const [left, right] of splits(text.replace(crossingEnd, ''))) {
    const halves = [left, right].map((half) => {
      const question = questionOf(half, index.sounds)
      return index.streets.map((forms) => forms.reduce((best, form) => Math.max(best, qualityOf(form, question)), 0))
    }) as [number[], number[]]
    const found: [number, number][] = []
    index.gazetteer.entries.forEach((entry, i) => {
      if (!entry.streets) return
      const [a, b] = entry.streets as [number, number]
      const quality = Math.max(Math.min(halves[0][a]!, halves[1][b]!), Math.min(halves[0][b]!, halves[1][a]!))
      if (quality >= 0.45) found.push([i, Math.min(1, quality + 0.05)])
    })
    if (found.length > 0) return found
  }
  return []
}

/** Two streets that the map does not let meet: each by itself is better than nothing. */
function halfCrossings(index: SearchIndex, text: string): [number, number][] {
  for (const halves of splits(text.replace(crossingEnd, ''))) {
    const questions = halves.map((half) => questionOf(half, index.sounds))
    const found: [number, number][] = []
    index.gazetteer.entries.forEach((entry, i) => {
      if (entry.kind !== 'street') return
      for (const form of index.forms[i]!) {
        const quality = Math.max(...questions.map((question) => qualityOf(form, question)))
        if (quality >= 0.7) found.push([i, HALF_A_CROSSING + quality * 0.05])
      }
    })
    if (found.length > 0) return found
  }
  return []
}

/** Ways to see two streets in what was typed, the surest first. */
function* splits(text: string): Generator<[string, string]> {
  for (const mark of betweenStreets) {
    for (const found of text.matchAll(mark)) {
      const [left, right] = [text.slice(0, found.index).trim(), text.slice(found.index + found[0].length).trim()]
      if (left && right) yield [left, right]
    }
  }
  // "贵溪大道 冶金大道", "gxdd yjdd", "hawthorne 39th": every space may be the place
  const words = text.trim().split(/\s+/)
  for (let i = 1; i < words.length && i < 6; i++) yield [words.slice(0, i).join(' '), words.slice(i).join(' ')]
  // 雄石路沿河路: after a street word
  for (const found of text.matchAll(/(?:路|街|道|巷)(?=\p{Script=Han}{2,})/gu)) {
    yield [text.slice(0, found.index + found[0].length), text.slice(found.index + found[0].length)]
  }
}

type Question = Form & { readonly letters: string; readonly hasHan: boolean }

function questionOf(text: string, sounds: Sounds): Question {
  const spelled = sounds(text)
  const form = formOf({ text, ...spelled })
  return { ...form, letters: plain(text).replace(/[^\p{L}\p{N}]/gu, ''), hasHan: form.isHan }
}

/** How well a name fits what was typed, 0 … 1. */
function qualityOf(form: Form, asked: Question): number {
  const { letters } = asked
  if (letters.length === 0) return 0
  if (form.text === letters) return 1
  let best = 0
  if (form.isHan) {
    const at = form.text.indexOf(letters)
    if (at === 0) best = 0.9 + 0.08 * (letters.length / form.text.length)
    else if (at > 0) best = 0.75 + 0.05 * (letters.length / form.text.length)
    if (best === 0) best = spelledQuality(form, asked)
    if (best === 0 && asked.hasHan) best = nearlyHan(form, asked)
    return best
  }
  if (asked.hasHan) return 0
  return wordsQuality(form, asked)
}

/** Pinyin, initials, Chinese characters and any mixture of them, from the start of the name or from any character. */
function spelledQuality(form: Form, asked: Question): number {
  const { letters } = asked
  const share = Math.min(1, letters.length / form.spoken.length)
  for (let start = 0; start < form.chars.length; start++) {
    const whole = spelledFrom(form, letters, start)
    if (whole === undefined) continue
    // one typed letter names a town's worth of streets: only from the start
    if (start > 0 && letters.length < 2) continue
    const base = whole.complete ? 0.82 : 0.72
    return base + 0.08 * (whole.complete ? share : whole.used / form.chars.length) - (start > 0 ? 0.16 : 0)
  }
  if (!asked.hasHan && letters.length >= 4) {
    const flat = flattened(letters)
    if (form.flat.startsWith(flat)) return 0.68 + 0.05 * share
    const slips = slipsAllowed(letters.length)
    const prefix = prefixSlips(letters, form.spoken, slips)
    if (prefix <= slips) return 0.6 - 0.06 * prefix + 0.05 * share
  }
  return 0
}

/**
 * Whether the letters spell the name from a character on: each character by itself, by the beginning of its sound, or by all of it.
 *
 * @returns `complete` when every sound but the last was spelled out, `used` characters; undefined when they do not fit
 */
function spelledFrom(form: Form, letters: string, start: number): { complete: boolean; used: number } | undefined {
  let found: { complete: boolean; used: number } | undefined
  const go = (at: number, char: number, complete: boolean): boolean => {
    if (at === letters.length) {
      found = { complete, used: char - start }
      return complete // a complete spelling is the best there is; else look on
    }
    if (char >= form.chars.length) return false
    if (letters[at] === form.chars[char]) return go(at + 1, char + 1, complete)
    const sound = form.sounds[char]!
    let same = 0
    while (same < sound.length && letters[at + same] === sound[same]) same++
    for (let length = same; length >= 1; length--) {
      const last = at + length === letters.length
      if (go(at + length, char + 1, complete && (length === sound.length || last))) return true
    }
    return false
  }
  go(0, start, true)
  return found
}

/** Chinese with another character of the same sound (桂溪大道), or one character wrong or missing. */
function nearlyHan(form: Form, asked: Question): number {
  const typed = asked.chars
  if (typed.length < 2) return 0
  const heard = form.spoken.indexOf(asked.spoken)
  if (heard === 0) return 0.66 + 0.05 * (asked.spoken.length / form.spoken.length)
  if (form.flat.startsWith(asked.flat)) return 0.58
  if (typed.length < 3) return 0
  const slips = prefixSlips(typed.join(''), form.text, 1)
  return slips <= 1 ? 0.5 + 0.05 * (typed.length / form.chars.length) : 0
}

/** Latin words: each typed word must be, begin or nearly begin some word of the name; the last may be unfinished. */
function wordsQuality(form: Form, asked: Question): number {
  if (asked.words.length === 0 || form.words.length === 0) return 0
  const free = new Set(form.words.keys())
  let sum = 0
  let inOrder = 0
  let last = -1
  for (const [i, word] of asked.words.entries()) {
    let best = 0
    let bestAt = -1
    for (const at of free) {
      const quality = wordQuality(form.words[at]!, word, i === asked.words.length - 1)
      if (quality > best) [best, bestAt] = [quality, at]
    }
    if (best === 0) return gluedQuality(form, asked)
    free.delete(bestAt)
    if (bestAt > last) inOrder++
    last = bestAt
    sum += best
  }
  const mean = sum / asked.words.length
  const covered = asked.words.length / form.words.length
  return 0.55 * mean + 0.25 * covered + 0.1 * (inOrder / asked.words.length) + (form.words[0] === asked.words[0] ? 0.05 : 0)
}

function wordQuality(word: string, typed: string, mayBeUnfinished: boolean): number {
  if (word === typed) return 1
  if (word.startsWith(typed) && (mayBeUnfinished || typed.length >= 2)) return mayBeUnfinished ? 0.9 : 0.8
  // 39 for 39th; but 38th is no slip for 39th, it is another street
  if (/\d/.test(typed)) return word.replace(/(?:st|nd|rd|th)$/, '') === typed ? 0.98 : 0
  const slips = slipsAllowed(typed.length)
  if (slips === 0 || word[0] !== typed[0] || typed.length > word.length + slips) return 0
  const count = mayBeUnfinished ? prefixSlips(typed, word, slips) : wholeSlips(typed, word, slips)
  return count <= slips ? 0.7 - 0.15 * count : 0
}

/** "hawthorneblvd": words typed without a space. */
function gluedQuality(form: Form, asked: Question): number {
  if (asked.letters.length < 5) return 0
  return form.words.join('').startsWith(asked.words.join('')) || form.text.startsWith(asked.letters) ? 0.6 : 0
}

const slipsAllowed = (length: number) => (length >= 8 ? 2 : length >= 4 ? 1 : 0)

/** Slips (wrong, missing, added, two swapped letters: Damerau 1964) between what was typed and the nearest beginning of the word. */
function prefixSlips(typed: string, word: string, most: number): number {
  const row = slipsTable(typed, word.slice(0, typed.length + most))
  return row.reduce((a, b) => Math.min(a, b), Infinity)
}
const wholeSlips = (typed: string, word: string, most: number): number =>
  Math.abs(typed.length - word.length) > most ? most + 1 : slipsTable(typed, word).at(-1)!

/** Last row of the table: slips between all of `typed` and each beginning of `word`. */
function slipsTable(typed: string, word: string): number[] {
  let before: number[] = []
  let above = Array.from({ length: word.length + 1 }, (_, i) => i)
  for (let i = 1; i <= typed.length; i++) {
    const row = [i]
    for (let k = 1; k <= word.length; k++) {
      const same = typed[i - 1] === word[k - 1] ? 0 : 1
      let least = Math.min(above[k]! + 1, row[k - 1]! + 1, above[k - 1]! + same)
      if (i > 1 && k > 1 && typed[i - 1] === word[k - 2] && typed[i - 2] === word[k - 1]) least = Math.min(least, before[k - 2]! + 1)
      row.push(least)
    }
    before = above
    above = row
  }
  return above
}

const METERS_PER_DEGREE = 111_195
export const metersBetween = (a: Near, b: Near): number =>
  Math.hypot((a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180), a.lat - b.lat) * METERS_PER_DEGREE
