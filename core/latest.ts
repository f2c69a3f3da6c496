/** The latest of each of many numbered things, and which have another one since somebody looked last. */
export type Latest<T> = {
  /** A thing has another value, or the first. */
  put(number: number, value: T): void
  /** A thing has no value any more. */
  remove(number: number): void
  find(number: number): T | undefined
  /** Of all that have a value, ascending. */
  numbers(): number[]
  /** Those that were put or removed since the last call, each once. For one reader. */
  takeChanged(): readonly number[]
}

/**
 * For numbers that were given out in turn, so that they are places in an array: ten thousand fixes a second through a map and
 * a set cost the live feed a seventh of its processor (bench/positions-hub.ts).
 *
 * @param numberMax  what is numbered higher is left out, as it would take memory up to there
 */
export function latest<T>(numberMax: number): Latest<T> {
  const values: (T | undefined)[] = []
  let isChanged = new Uint8Array(1024)
  let changed: number[] = []

  function touch(number: number): void {
    if (number >= isChanged.length) {
      const longer = new Uint8Array(number * 2)
      longer.set(isChanged)
      isChanged = longer
    }
    if (isChanged[number] === 1) return
    isChanged[number] = 1
    changed.push(number)
  }

  return {
    put(number, value) {
      if (number > numberMax) return
      while (values.length < number) values.push(undefined) // without holes, it stays an array of one kind
      values[number] = value
      touch(number)
    },
    remove(number) {
      if (values[number] === undefined) return
      values[number] = undefined
      touch(number)
    },
    find: (number) => values[number],
    numbers: () => values.flatMap((value, number) => (value === undefined ? [] : [number])),
    takeChanged() {
      const taken = changed
      changed = []
      for (const number of taken) isChanged[number] = 0
      return taken
    },
  }
}
