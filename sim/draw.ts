/**
 * Chance with names: a draw depends on the seed and on what it is for, never on what was drawn before it.
 *
 * So one seed tells one story even though a server answers sooner today than yesterday: how slow 巡3 is to acknowledge
 * incident 12 does not change because 巡4 was asked first.
 */
import { seeded } from '#core/random.ts'

/** A fresh source of uniform numbers for this purpose. */
export function sourceFor(seed: number, ...purpose: readonly (string | number)[]): () => number {
  // FNV-1a over the words; the separator keeps ("a", "bc") apart from ("ab", "c")
  let hash = 0x811c9dc5 ^ seed
  for (const char of purpose.join('\u0000')) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193)
  const random = seeded(hash)
  random() // neighbouring hashes give neighbouring first numbers; the second ones are far apart
  return random
}

/** Uniform between two bounds. */
export const between = (random: () => number, [low, high]: readonly number[]): number => low + (high - low) * random()

/** One of several, by weight. Throws on an empty list. */
export function pick<T>(random: () => number, items: readonly T[], weight: (item: T) => number = () => 1): T {
  if (items.length === 0) throw new Error('Nothing to pick from')
  let left = random() * items.reduce((sum, item) => sum + weight(item), 0)
  for (const item of items) {
    left -= weight(item)
    if (left < 0) return item
  }
  return items.at(-1)!
}
