/**
 * Things found by what somebody types of their names. Names are read once for a list, not at every key; one search of 20,000
 * looks at each and takes a few milliseconds.
 */
import { likenessTo, readName, typedAs, type ReadName } from './initials.ts'

export type Found<T> = {
  /** The only exact one, or the only one that is like it. */
  readonly one?: T
  /** Best first; equally good ones in the order of the list. */
  readonly many: readonly T[]
}
export type Scored<T> = { readonly thing: T; /** How unlike it is (initials.ts). */ readonly score: number }

export type NameIndex<T> = {
  /** @param worst  how unlike it may be */
  find(typed: string, worst?: number): Found<T>
  /** The best of them, no more than so many. */
  best(typed: string, count: number): readonly Scored<T>[]
}

/** From the best to the worst; what `likeness` may answer. */
const scores = [0, 0.5, 1, 2, 3, 4] as const
/** What was typed lately: one line asks for the same word again and again. */
const keptMax = 32

export function nameIndex<T>(things: readonly T[], namesOf: (thing: T) => readonly string[]): NameIndex<T> {
  let names: readonly (readonly ReadName[])[] | undefined
  const kept = new Map<string, readonly (readonly T[])[]>()

  /** Those that are like it, by score. */
  function ranked(typed: string): readonly (readonly T[])[] {
    const wanted = typedAs(typed)
    const known = kept.get(wanted)
    if (known) return known
    names ??= things.map((thing) => namesOf(thing).map(readName))
    const found: T[][] = scores.map(() => [])
    if (wanted !== '') {
      for (let n = 0; n < things.length; n++) {
        let best: number | undefined
        for (const name of names[n]!) {
          const score = likenessTo(wanted, name)
          if (score !== undefined && (best === undefined || score < best)) best = score
        }
        if (best !== undefined) found[scores.indexOf(best as (typeof scores)[number])]!.push(things[n]!)
      }
    }
    if (kept.size >= keptMax) kept.clear()
    kept.set(wanted, found)
    return found
  }

  return {
    find(typed, worst = 4) {
      const groups = ranked(typed).filter((_, level) => scores[level]! <= worst)
      const many = groups.flat()
      const first = groups.findIndex((group) => group.length > 0)
      const isClear = many.length === 1 || (first >= 0 && scores[first]! <= 0.5 && groups[first]!.length === 1)
      return isClear ? { one: many[0]!, many } : { many }
    },
    best(typed, count) {
      const best: Scored<T>[] = []
      for (const [level, group] of ranked(typed).entries()) {
        for (const thing of group) {
          if (best.length === count) return best
          best.push({ thing, score: scores[level]! })
        }
      }
      return best
    },
  }
}

const aheadCount = 500

/** Read names a few at a time, so that the first key that asks for one of thousands need not. */
export function readAhead(names: readonly string[], from = 0): void {
  for (const name of names.slice(from, from + aheadCount)) readName(name)
  if (from + aheadCount < names.length) setTimeout(() => readAhead(names, from + aheadCount), 20)
}

/** The index of a list by its things' names, made when it is first asked for and kept as long as the list is. */
export function indexOf<T extends object>(namesOf: (thing: T) => readonly string[]): (things: readonly T[]) => NameIndex<T> {
  const indices = new WeakMap<readonly T[], NameIndex<T>>()
  return (things) => {
    let index = indices.get(things)
    if (!index) indices.set(things, (index = nameIndex(things, namesOf)))
    return index
  }
}

/** A call sign as it is and without its spaces, for lines in which spaces part words. */
export const callSignNames = ({ callSign }: { readonly callSign: string }): readonly string[] => (callSign.includes(' ') ? [callSign, callSign.replaceAll(' ', '')] : [callSign])
