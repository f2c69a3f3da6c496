/**
 * Some places of the sorted order, without sorting the rest: a page of a long list.
 *
 * @param compare  a total order: 0 only for what may stand in either place
 * @param from     first place
 * @param to       the place after the last; beyond the end there is nothing
 * @returns [to − from at most] as `items.toSorted(compare).slice(from, to)`; `items` stays as it is
 *
 * O(n) on the average, O(n log n) at worst. Hoare’s quicksort, only where it meets the places (Hoare 1961, “Find”).
 */
export function sortedPart<T>(items: readonly T[], compare: (a: T, b: T) => number, from: number, to: number): T[] {
  const all = items.slice()
  const end = Math.min(to, all.length)
  if (from >= end) return []

  function order(first: number, last: number, depth: number): void {
    let [low, high] = [first, last]
    for (let left = depth; low < high; left--) {
      if (high - low < 32 || left === 0) {
        const part = all.slice(low, high + 1).sort(compare)
        for (let n = 0; n < part.length; n++) all[low + n] = part[n]!
        return
      }
      const pivot = all[(low + high) >>> 1]!
      let [i, j] = [low, high]
      while (i <= j) {
        while (compare(all[i]!, pivot) < 0) i++
        while (compare(all[j]!, pivot) > 0) j--
        if (i > j) break
        const swapped = all[i]!
        all[i++] = all[j]!
        all[j--] = swapped
      }
      const [isLeft, isRight] = [j >= from, i < end]
      if (isLeft && isRight) order(low, j, left - 1)
      if (isRight) low = i
      else if (isLeft) high = j
      else return
    }
  }
  // after so many halvings in vain the pivots are bad ones
  order(0, all.length - 1, 2 * Math.ceil(Math.log2(all.length + 1)))
  return all.slice(from, end)
}
