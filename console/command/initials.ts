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

const isHan = (character: string) => /\p{Script=Han}/u.test(character)

function initialOf(character: string): string {
  const known = cache.get(character)
  if (known !== undefined) return known
  let letter = ''
  for (let i = 0; i < firstOfLetter.length && order.compare(character, firstOfLetter[i]!) >= 0; i++) letter = letters[i]!
  cache.set(character, letter)
  return letter
}

/** Lower case; Chinese characters become their initials; letters and digits stay; everything else goes. */
export function initials(text: string): string {
  let result = ''
  for (const character of text.normalize('NFKC').toLowerCase()) {
    if (isHan(character)) result += initialOf(character)
    else if (/[a-z0-9]/.test(character)) result += character
  }
  return result
}

/** Names as they are compared: with 20,000 of them, reading each anew at every key would be felt. */
const read = new Map<string, { readonly full: string; readonly short: string }>()
const readMax = 100_000

function readName(name: string): { readonly full: string; readonly short: string } {
  const known = read.get(name)
  if (known) return known
  if (read.size >= readMax) read.clear()
  const made = { full: name.normalize('NFKC').toLowerCase(), short: initials(name) }
  read.set(name, made)
  return made
}

/**
 * How well what was typed names something: 0 exactly, 1 as its beginning, 2 by initials, 3 somewhere inside,
 * 4 as letters in order; undefined when it does not.
 */
export function likeness(typed: string, name: string): number | undefined {
  const wanted = typed.normalize('NFKC').toLowerCase()
  if (wanted === '') return undefined
  const { full, short } = readName(name)
  if (full === wanted) return 0
  if (short === wanted) return 0.5
  if (full.startsWith(wanted)) return 1
  if (short.startsWith(wanted)) return 2
  if (full.includes(wanted)) return 3
  return isSubsequence(wanted, short) && wanted.length > 1 ? 4 : undefined
}

function isSubsequence(wanted: string, text: string): boolean {
  let at = 0
  for (const character of text) if (character === wanted[at]) at++
  return at === wanted.length
}
