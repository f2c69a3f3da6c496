/** The names of a thing in the languages the console speaks, and how they sound. */
import { pinyin } from 'pinyin-pro'
import { localNameOf } from './local-name.ts'
import type { Tags } from './pbf.ts'

const HAN = /\p{Script=Han}/u
const han = /\p{Script=Han}+/gu

/** The Chinese name where the map has one, the local name, the English name: from the map, else spelled from the Chinese. */
export function namesOf(tags: Tags): { name: string; nameEn: string | null; nameZh: string | null } | undefined {
  const name = localNameOf(tags) ?? tags['name:zh'] ?? tags['name:en']
  if (!name) return undefined
  const chinese = tags['name:zh'] ?? tags['name:zh-Hans'] ?? (HAN.test(name) ? name : null)
  const english = tags['name:en'] ?? (HAN.test(name) ? romanised(name) : null)
  return { name, nameEn: english, nameZh: chinese }
}

/** Other names people use. */
export function otherNames(tags: Tags): string[] {
  const [, ...more] = tags.name?.split(';') ?? []
  return ['alt_name', 'old_name', 'short_name', 'official_name', 'loc_name', 'int_name', 'alt_name:en', 'alt_name:zh']
    .flatMap((key) => tags[key]?.split(';') ?? [])
    .concat(more)
    .map((name) => name.trim())
    .filter(Boolean)
}

/** What stands at the end of a street's name, in English; the rest is spelled: 雄石东路 → "Xiongshi East Road". */
const generics: readonly [string, string][] = [
  ['大道', 'Avenue'], ['大街', 'Street'], ['大桥', 'Bridge'], ['胡同', 'Hutong'], ['路', 'Road'], ['街', 'Street'], ['巷', 'Lane'],
  ['桥', 'Bridge'], ['弄', 'Lane'], ['公园', 'Park'], ['广场', 'Square'], ['社区', 'Community'], ['街道', 'Subdistrict'], ['村', 'Village'],
  ['镇', 'Town'], ['乡', 'Township'], ['小区', 'Estate'], ['学校', 'School'], ['中学', 'Middle School'], ['小学', 'Primary School'],
  ['医院', 'Hospital'], ['超市', 'Supermarket'], ['酒店', 'Hotel'], ['宾馆', 'Hotel'], ['派出所', 'Police Station'], ['银行', 'Bank'],
]
const sides: Readonly<Record<string, string>> = { 东: 'East', 西: 'West', 南: 'South', 北: 'North', 中: 'Middle' }

/** A Chinese name in Latin letters, as street signs have it. */
export function romanised(name: string): string {
  let stem = name
  const tail: string[] = []
  const generic = generics.filter(([word]) => stem.endsWith(word) && stem.length > word.length).sort((a, b) => b[0].length - a[0].length)[0]
  if (generic) {
    stem = stem.slice(0, -generic[0].length)
    const side = sides[stem.at(-1) ?? '']
    // 雄石东路 is Xiongshi East Road, but 东街 and 园东路's 园 alone are spelled whole
    if (side && stem.length > 2) {
      stem = stem.slice(0, -1)
      tail.push(side)
    }
    tail.push(generic[1])
  }
  const spelled = stem.replace(han, (run) => ` ${capital(syllables(run).join(''))} `)
  return [spelled, ...tail].join(' ').replace(/\s+/g, ' ').trim()
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** The sound of each character, without tones, `ü` as `v`: 贵溪 → ["gui", "xi"]. */
export function syllables(text: string): string[] {
  return pinyin(text, { toneType: 'none', type: 'array', v: true })
}

/**
 * A name letter by letter for search: Chinese characters with their sound, everything else in lower case.
 * `chars[i]` is spelled `sounds[i]`; a character that is not Chinese is its own sound.
 */
export function soundsOf(name: string): { chars: string[]; sounds: string[] } {
  const chars: string[] = []
  const sounds: string[] = []
  const text = name.normalize('NFKC').toLowerCase()
  /** Letters and digits sound as they are written; the rest is silent. */
  const spell = (part: string) => {
    const letters = [...part].filter((letter) => /[\p{L}\p{N}]/u.test(letter))
    chars.push(...letters)
    sounds.push(...letters)
  }
  let at = 0
  for (const run of text.matchAll(han)) {
    spell(text.slice(at, run.index))
    const spelled = syllables(run[0])
    Array.from(run[0]).forEach((letter, i) => {
      chars.push(letter)
      sounds.push(spelled[i]?.toLowerCase() ?? letter)
    })
    at = run.index + run[0].length
  }
  spell(text.slice(at))
  return { chars, sounds }
}
