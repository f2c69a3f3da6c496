/**
 * The first letters of Chinese words, for typing without an input method: `巡3` is `x3`, `治安` is `za`.
 *
 * No table of 20,000 characters: in pinyin collation order the first character of each letter is a boundary, and a
 * character lies between two of them. Characters with several readings get their commonest one.
 */
const letters = 'abcdefghjklmnopqrstwxyz'
const firstOfLetter = [...'阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他屲夕丫帀']
const order = new Intl.Collator('zh-CN-u-co-pinyin')
const cache = new Map<string, string>()

/** What stays of a character in lower case. */
function initialOf(character: string): string {
  const known = cache.get(character)
  if (known !== undefined) return known
  let letter = ''
  if (/\p{Script=Han}/u.test(character)) {
    for (let i = 0; i < firstOfLetter.length && order.compare(character, firstOfLetter[i]!) >= 0; i++) letter = letters[i]!
  } else if (/[a-z0-9]/.test(character)) letter = character
  cache.set(character, letter)
  return letter
}

/** Lower case; Chinese characters become their initials; letters and digits stay; everything else goes. */
export function initials(text: string): string {
  let result = ''
  for (const character of typedAs(text)) result += initialOf(character)
  return result
}

/** A name as it is compared: lower case, and its initials. */
export type ReadName = { readonly full: string; readonly short: string }
/** With 20,000 names, reading each anew whenever a list changes would be felt. */
const read = new Map<string, ReadName>()
const readMax = 100_000

export function readName(name: string): ReadName {
  const known = read.get(name)
  if (known) return known
  if (read.size >= readMax) read.clear()
  const made = { full: typedAs(name), short: initials(name) }
  read.set(name, made)
  return made
}

/** What was typed, as names are compared with it. */
export const typedAs = (typed: string): string => typed.normalize('NFKC').toLowerCase()

/**
 * How well what was typed names something: 0 exactly, 0.5 by its initials exactly, 1 as its beginning, 2 by the beginning of its
 * initials, 3 somewhere inside, 4 as letters in order; undefined when it does not.
 */
export const likeness = (typed: string, name: string): number | undefined => likenessTo(typedAs(typed), readName(name))

/** The same of a name that was read, for what was typed `typedAs` names are. */
export function likenessTo(wanted: string, { full, short }: ReadName): number | undefined {
  if (wanted === '') return undefined
  if (full === wanted) return 0
  if (short === wanted) return 0.5
  if (full.startsWith(wanted)) return 1
  if (short.startsWith(wanted)) return 2
  if (full.includes(wanted)) return 3
  return wanted.length > 1 && isSubsequence(wanted, short) ? 4 : undefined
}

function isSubsequence(wanted: string, text: string): boolean {
  let at = 0
  for (let n = 0; n < text.length && at < wanted.length; n++) if (text.charCodeAt(n) === wanted.charCodeAt(at)) at++
  return at === wanted.length
}
