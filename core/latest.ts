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

/** Numbers, each once however often it is noted, until they are taken. */
export type NumbersNoted = { note(number: number): void; take(): readonly number[] }

/** For numbers that were given out in turn, so that they are places in an array. */
export function numbersNoted(): NumbersNoted {
  let isNoted = new Uint8Array(1024)
  let noted: number[] = []
  return {
    note(number) {
      if (number >= isNoted.length) {
        const longer = new Uint8Array(number * 2)
        longer.set(isNoted)
        isNoted = longer
      }
      if (isNoted[number] === 1) return
      isNoted[number] = 1
      noted.push(number)
    },
    take() {
      const taken = noted
      noted = []
      for (const number of taken) isNoted[number] = 0
      return taken
    },
  }
}

/**
 * For numbers that were given out in turn, so that they are places in an array: ten thousand fixes a second through a map and
 * a set cost the live feed a seventh of its processor (bench/positions-hub.ts).
 *
 * @param numberMax  what is numbered higher is left out, as it would take memory up to there
 */
export function latest<T>(numberMax: number): Latest<T> {
  const values: (T | undefined)[] = []
  const changed = numbersNoted()

  return {
    put(number, value) {
      if (number > numberMax) return
      while (values.length < number) values.push(undefined) // without holes, it stays an array of one kind
      values[number] = value
      changed.note(number)
    },
    remove(number) {
      if (values[number] === undefined) return
      values[number] = undefined
      changed.note(number)
    },
    find: (number) => values[number],
    numbers: () => values.flatMap((value, number) => (value === undefined ? [] : [number])),
    takeChanged: changed.take,
  }
}
